/** Pooling over windows. */
import { elementCount } from '#shared/core/shape.ts';
import { averagePoolGradient, spreadEvenly } from '#shared/ops/average-pool.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import { windowAxes, type WindowAxis } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { maxPoolGradient } from '#shared/ops/max-pool.ts';

const axesOf = (g: GradientContext): WindowAxis[] => windowAxes(g, g.ints('kernel_shape') ?? []);

/** Mean over all positions: dx = dy / positions everywhere. */
function globalAverageGradient(g: GradientContext): string {
  const positions = elementCount(g.inputShape(0).slice(2));
  return g.builder.expand(g.scale(g.dy, 1 / positions), g.inputShape(0));
}

/** Maximum over all positions: equal winners share. */
function globalMaxGradient(g: GradientContext): string {
  const spatial = g
    .inputShape(0)
    .slice(2)
    .map((_, axis) => axis + 2);
  const winners = g.indicator('Equal', g.x, g.y);
  return g.mul(winners, g.div(g.dy, g.sum(winners, spatial, true)));
}

/**
 * y = (Σ |x|ᵖ)^(1/p): dx = sign(x) · |x|ᵖ⁻¹ · Σ dy / yᵖ⁻¹ over the windows that read x. Where a whole window is zero y
 * has a kink, and its gradient is taken to be zero.
 *
 * @param spread adds what each output has to give to the elements it read
 */
function lpGradient(g: GradientContext, spread: (share: string) => string): string {
  const power = g.int('p', 2) - 1;
  const raised = (value: string): string => (power === 1 ? value : g.pow(value, power));
  if (power === 0) return g.mul(g.unary('Sign', g.x), spread(g.dy));
  const positive = g.builder.op('Greater', [g.y, g.scalar(0)]);
  const share = g.builder.op('Where', [positive, g.div(g.dy, raised(g.y)), g.scalar(0)]);
  const slope = power === 1 ? g.x : g.mul(g.unary('Sign', g.x), raised(g.unary('Abs', g.x)));
  return g.mul(slope, spread(share));
}

export const pooling = {
  AveragePool: rule((g) => [g.when(0, () => averagePoolGradient(g, axesOf(g)))]),
  MaxPool: rule((g) => [g.when(0, () => maxPoolGradient(g, axesOf(g)))]),
  GlobalAveragePool: rule((g) => [g.when(0, () => globalAverageGradient(g))]),
  GlobalMaxPool: rule((g) => [g.when(0, () => globalMaxGradient(g))]),
  LpPool: rule((g) => [g.when(0, () => lpGradient(g, (share) => spreadEvenly(g, axesOf(g), share)))]),
  GlobalLpPool: rule((g) => [g.when(0, () => lpGradient(g, (share) => share))]),
} as const satisfies Family;
