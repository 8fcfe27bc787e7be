/**
 * Antialiased bilinear resampling, the filter pretrained image models are used to: a triangle as wide as two
 * output pixels, so that shrinking averages instead of skipping. Same sample positions and weights as Pillow's
 * BILINEAR and torchvision's `antialias=True`, but never rounded to 8 bits on the way.
 */

/** RGB bytes, interleaved, row by row. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A region of a picture in its pixels; edges may be fractional. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Resize = 'stretch' | 'crop';

/**
 * The part of a picture that fills `size` ([height, width]): all of it for `stretch`; for `crop` the largest
 * centred part of the same proportions, which equals scaling the shorter side and cropping the longer one.
 */
export function sourceBox(picture: Picture, size: readonly [number, number], resize: Resize): Box {
  if (resize === 'stretch') return { left: 0, top: 0, width: picture.width, height: picture.height };
  const [height, width] = size;
  const scale = Math.min(picture.height / height, picture.width / width);
  const box = { width: width * scale, height: height * scale };
  return { ...box, left: (picture.width - box.width) / 2, top: (picture.height - box.height) / 2 };
}

/**
 * Scales `box` of the picture to [height, width] and writes it planar, [3, height, width], in 0–1, to the start
 * of `target`. Pixels around the box take part in its edges, as they would had the whole picture been scaled.
 */
export function resample(picture: Picture, box: Box, height: number, width: number, target: Float32Array): void {
  const columns = filterWeights(picture.width, box.left, box.width, width);
  const rows = filterWeights(picture.height, box.top, box.height, height);
  // Doubles, although floats would do: V8 converts to double around every sum in a Float32Array, which doubles the time.
  // Three taps may reach two pixels past the end, where their weight is 0.
  const line = new Float64Array(picture.width * 3 + 6);
  for (let y = 0; y < height; y++) {
    sumRows(picture, rows, y, line);
    if (columns.taps === 3) threeTaps(line, columns, height * width, y * width, width, target);
    else manyTaps(line, columns, height * width, y * width, width, target);
  }
}

/** Scales the columns of a line into the row of `target` that begins at `to`, in three planes of `plane` values each. */
function manyTaps(
  line: Float64Array,
  { starts, counts, taps, weights }: Filter,
  plane: number,
  to: number,
  width: number,
  target: Float32Array,
): void {
  for (let x = 0; x < width; x++, to++) {
    let from = (starts[x] as number) * 3;
    let red = 0;
    let green = 0;
    let blue = 0;
    const last = x * taps + (counts[x] as number);
    for (let tap = x * taps; tap < last; tap++) {
      const weight = weights[tap] as number;
      red += weight * (line[from] as number);
      green += weight * (line[from + 1] as number);
      blue += weight * (line[from + 2] as number);
      from += 3;
    }
    target[to] = red / 255;
    target[plane + to] = green / 255;
    target[2 * plane + to] = blue / 255;
  }
}

/** As `manyTaps`, to the last bit, for magnified pictures: without a loop a pixel takes two thirds of the time. */
function threeTaps(
  line: Float64Array,
  { starts, weights }: Filter,
  plane: number,
  to: number,
  width: number,
  target: Float32Array,
): void {
  for (let x = 0; x < width; x++, to++) {
    const first = weights[3 * x] as number;
    const second = weights[3 * x + 1] as number;
    const third = weights[3 * x + 2] as number;
    const left = (starts[x] as number) * 3;
    const middle = left + 3;
    const right = left + 6;
    const red = first * (line[left] as number) + second * (line[middle] as number) + third * (line[right] as number);
    const green =
      first * (line[left + 1] as number) + second * (line[middle + 1] as number) + third * (line[right + 1] as number);
    const blue =
      first * (line[left + 2] as number) + second * (line[middle + 2] as number) + third * (line[right + 2] as number);
    target[to] = red / 255;
    target[plane + to] = green / 255;
    target[2 * plane + to] = blue / 255;
  }
}

/**
 * Output row `y` before its columns are scaled: the weighted sum of source rows, 0–255, interleaved. Added in the order
 * of the rows, two at a time, which spares the line half of its ways to memory and back.
 */
function sumRows(
  { data, width }: Picture,
  { starts, counts, taps, weights }: Filter,
  y: number,
  line: Float64Array,
): void {
  const length = 3 * width;
  const end = y * taps + (counts[y] as number);
  let upper = (starts[y] as number) * length;
  line.fill(0);
  for (let tap = y * taps; tap < end; tap += 2) {
    const lower = upper + length;
    const first = weights[tap] as number;
    if (tap + 1 < end) {
      const second = weights[tap + 1] as number;
      for (let index = 0; index < length; index++) {
        line[index] =
          (line[index] as number) + first * (data[upper + index] as number) + second * (data[lower + index] as number);
      }
    } else {
      for (let index = 0; index < length; index++) {
        line[index] = (line[index] as number) + first * (data[upper + index] as number);
      }
    }
    upper = lower + length;
  }
}

interface Filter {
  /** First source pixel of each output pixel, and how many it takes. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Room for each output pixel's weights in `weights`. */
  readonly taps: number;
  readonly weights: Float64Array;
}

/** Weights of the triangle filter that scales [start, start + length) of a line of `available` pixels to `count`. */
function filterWeights(available: number, start: number, length: number, count: number): Filter {
  const scale = length / count;
  const reach = Math.max(scale, 1);
  const taps = Math.ceil(reach) * 2 + 1;
  const starts = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Float64Array(count * taps);
  for (let index = 0; index < count; index++) {
    const centre = start + (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(available, Math.floor(centre + reach + 0.5));
    let total = 0;
    for (let at = first; at < end; at++) {
      const weight = Math.max(0, 1 - Math.abs((at + 0.5 - centre) / reach));
      weights[index * taps + at - first] = weight;
      total += weight;
    }
    for (let tap = 0; tap < end - first; tap++) {
      weights[index * taps + tap] = (weights[index * taps + tap] as number) / total;
    }
    starts[index] = first;
    counts[index] = end - first;
  }
  return { starts, counts, taps, weights };
}
