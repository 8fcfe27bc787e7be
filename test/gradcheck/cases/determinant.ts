import type { GradientCase } from '#test/gradcheck/harness.ts';
import { given, signed, type InputSpec } from '#test/gradcheck/inputs.ts';
import { determinants } from '#test/gradcheck/references/determinant.ts';

const determinant = (name: string, matrices: InputSpec): GradientCase => ({
  op: 'Det',
  name,
  inputs: [matrices],
  oracle: determinants,
  tolerance: 1e-5,
});

/** Two matrices: the last `count` rows of the first are multiples of its first one, the second is regular. */
function dependent(size: number, count: number): InputSpec {
  const { shape, values } = signed(2, size, size);
  return {
    shape,
    constant: false,
    values: (seed, position) => {
      const free = values(seed, position);
      return free.map((value, place) => {
        const row = Math.floor(place / size);
        return row < size - count || row >= size ? value : (free[place % size] as number) * (row + 1) * 0.5;
      });
    },
  };
}

export const determinantCases: readonly GradientCase[] = [
  ...[1, 2, 3, 4, 5, 6].map((size) => determinant(`${size} rows`, signed(2, 3, size, size))),
  determinant('one matrix', signed(3, 3)),
  determinant('very different sizes', given([1e3, 2e-3, 1, 5e-3], 2, 2)),
  ...[2, 3, 4, 5, 6].map((size) => determinant(`${size} rows, singular`, dependent(size, 1))),
  ...[3, 4, 5].map((size) => determinant(`${size} rows, twice singular`, dependent(size, 2))),
  determinant('zeros', given([0, 0, 0, 0, 0, 0, 0, 0, 0], 3, 3)),
];
