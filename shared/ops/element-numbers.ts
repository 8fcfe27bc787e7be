/**
 * Gradients of operators that move elements to places computed while running: what they do to the numbers of the
 * elements says which element each dy belongs to.
 */
import { elementCount } from '#shared/core/shape.ts';
import { addAt } from '#shared/ops/places.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** The numbers 0, 1, … of the first input's elements, in its shape. */
export function elementNumbers(g: GradientContext): string {
  const shape = g.inputShape(0);
  const range = [0, elementCount(shape), 1].map((value) => g.builder.scalar('int64', value));
  return g.builder.reshape(g.builder.op('Range', range), shape);
}

/**
 * Puts each dy to the element of the first input whose number the output shows.
 *
 * @param numbers in the output's shape
 * @param reading 'once' if no element is shown twice; 'copies' if some may be, which operator set 16's adding scatter
 * is for; 'bordered' if none is but the number behind the last stands for none of them
 */
export function addedAt(g: GradientContext, numbers: string, reading: 'once' | 'copies' | 'bordered'): string {
  const shape = g.inputShape(0);
  const count = elementCount(shape);
  const size = elementCount(g.outputShape(0));
  const row = g.builder.reshape(numbers, [size]);
  const places = g.zeros([reading === 'bordered' ? count + 1 : count]);
  const dy = g.builder.reshape(g.dy, [size]);
  if (reading === 'copies') return g.builder.reshape(addAt(g, [count], 0, row, dy), shape);
  const added = g.builder.op('ScatterElements', [places, row, dy]);
  return g.builder.reshape(reading === 'bordered' ? g.builder.slice(added, [0], [0], [count]) : added, shape);
}
