import type { Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';

/** By expansion along the first row. */
function expand(rows: readonly (readonly number[])[]): number {
  const [first = [], ...rest] = rows;
  if (rows.length === 0) return 1;
  return first.reduce((sum, value, column) => {
    const minor = rest.map((row) => row.filter((_, index) => index !== column));
    return sum + (column % 2 === 0 ? 1 : -1) * value * expand(minor);
  }, 0);
}

/** Determinants of the last two axes. */
export const determinants: Reference = ([a]) => {
  const { shape, data } = a as ReferenceTensor;
  const size = shape.at(-1) as number;
  const square = size * size;
  const all = Array.from({ length: data.length / square }, (_, index) =>
    expand(
      Array.from({ length: size }, (_row, row) =>
        data.slice(index * square + row * size, index * square + (row + 1) * size),
      ),
    ),
  );
  return [{ shape: shape.slice(0, -2), data: all }];
};
