/** Reading and writing by index. Gradients of reads are additions at the same places. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { refused, rule, stop, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** Up to this many rows, Gather's gradient is a matrix product; tables of words and the like are longer. */
const longestProduct = 512;

/**
 * Gather along an axis: dx[i] = Σ of the dy that were read from i. For a short axis the sum over equal indices is a
 * product with the indicator matrix [i = index], for a long one an adding scatter (operator set 16 and later).
 */
function gatherGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const axis = normalizeAxis(g.int('axis', 0), shape.length);
  const size = shape[axis] as number;
  const head = elementCount(shape.slice(0, axis));
  const tail = elementCount(shape.slice(axis + 1));
  const count = elementCount(g.inputShape(1));
  const dy = g.builder.reshape(g.dy, [head, count, tail]);
  if (size <= longestProduct || g.builder.opset < 16) {
    const indices = nonNegative(g, g.builder.reshape(g.input(1), [1, count]), size);
    const rows = Array.from({ length: size }, (_, row) => row);
    const places = g.builder.constant(g.inputType(1).dtype, [size, 1], rows);
    const indicator = g.asFloat(g.builder.op('Equal', [places, indices]));
    return g.builder.reshape(g.builder.op('MatMul', [indicator, dy]), shape);
  }
  const indices = g.builder.cast(g.builder.reshape(g.input(1), [count, 1]), 'int64');
  const rows = g.builder.reshape(g.builder.transpose(dy, [1, 0, 2]), [count, head, tail]);
  const added = g.builder.op('ScatterND', [g.zeros([size, head, tail]), indices, rows], { reduction: 'add' });
  return g.builder.reshape(g.builder.transpose(added, [1, 0, 2]), shape);
}

/** Indices counted from the end made plain. */
function nonNegative(g: GradientContext, indices: string, size: number): string {
  const { dtype } = g.inputType(1);
  const constant = g.constant(1);
  if (constant?.every((index) => index >= 0)) return indices;
  const negative = g.builder.op('Less', [indices, g.builder.scalar(dtype, 0)]);
  const wrapped = g.builder.op('Add', [indices, g.builder.scalar(dtype, size)]);
  return g.builder.op('Where', [negative, wrapped, indices]);
}

export const indexing = {
  Gather: rule((g) => [g.when(0, () => gatherGradient(g))], { stops: [1] }),
  GatherElements: refused(),
  GatherND: refused(),
  Scatter: refused(),
  ScatterElements: refused(),
  ScatterND: refused(),
  TensorScatter: refused(),
  TopK: refused(),
  Compress: refused(),
  Unique: refused(),
  NonZero: stop('indices'),
  OneHot: stop('indices'),
  NonMaxSuppression: stop('indices'),
} as const satisfies Family;
