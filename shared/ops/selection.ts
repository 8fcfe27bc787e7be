/** Choosing some elements or rows of a tensor: dy goes back to those that were chosen, the others get zero. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** The axis along which rows are chosen; undefined where elements of the flattened tensor are. */
function chosenAxis(g: GradientContext): number | undefined {
  return g.node.attributes['axis'] ? normalizeAxis(g.int('axis', 0), g.inputShape(0).length) : undefined;
}

/**
 * Puts the rows of dy at `places` along an axis of the input, or its elements at `places` of the flattened input.
 *
 * @param places int64, as many as rows in dy; none of them twice
 */
function putBack(g: GradientContext, places: string, axis: number | undefined): string {
  const { builder } = g;
  const shape = g.inputShape(0);
  const column = builder.op('Reshape', [places, builder.ints([-1, 1])]);
  if (axis === undefined) {
    const flat = builder.op('ScatterND', [g.zeros([elementCount(shape)]), column, g.dy]);
    return builder.reshape(flat, shape);
  }
  if (axis === 0) return builder.op('ScatterND', [g.zeros(shape), column, g.dy]);
  const swapped = shape.map((_, position) => (position === 0 ? axis : position === axis ? 0 : position));
  const rowsFirst = swapped.map((position) => shape[position] as number);
  const rows = builder.transpose(g.dy, swapped);
  return builder.transpose(builder.op('ScatterND', [g.zeros(rowsFirst), column, rows]), swapped);
}

/** Compress: the condition that chose the rows chooses their numbers too. It may be shorter than the axis. */
function compressGradient(g: GradientContext): string {
  const axis = chosenAxis(g);
  const shape = g.inputShape(0);
  const count = axis === undefined ? elementCount(shape) : (shape[axis] as number);
  const numbers = g.builder.op(
    'Range',
    [0, count, 1].map((value) => g.builder.scalar('int64', value)),
  );
  return putBack(g, g.builder.op('Compress', [numbers, g.input(1)], { axis: 0 }), axis);
}

/** Unique: every value is the element, or row, that it was first met as; the others that equal it get zero. */
function uniqueGradient(g: GradientContext): string {
  const axis = chosenAxis(g);
  const attributes = { sorted: g.int('sorted', 1), ...(axis === undefined ? {} : { axis }) };
  const first = g.hasOutput(1) ? g.output(1) : g.builder.opN('Unique', [g.x], 2, attributes)[1];
  return putBack(g, first as string, axis);
}

/** TopK: each of the elements that were taken, once. */
function topKGradient(g: GradientContext): string {
  const attributes = { axis: g.int('axis', -1), largest: g.int('largest', 1), sorted: g.int('sorted', 1) };
  const places = g.hasOutput(1) ? g.output(1) : g.builder.opN('TopK', [g.x, g.input(1)], 2, attributes)[1];
  return g.builder.op('ScatterElements', [g.zeros(g.inputShape(0)), places as string, g.dy], {
    axis: attributes.axis,
  });
}

/** y = off + (on − off) · h with h the one-hot tensor of 0 and 1: doff = Σ dy · (1 − h), don = Σ dy · h. */
function oneHotGradient(g: GradientContext): string {
  const hot = g.builder.op('OneHot', [g.input(0), g.input(1), g.constantOf([2], [0, 1])], { axis: g.int('axis', -1) });
  const all = g.outputShape(0).map((_, axis) => axis);
  const sum = (value: string): string => g.builder.reshape(g.sum(value, all, false), [1]);
  return g.builder.op('Concat', [sum(g.mul(g.dy, g.oneMinus(hot))), sum(g.mul(g.dy, hot))], { axis: 0 });
}

export const selection = {
  Compress: rule((g) => [g.when(0, () => compressGradient(g))], { stops: [1] }),
  Unique: rule((g) => [g.when(0, () => uniqueGradient(g))]),
  TopK: rule((g) => [g.when(0, () => topKGradient(g))], { stops: [1] }),
  OneHot: rule((g) => [undefined, undefined, g.when(2, () => oneHotGradient(g))], { stops: [0, 1] }),
} as const satisfies Family;
