/** Inputs of gradient checks: seeded, and kept away from the kinks of what they are fed to. */
import { randomPermutation, randomStreams, randomUniform } from '#shared/core/random.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { DType } from '#shared/ir/tensor.ts';

export interface InputSpec {
  readonly shape: Shape;
  /** Float inputs take the case's own type unless one is given. */
  readonly dtype?: DType;
  /** Constants become initializers and are not differentiated. */
  readonly constant: boolean;
  /** A graph input that is not differentiated although it may be float. */
  readonly held?: boolean;
  readonly values: (seed: number, position: number) => number[];
}

function drawn(shape: Shape, value: (uniform: number) => number): InputSpec {
  const count = elementCount(shape);
  return {
    shape,
    constant: false,
    values: (seed, position) =>
      Array.from({ length: count }, (_, index) => value(randomUniform(seed, randomStreams.sample, position, index))),
  };
}

/** Either sign, magnitude 0.25 … 1.5: away from zero. */
export function signed(...shape: number[]): InputSpec {
  return drawn(shape, (u) => (u < 0.5 ? -0.25 - 2.5 * u : 0.25 + 2.5 * (u - 0.5)));
}

/** Uniform between two limits. */
export function between(low: number, high: number, ...shape: number[]): InputSpec {
  return drawn(shape, (u) => low + (high - low) * u);
}

/** All different, at least `gap` apart, in random order, centred on zero: for maxima and sorting. */
export function distinct(gap: number, ...shape: number[]): InputSpec {
  const count = elementCount(shape);
  return {
    shape,
    constant: false,
    values: (seed, position) =>
      Array.from(
        randomPermutation(seed, randomStreams.sample, position, count),
        (rank) => gap * (rank - count / 2 + 0.25),
      ),
  };
}

/** Exactly these values, differentiated. */
export function given(values: readonly number[], ...shape: number[]): InputSpec {
  return { shape, constant: false, values: () => [...values] };
}

/** A float constant. */
export function fixed(values: readonly number[], ...shape: number[]): InputSpec {
  return { shape, constant: true, values: () => [...values] };
}

export function ints(values: readonly number[], shape: Shape = [values.length], dtype: DType = 'int64'): InputSpec {
  return { shape, dtype, constant: true, values: () => [...values] };
}

/** Integers that come as a graph input: not known before running. */
export function computedInts(
  values: readonly number[],
  shape: Shape = [values.length],
  dtype: DType = 'int64',
): InputSpec {
  return { shape, dtype, constant: false, values: () => [...values] };
}

/** Truth values that come as a graph input. */
export function computedBools(values: readonly number[], ...shape: number[]): InputSpec {
  return { shape, dtype: 'bool', constant: false, values: () => [...values] };
}

export function bools(values: readonly number[], ...shape: number[]): InputSpec {
  return { shape, dtype: 'bool', constant: true, values: () => [...values] };
}

/** Floats that come as a graph input, known only while running, and are not differentiated. */
export function held(values: readonly number[], shape: Shape = [values.length], dtype?: DType): InputSpec {
  return { shape, constant: false, held: true, values: () => [...values], ...(dtype ? { dtype } : {}) };
}

/** An omitted optional input. */
export const absent = undefined;
