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
  const constant = g.constantOf([matrix.rows, matrix.columns], matrix.values);
  return applyToAxis(g, value, shape, axis, matrix.rows, constant);
}

/** The same with a matrix that is a value: [rows, size of the axis]. */
export function applyToAxis(
  g: Emitter,
  value: string,
  shape: Shape,
  axis: number,
  rows: number,
  matrix: string,
): string {
  const mappedShape = [...shape.slice(0, axis), rows, ...shape.slice(axis + 1)];
  // onnxruntime does not multiply a matrix with an empty batch.
  if (elementCount(shape) === 0) return g.zeros(mappedShape);
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1));
  const columns = g.builder.reshape(value, [outer, shape[axis] as number, inner]);
  const mapped = g.builder.op('MatMul', [matrix, columns]);
  return g.builder.reshape(mapped, mappedShape);
}
