import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** Where the pixels of an axis lie: −1 and 1 are the middles of the outermost ones, or their outer edges. */
function positions(count: number, aligned: boolean): number[] {
  return Array.from({ length: count }, (_, index) => {
    if (!aligned) return (2 * index + 1) / count - 1;
    return count === 1 ? 1 : (2 * index) / (count - 1) - 1;
  });
}

/**
 * y[n, …p, i] = Σ_j θ[n, i, j] · (x, y, z, 1)_j at pixel p, x along the innermost axis:
 * dθ[n, i, j] = Σ over pixels of dy[n, …p, i] · (x, y, z, 1)_j.
 */
function affineGridGradient(g: GradientContext): string {
  const [batch, ...sizes] = g.outputShape(0).slice(0, -1) as [number, ...number[]];
  const rank = sizes.length;
  const spatial = sizes.map((_, axis) => axis + 1);
  const column = (value: string): string => g.builder.reshape(g.sum(value, spatial, false), [batch, rank, 1]);
  const aligned = g.int('align_corners', 0) === 1;
  const columns = sizes.map((size, axis) => {
    const shape = [...sizes.map((_, other) => (other === axis ? size : 1)), 1];
    return column(g.mul(g.dy, g.constantOf(shape, positions(size, aligned))));
  });
  return g.builder.op('Concat', [...columns.toReversed(), column(g.dy)], { axis: 2 });
}

export const affineGrid = {
  AffineGrid: rule((g) => [g.when(0, () => affineGridGradient(g))], { stops: [1] }),
} as const satisfies Family;
