/** Tiles at points, multiplied by the kernel at points and read back, are the filter's results. */
import { describe, expect, it } from 'vitest';
import { inputMatrix, kernelMatrix, outputMatrix } from '#shared/compiler/cpu/minimal-filter.ts';
import { elementCount, indicesOf, type Shape } from '#shared/core/shape.ts';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';
import type { WindowAxis } from '#shared/ops/geometry.ts';

const taps = 3;

function axisOf(input: number, begin: number, end: number): WindowAxis {
  const output = input + begin + end - taps + 1;
  return { input, output, kernel: taps, stride: 1, dilation: 1, begin, behind: end, end };
}

const wave = (count: number, phase: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.sin(1.7 * index + phase));

/** Matrix times vector. */
function times(matrix: Tensor, vector: readonly number[]): number[] {
  const values = numbers(matrix);
  const [rows, columns] = matrix.shape as [number, number];
  expect(columns).toBe(vector.length);
  return Array.from({ length: rows }, (_, row) =>
    vector.reduce((sum, value, column) => sum + value * (values[row * columns + column] as number), 0),
  );
}

/** Vector times matrix. */
function transposedTimes(matrix: Tensor, vector: readonly number[]): number[] {
  const values = numbers(matrix);
  const columns = matrix.shape[1] as number;
  return Array.from({ length: columns }, (_, column) =>
    vector.reduce((sum, value, row) => sum + value * (values[row * columns + column] as number), 0),
  );
}

function at(values: readonly number[], shape: Shape, index: readonly number[]): number {
  if (index.some((position, axis) => position < 0 || position >= (shape[axis] as number))) return 0;
  return values[index.reduce((flat, position, axis) => flat * (shape[axis] as number) + position, 0)] as number;
}

describe('minimal filters', () => {
  it.each([
    [[axisOf(7, 1, 1)]],
    [[axisOf(3, 0, 0)]],
    [[axisOf(1, 1, 1)]],
    [[axisOf(13, 2, 0)]],
    [[axisOf(7, 1, 1), axisOf(7, 1, 1)]],
    [[axisOf(5, 0, 2), axisOf(9, 1, 0)]],
    [[axisOf(14, 1, 1), axisOf(3, 2, 2)]],
  ])('give what windows give: %j', (axes) => {
    const inputShape = axes.map((axis) => axis.input);
    const kernelShape = axes.map(() => taps);
    const signal = wave(elementCount(inputShape), 0.3);
    const kernel = wave(elementCount(kernelShape), 1.1);

    const atPoints = times(inputMatrix(axes), signal);
    const filter = times(kernelMatrix(axes.length), kernel);
    const tiles = atPoints.length / filter.length;
    const products = atPoints.map((value, index) => value * (filter[Math.floor(index / tiles)] as number));
    const found = transposedTimes(outputMatrix(axes), products);

    const expected = indicesOf(axes.map((axis) => axis.output)).map((place) =>
      indicesOf(kernelShape).reduce((sum, tap) => {
        const read = place.map((position, axis) => position + (tap[axis] as number) - (axes[axis]?.begin ?? 0));
        return sum + at(kernel, kernelShape, tap) * at(signal, inputShape, read);
      }, 0),
    );
    expect(found).toHaveLength(expected.length);
    found.forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 5));
  });
});
