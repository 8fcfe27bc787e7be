/** Reading by index. Gradients of reads are additions at the same places. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { addedAt, elementNumbers } from '#shared/ops/element-numbers.ts';
import { rule, stop, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { addAt } from '#shared/ops/places.ts';
import { scatter } from '#shared/ops/scatter.ts';
import { selection } from '#shared/ops/selection.ts';
import { sizes, spell } from '#shared/ops/spelling.ts';

/** Up to this many rows, Gather's gradient usually is a matrix product; tables of words and the like are longer. */
const longestProduct = 512;
/**
 * A table with at least so many rows for each that is read has a gradient of few rows, which are looked for where it is
 * scattered (`compiler/cpu/sparse-rows.ts`): no other way saves an optimizer as much.
 */
export const leastRowsPerRead = 4;
/** Elements of the largest indicator matrix worth trying. */
const largestIndicator = 2 ** 24;

/**
 * Gather along an axis: dx[i] = Σ of the dy that were read from i. For a short axis the sum over equal indices is a
 * product with the indicator matrix [i = index], for a long one an adding scatter (operator set 16 and later), of rows or
 * of elements by their number in the whole table. What was read from one place known beforehand has zeros around it.
 */
function gatherGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const axis = normalizeAxis(g.int('axis', 0), shape.length);
  const size = shape[axis] as number;
  const head = elementCount(shape.slice(0, axis));
  const tail = elementCount(shape.slice(axis + 1));
  const count = elementCount(g.inputShape(1));
  const dy = g.builder.reshape(g.dy, [head, count, tail]);
  const product = (): string => {
    const indices = nonNegative(g, g.builder.reshape(g.input(1), [1, count]), size);
    const rows = Array.from({ length: size }, (_, row) => row);
    const places = g.builder.constant(g.inputType(1).dtype, [size, 1], rows);
    const indicator = g.asFloat(g.builder.op('Equal', [places, indices]));
    return g.builder.reshape(g.builder.op('MatMul', [indicator, dy]), shape);
  };
  const scattered = (): string => {
    const indices = g.builder.expand(g.builder.reshape(g.input(1), [1, count, 1]), [head, count, tail]);
    return g.builder.reshape(addAt(g, [head, size, tail], 1, indices, dy), shape);
  };
  const scatteredInOneRow = (): string => {
    const wrapped = nonNegative(g, g.builder.reshape(g.input(1), [count, 1]), size);
    const { dtype } = g.inputType(1);
    const first = g.builder.op('Mul', [wrapped, g.builder.scalar(dtype, tail)]);
    const within = g.builder.constant(
      dtype,
      [1, tail],
      Array.from({ length: tail }, (_, place) => place),
    );
    const places = g.builder.reshape(g.builder.op('Add', [first, within]), [count * tail]);
    const added = addAt(g, [size * tail], 0, places, g.builder.reshape(dy, [count * tail]));
    return g.builder.reshape(added, shape);
  };
  const [only, ...more] = g.constant(1) ?? [];
  const padded = (place: number): string => {
    const zeros = g.builder.ints([0, place, 0, 0, size - 1 - place, 0]);
    return g.builder.reshape(g.builder.op('Pad', [dy, zeros]), shape);
  };
  const canScatter = g.builder.opset >= 16;
  if (canScatter && head === 1 && size > longestProduct && size >= leastRowsPerRead * count) return scattered();
  const isShort = size <= longestProduct || !canScatter;
  const ways = {
    'indicator product': isShort || size * count <= largestIndicator ? product : undefined,
    scattered: canScatter ? scattered : undefined,
    padded: only !== undefined && more.length === 0 ? () => padded(only < 0 ? only + size : only) : undefined,
    'scattered in one row':
      canScatter && head === 1 && count * tail > 0 && size * tail < 2 ** 31 ? scatteredInOneRow : undefined,
  };
  const read = count === 1 ? 'one' : sizes(g.inputShape(1));
  const key = `${sizes(shape)} by ${read}, axis ${axis}, ${g.dtype}`;
  const usual = ways.padded ? 'padded' : isShort ? 'indicator product' : 'scattered';
  return spell(g, 'GatherGradient', key, ways, usual);
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

/**
 * GatherElements: like Gather with an index for every element. Before operator set 16 there is no adding scatter, so
 * the indicator [i = index] is summed against dy instead.
 */
function gatherElementsGradient(g: GradientContext): string {
  const shape = g.inputShape(0);
  const axis = normalizeAxis(g.int('axis', 0), shape.length);
  const size = shape[axis] as number;
  const read = g.inputShape(1);
  if (g.builder.opset >= 16) return addAt(g, shape, axis, g.input(1), g.dy);
  const spread = [...read.slice(0, axis), 1, ...read.slice(axis)];
  const rows = Array.from({ length: size }, (_, row) => row);
  const rowShape = [size, ...read.slice(axis).map(() => 1)];
  const places = g.builder.constant(g.inputType(1).dtype, rowShape, rows);
  const indices = nonNegative(g, g.builder.reshape(g.input(1), spread), size);
  const indicator = g.asFloat(g.builder.op('Equal', [places, indices]));
  const gradient = g.sum(g.mul(indicator, g.builder.reshape(g.dy, spread)), [axis + 1], false);
  // Other axes may be read only in part.
  const back = shape.map((length, position) => (position === axis ? 0 : length - (read[position] as number)));
  if (back.every((length) => length === 0)) return gradient;
  return g.builder.op('Pad', [gradient, g.builder.ints([...shape.map(() => 0), ...back])]);
}

/** GatherND: dy added at the places it was read from (operator set 16 and later). */
function gatherNDGradient(g: GradientContext): string {
  const batchDims = { batch_dims: g.int('batch_dims', 0) };
  return addedAt(g, g.builder.op('GatherND', [elementNumbers(g), g.input(1)], batchDims), 'copies');
}

export const indexing = {
  ...scatter,
  ...selection,
  Gather: rule((g) => [g.when(0, () => gatherGradient(g))], { stops: [1] }),
  GatherElements: rule((g) => [g.when(0, () => gatherElementsGradient(g))], { stops: [1] }),
  GatherND: rule((g) => [g.when(0, () => gatherNDGradient(g))], { stops: [1] }),
  NonZero: stop('indices'),
  NonMaxSuppression: stop('indices'),
} as const satisfies Family;
