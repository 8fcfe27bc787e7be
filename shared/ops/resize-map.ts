/** How Resize reads along one axis: which inputs an output is made of, with what weights. After ONNX's definition. */
import { sparseMatrix, type Matrix } from '#shared/ops/axis-map.ts';

/** One resized axis: `scale` is as given, which need not be exactly output / input. */
export interface ResizedAxis {
  readonly axis: number;
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** What `tf_crop_and_resize` reads of the axis, as shares of its length. */
  readonly crop: readonly [start: number, end: number];
}

/** The attributes of Resize that say how to read. */
export interface Reading {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubicA: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

interface Tap {
  readonly place: number;
  readonly weight: number;
}

/** Where in the input an output position lies; in float32, since rounding to the nearest hangs on its last bit. */
function coordinate(mode: string, position: number, { input, output, scale, crop }: ResizedAxis): number {
  const float = Math.fround;
  const pixel = (): number => float((position + 0.5) / float(scale));
  const halfPixel = (): number => float(pixel() - 0.5);
  switch (mode) {
    case 'asymmetric':
      return float(position / float(scale));
    case 'align_corners':
      return output === 1 ? 0 : float((position * (input - 1)) / (output - 1));
    case 'pytorch_half_pixel':
      return output === 1 ? 0 : halfPixel();
    case 'tf_half_pixel_for_nn':
      return pixel();
    case 'half_pixel_symmetric': {
      const shown = float(output / float(float(scale) * input));
      return float(float(float(float(input / 2) * float(1 - shown)) + pixel()) - 0.5);
    }
    case 'tf_crop_and_resize': {
      const [start, end] = crop;
      if (output === 1) return float(0.5 * (start + end) * (input - 1));
      return float(
        float(start * (input - 1)) + float(float(float(position * float(end - start)) * (input - 1)) / (output - 1)),
      );
    }
    default:
      return halfPixel();
  }
}

function nearest(mode: string, at: number): number {
  switch (mode) {
    case 'floor':
      return Math.floor(at);
    case 'ceil':
      return Math.ceil(at);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    default:
      return Math.ceil(at - 0.5);
  }
}

/** Keys' cubic convolution kernel at a distance (IEEE Trans. ASSP 29, 1981). */
function cubic(a: number, distance: number): number {
  if (distance >= 2) return 0;
  if (distance >= 1) return a * (((distance - 5) * distance + 8) * distance - 4);
  return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
}

/** The inputs an output at `at` is made of, before places beyond the edges are dealt with. */
function taps(reading: Reading, at: number, last: number): Tap[] {
  if (reading.mode === 'linear') {
    // Linear interpolation stops at the edge samples; the others look beyond and meet the edge there.
    const inside = Math.min(Math.max(at, 0), last);
    const floor = Math.floor(inside);
    return [
      { place: floor, weight: 1 - (inside - floor) },
      { place: floor + 1, weight: inside - floor },
    ];
  }
  if (reading.mode === 'cubic') {
    const floor = Math.floor(at);
    return [-1, 0, 1, 2].map((offset) => ({
      place: floor + offset,
      weight: cubic(reading.cubicA, Math.abs(at - floor - offset)),
    }));
  }
  return [{ place: nearest(reading.nearest, at), weight: 1 }];
}

/** Shrinking with antialias: the kernel is widened by 1 / scale, so that every input counts. */
function widenedTaps({ mode, cubicA }: Reading, at: number, scale: number): Tap[] {
  const narrowing = Math.min(scale, 1);
  const support = (mode === 'cubic' ? 2 : 1) / narrowing;
  const first = Math.floor(at + 1 - support);
  const end = Math.floor(at + 1 + support);
  return Array.from({ length: end - first }, (_, index) => {
    const place = first + index;
    const distance = Math.abs(place - at) * narrowing;
    return { place, weight: mode === 'cubic' ? cubic(cubicA, distance) : Math.max(1 - distance, 0) };
  });
}

/** input × output: the transposed map of one axis. */
export function transposedMap(reading: Reading, axis: ResizedAxis): Matrix {
  const last = axis.input - 1;
  const widened = reading.antialias && reading.mode !== 'nearest';
  const elements = Array.from({ length: axis.output }, (_, position) => {
    const at = coordinate(reading.coordinates, position, axis);
    // Beyond a crop's input stands a constant.
    if (reading.coordinates === 'tf_crop_and_resize' && (at < 0 || at > last)) return [];
    const all = widened ? widenedTaps(reading, at, axis.scale) : taps(reading, at, last);
    const read = reading.excludeOutside ? all.filter(({ place }) => place >= 0 && place <= last) : all;
    const total = reading.excludeOutside || widened ? read.reduce((sum, { weight }) => sum + weight, 0) : 1;
    return read.map(({ place, weight }) => ({
      row: Math.min(Math.max(place, 0), last),
      column: position,
      value: weight / (total || 1),
    }));
  }).flat();
  return sparseMatrix(axis.input, axis.output, elements);
}
