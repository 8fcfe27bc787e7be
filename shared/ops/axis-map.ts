/** Linear maps along single axes, given as matrices known at compile time. */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { Emitter } from '#shared/ops/emitter.ts';

/** Row-major rows × columns. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: readonly number[];
}

/** A matrix from its non-zero elements; those given twice add up. */
export function sparseMatrix(
  rows: number,
  columns: number,
  elements: Iterable<{ row: number; column: number; value: number }>,
): Matrix {
  const values = Array.from({ length: rows * columns }, () => 0);
  for (const { row, column, value } of elements) {
    const place = row * columns + column;
    values[place] = (values[place] as number) + value;
  }
  return { rows, columns, values };
}

/** Applies `matrix` to every vector along `axis` of a value of this shape: the axis gets `rows` elements. */
export function mapAxis(g: Emitter, value: string, shape: Shape, axis: number, matrix: Matrix): string {
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1));
  const constant = g.constantOf([matrix.rows, matrix.columns], matrix.values);
  const columns = g.builder.reshape(value, [outer, matrix.columns, inner]);
  const mapped = g.builder.op('MatMul', [constant, columns]);
  return g.builder.reshape(mapped, [...shape.slice(0, axis), matrix.rows, ...shape.slice(axis + 1)]);
}
