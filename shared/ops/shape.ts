/** Operators that move elements without computing: each gradient moves them back. */
import { normalizeAxis, type Shape } from '#shared/core/shape.ts';
import { decomposition, refused, rule, stop, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** For operators that only rename the shape: the gradient takes the input's shape again. */
const reshapeBack = (g: GradientContext): Contribution[] => [g.when(0, () => g.builder.reshape(g.dy, g.inputShape(0)))];

function inversePermutation(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

/** Each input of Concat gets its own stretch of dy back. */
function concatGradient(g: GradientContext): Contribution[] {
  const axis = normalizeAxis(g.int('axis', 0), g.outputShape(0).length);
  let start = 0;
  return g.node.inputs.map((_, index) => {
    const end = start + (g.inputShape(index)[axis] as number);
    const gradient = g.when(index, () => g.builder.slice(g.dy, [axis], [start], [end]));
    start = end;
    return gradient;
  });
}

function splitGradient(g: GradientContext): Contribution[] {
  const axis = normalizeAxis(g.int('axis', 0), g.inputShape(0).length);
  const parts = g.node.outputs.map((_, index) => g.cotangent(index));
  return [g.when(0, () => g.builder.op('Concat', parts, { axis }))];
}

/** One axis of a Slice, normalized: elements start, start + step, …, `count` of them. */
interface SliceAxis {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function sliceAxes(g: GradientContext): SliceAxis[] {
  const shape = g.inputShape(0);
  const starts = g.constant(1) as number[];
  const axes = g.constant(3) ?? starts.map((_, axis) => axis);
  const steps = g.constant(4) ?? starts.map(() => 1);
  return axes.map((given, index) => {
    const axis = normalizeAxis(given, shape.length);
    const size = shape[axis] as number;
    const step = steps[index] as number;
    const from = starts[index] as number;
    const start = Math.min(Math.max(from < 0 ? from + size : from, 0), step > 0 ? size : size - 1);
    return { axis, start, step, count: g.outputShape(0)[axis] as number };
  });
}

/** Puts dy back where it was cut: reversed axes turn round, steps are filled with zeros, edges are padded. */
function sliceGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const axes = sliceAxes(g);
  let value = g.dy;
  const current = [...g.outputShape(0)];
  const backwards = axes.filter(({ step, count }) => step < 0 && count > 1);
  if (backwards.length > 0) value = reversed(g, value, backwards);
  for (const { axis, step, count } of axes) {
    if (Math.abs(step) === 1 || count < 2) continue;
    value = spaced(g, value, current, axis, Math.abs(step));
    current[axis] = (count - 1) * Math.abs(step) + 1;
  }
  const front = shape.map(() => 0);
  for (const { axis, start, step, count } of axes) {
    front[axis] = step > 0 ? start : start + (count - 1) * step;
  }
  const back = shape.map((size, axis) => size - (front[axis] as number) - (current[axis] as number));
  return padded(g, value, front, back);
}

function reversed(g: GradientContext, value: string, axes: readonly { axis: number; count: number }[]): string {
  return g.builder.slice(
    value,
    axes.map(({ axis }) => axis),
    axes.map(() => -1),
    axes.map(({ count }) => -count - 1),
    axes.map(() => -1),
  );
}

/** Puts `step − 1` zeros between neighbours along one axis. */
function spaced(g: GradientContext, value: string, shape: Shape, axis: number, step: number): string {
  const count = shape[axis] as number;
  const head = shape.slice(0, axis);
  const tail = shape.slice(axis + 1);
  const columns = g.builder.reshape(value, [...head, count, 1, ...tail]);
  const rank = shape.length + 1;
  const back = Array.from({ length: rank }, (_, position) => (position === axis + 1 ? step - 1 : 0));
  const filled = padded(
    g,
    columns,
    back.map(() => 0),
    back,
  );
  const flat = g.builder.reshape(filled, [...head, count * step, ...tail]);
  return g.builder.slice(flat, [axis], [0], [(count - 1) * step + 1]);
}

function padded(g: GradientContext, value: string, front: readonly number[], back: readonly number[]): string {
  if ([...front, ...back].every((size) => size === 0)) return value;
  return g.builder.op('Pad', [value, g.builder.ints([...front, ...back])]);
}

/** Front and back padding by axis, from the attribute-free form of operator set 11 and later. */
function padSizes(g: GradientContext): { front: number[]; back: number[] } {
  const rank = g.inputShape(0).length;
  const pads = g.constant(1) as number[];
  const axes = (g.constant(3) ?? pads.slice(0, rank).map((_, axis) => axis)).map((axis) => normalizeAxis(axis, rank));
  const front = Array.from({ length: rank }, () => 0);
  const back = [...front];
  axes.forEach((axis, index) => {
    front[axis] = pads[index] as number;
    back[axis] = pads[index + axes.length] as number;
  });
  return { front, back };
}

/** Constant padding: dy without the border. A negative pad cut elements off; they get zero. */
function padGradient(g: GradientContext): string {
  const { front, back } = padSizes(g);
  return padded(
    g,
    g.dy,
    front.map((size) => -size),
    back.map((size) => -size),
  );
}

/** Tile repeats the input r times along each axis: split each axis into (r, size) and sum over r. */
function tileGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const split = shape.flatMap((size, axis) => [(g.outputShape(0)[axis] as number) / size, size]);
  const repeats = shape.map((_, axis) => 2 * axis).filter((position) => split[position] !== 1);
  if (repeats.length === 0) return g.dy;
  return g.builder.reshape(g.sum(g.builder.reshape(g.dy, split), repeats, false), shape);
}

const computed = (g: { constant(index: number): number[] | undefined }, ...inputs: number[]): boolean =>
  inputs.some((index) => g.constant(index) === undefined);

export const shape = {
  Reshape: rule(reshapeBack, { stops: [1] }),
  Flatten: rule(reshapeBack),
  Squeeze: rule(reshapeBack, { stops: [1] }),
  Unsqueeze: rule(reshapeBack, { stops: [1] }),
  Transpose: rule((g) => [
    g.when(0, () => {
      const rank = g.inputShape(0).length;
      const permutation = g.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
      return g.builder.transpose(g.dy, inversePermutation(permutation));
    }),
  ]),
  Concat: rule(concatGradient),
  Split: rule(splitGradient, { stops: [1] }),
  Slice: rule((g) => [g.when(0, () => sliceGradient(g))], {
    stops: [1, 2, 3, 4],
    refuses: (node) =>
      computed(node, 1) || (node.hasInput(3) && computed(node, 3)) || (node.hasInput(4) && computed(node, 4))
        ? 'where it cuts is computed while running.'
        : undefined,
  }),
  Pad: rule((g) => [g.when(0, () => padGradient(g))], {
    stops: [1, 2, 3],
    refuses: (node) => {
      if (node.string('mode', 'constant') !== 'constant')
        return `mode “${node.string('mode', '')}” has no gradient rule yet.`;
      return computed(node, 1) ? 'its padding is computed while running.' : undefined;
    },
  }),
  // The axes that were broadcast are the walker's to sum.
  Expand: rule((g) => [g.needs(0) ? { value: g.dy, shape: g.outputShape(0) } : undefined], { stops: [1] }),
  Tile: rule((g) => [g.when(0, () => tileGradient(g))], { stops: [1] }),
  // Each is a reshape, a transpose and a reshape.
  DepthToSpace: decomposition((l) => {
    const [batch, channels, height, width] = l.inputShape(0) as [number, number, number, number];
    const block = l.int('blocksize', 1);
    const depth = channels / (block * block);
    const columnFirst = l.string('mode', 'DCR') === 'CRD';
    const split = columnFirst
      ? [batch, depth, block, block, height, width]
      : [batch, block, block, depth, height, width];
    const moved = l.builder.transpose(
      l.builder.reshape(l.x, split),
      columnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
    );
    return [l.builder.reshape(moved, [batch, depth, height * block, width * block])];
  }),
  SpaceToDepth: decomposition((l) => {
    const [batch, channels, height, width] = l.inputShape(0) as [number, number, number, number];
    const block = l.int('blocksize', 1);
    const split = l.builder.reshape(l.x, [batch, channels, height / block, block, width / block, block]);
    const moved = l.builder.transpose(split, [0, 3, 5, 1, 2, 4]);
    return [l.builder.reshape(moved, [batch, channels * block * block, height / block, width / block])];
  }),
  // The triangle of dy that was kept.
  Trilu: rule(
    (g) => [
      g.when(0, () => g.builder.op('Trilu', g.hasInput(1) ? [g.dy, g.input(1)] : [g.dy], { upper: g.int('upper', 1) })),
    ],
    { stops: [1] },
  ),
  ReverseSequence: rule(
    (g) => [
      g.when(0, () =>
        g.builder.op('ReverseSequence', [g.dy, g.input(1)], {
          batch_axis: g.int('batch_axis', 1),
          time_axis: g.int('time_axis', 0),
        }),
      ),
    ],
    { stops: [1] },
  ),
  CenterCropPad: refused(),
  Shape: stop('sizes'),
  Size: stop('sizes'),
  Constant: stop('no inputs'),
  ConstantOfShape: stop('depends on a shape only'),
  EyeLike: stop('depends on a shape only'),
  Range: stop('indices'),
} as const satisfies Family;
