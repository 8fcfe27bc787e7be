/** Reading and writing by index. Gradients of reads are additions at the same places. */
import { normalizeAxis } from '#shared/core/shape.ts';
import { refused, rule, stop, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/**
 * Gather along an axis: dx[i] = Σ of the dy that were read from i. The sum over equal indices is a product with the
 * indicator matrix [i = index], which needs no scatter: dx = [size, count] · [count, rest].
 */
function gatherGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const axis = normalizeAxis(g.int('axis', 0), shape.length);
  const size = shape[axis] as number;
  const head = shape.slice(0, axis);
  const tail = shape.slice(axis + 1);
  const product = (sizes: readonly number[]): number => sizes.reduce((all, one) => all * one, 1);
  const count = product(g.inputShape(1));
  const indices = nonNegative(g, g.builder.reshape(g.input(1), [1, count]), size);
  const places = g.builder.constant(
    g.inputType(1).dtype,
    [size, 1],
    Array.from({ length: size }, (_, place) => place),
  );
  const indicator = g.asFloat(g.builder.op('Equal', [places, indices]));
  const dy = g.builder.reshape(g.dy, [product(head), count, product(tail)]);
  return g.builder.reshape(g.builder.op('MatMul', [indicator, dy]), shape);
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
