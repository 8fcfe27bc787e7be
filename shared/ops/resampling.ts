/**
 * Resize. Along each axis every output is a fixed weighted sum of inputs, so the operator is one matrix per axis and
 * its gradient the transposed matrices. Coordinates and weights follow the ONNX definition of Resize.
 */
import { normalizeAxis } from '#shared/core/shape.ts';
import { mapAxis, sparseMatrix, type Matrix } from '#shared/ops/axis-map.ts';
import { refused, rule, stop, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** One resized axis: `scale` is as given, which need not be exactly output / input. */
interface ResizedAxis {
  readonly axis: number;
  readonly input: number;
  readonly output: number;
  readonly scale: number;
}

function resizedAxes(node: NodeView): ResizedAxis[] {
  const from = node.inputShape(0);
  const to = node.outputShape(0);
  const listed = (node.ints('axes') ?? from.map((_, axis) => axis)).map((axis) => normalizeAxis(axis, from.length));
  const scales = node.constant(2) ?? [];
  return listed.map((axis, index) => {
    const [input, output] = [from[axis] as number, to[axis] as number];
    return { axis, input, output, scale: scales[index] ?? output / input };
  });
}

/** Where in the input an output position lies; in float32, since rounding to the nearest hangs on its last bit. */
function coordinate(mode: string, position: number, { input, output, scale }: ResizedAxis): number {
  const halfPixel = (): number => Math.fround(Math.fround((position + 0.5) / Math.fround(scale)) - 0.5);
  switch (mode) {
    case 'asymmetric':
      return Math.fround(position / Math.fround(scale));
    case 'align_corners':
      return output === 1 ? 0 : Math.fround((position * (input - 1)) / (output - 1));
    case 'pytorch_half_pixel':
      return output === 1 ? 0 : halfPixel();
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

/** The inputs an output is made of and their weights, before places beyond the edges are moved to the edge. */
function weights(node: NodeView, at: number): { place: number; weight: number }[] {
  const floor = Math.floor(at);
  const fraction = at - floor;
  switch (node.string('mode', 'nearest')) {
    case 'linear':
      return [
        { place: floor, weight: 1 - fraction },
        { place: floor + 1, weight: fraction },
      ];
    case 'cubic': {
      const a = node.float('cubic_coeff_a', -0.75);
      return [-1, 0, 1, 2].map((offset) => ({ place: floor + offset, weight: cubic(a, Math.abs(fraction - offset)) }));
    }
    default:
      return [{ place: nearest(node.string('nearest_mode', 'round_prefer_floor'), at), weight: 1 }];
  }
}

/** Keys' cubic convolution kernel at a distance (IEEE Trans. ASSP 29, 1981). */
function cubic(a: number, distance: number): number {
  if (distance >= 2) return 0;
  if (distance >= 1) return a * (((distance - 5) * distance + 8) * distance - 4);
  return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
}

/** input × output: the transposed map of one axis. */
function transposedMap(node: NodeView, axis: ResizedAxis): Matrix {
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  const last = axis.input - 1;
  const elements = Array.from({ length: axis.output }, (_, position) => {
    const at = coordinate(mode, position, axis);
    // Linear interpolation stops at the edge samples; the others look beyond and meet the edge there.
    const inside = node.string('mode', 'nearest') === 'linear' ? Math.min(Math.max(at, 0), last) : at;
    return weights(node, inside).map(({ place, weight }) => ({
      row: Math.min(Math.max(place, 0), last),
      column: position,
      value: weight,
    }));
  }).flat();
  return sparseMatrix(axis.input, axis.output, elements);
}

function resizeGradient(g: GradientContext): string {
  const shape = [...g.outputShape(0)];
  return resizedAxes(g).reduce((value, axis) => {
    if (axis.input === axis.output && axis.scale === 1) return value;
    const mapped = mapAxis(g, value, shape, axis.axis, transposedMap(g, axis));
    shape[axis.axis] = axis.input;
    return mapped;
  }, g.dy);
}

const knownCoordinates = new Set(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']);

function unsupportedForm(node: NodeView): string | undefined {
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  if (!knownCoordinates.has(mode)) return `coordinate mode “${mode}” has no gradient rule yet.`;
  if (node.int('antialias', 0)) return 'antialiasing has no gradient rule yet.';
  if (node.int('exclude_outside', 0)) return 'excluding outside samples has no gradient rule yet.';
  if (node.isComputed(2)) return 'its scales are computed while running.';
  return undefined;
}

export const resampling = {
  Resize: rule((g) => [g.when(0, () => resizeGradient(g))], { stops: [1, 2, 3], refuses: unsupportedForm }),
  Upsample: refused('it was replaced by Resize in operator set 10; export the model again.'),
  AffineGrid: refused(),
  GridSample: refused(),
  ImageDecoder: stop('not a number'),
} as const satisfies Family;
