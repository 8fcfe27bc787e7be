/** Sliding windows in plain arithmetic: which input elements each output of a pooling reads. */
import type { Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';

export interface Windows {
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Padding in front. */
  readonly begin?: readonly number[];
  readonly output: readonly number[];
}

const combinations = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, index) => [...head, index])),
    [[]],
  );

/** [N, C, …] pooled by `pool`, which gets what a window read of one channel; beyond the edges nothing is read. */
function pooled(x: ReferenceTensor, windows: Windows, pool: (read: readonly number[]) => number): ReferenceTensor {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const plane = spatial.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: batch * channels }, (_, channel) =>
    combinations(windows.output).map((window) => {
      const read = combinations(windows.kernel).flatMap((tap) => {
        const place = window.map(
          (position, axis) =>
            position * (windows.strides?.[axis] ?? 1) +
            (tap[axis] as number) * (windows.dilations?.[axis] ?? 1) -
            (windows.begin?.[axis] ?? 0),
        );
        if (place.some((at, axis) => at < 0 || at >= (spatial[axis] as number))) return [];
        const offset = place.reduce((sum, at, axis) => sum * (spatial[axis] as number) + at, 0);
        return [x.data[channel * plane + offset] as number];
      });
      return pool(read);
    }),
  ).flat();
  return { shape: [batch, channels, ...windows.output], data };
}

/** (Σ |x|ᵖ)^(1/p) over each window. */
export const lpPool =
  (windows: Windows, p: number): Reference =>
  ([x]) => [
    pooled(
      x as ReferenceTensor,
      windows,
      (read) => read.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p),
    ),
  ];
