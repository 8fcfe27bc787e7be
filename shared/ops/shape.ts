/** Operators that move elements without computing: each gradient moves them back. */
import { normalizeAxis } from '#shared/core/shape.ts';
import { centerCropPad } from '#shared/ops/center-crop-pad.ts';
import { edges } from '#shared/ops/edges.ts';
import { decomposition, rule, stop, type Contribution, type Family } from '#shared/ops/entry.ts';
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

/** Tile repeats the input r times along each axis: split each axis into (r, size) and sum over r. */
function tileGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const split = shape.flatMap((size, axis) => [(g.outputShape(0)[axis] as number) / size, size]);
  const repeats = shape.map((_, axis) => 2 * axis).filter((position) => split[position] !== 1);
  if (repeats.length === 0) return g.dy;
  return g.builder.reshape(g.sum(g.builder.reshape(g.dy, split), repeats, false), shape);
}

export const shape = {
  ...edges,
  ...centerCropPad,
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
  Shape: stop('sizes'),
  Size: stop('sizes'),
  Constant: stop('no inputs'),
  ConstantOfShape: stop('depends on a shape only'),
  EyeLike: stop('depends on a shape only'),
  // y = start + i · delta
  Range: rule(
    (g) => [
      g.when(0, () => g.sum(g.dy, [0], false)),
      undefined,
      g.when(2, () => {
        const steps = Array.from({ length: g.outputShape(0)[0] as number }, (_, step) => step);
        return g.sum(g.mul(g.dy, g.constantOf([steps.length], steps)), [0], false);
      }),
    ],
    { stops: [1] },
  ),
} as const satisfies Family;
