import { elementCount } from '#shared/core/shape.ts';
import type { GradientRule } from '#shared/ops/entry.ts';

/** A rule for outputs with elements; without any, all gradients are zero, and many kernels would not run. */
export function unlessEmpty(gradient: GradientRule): GradientRule {
  return (g) => (elementCount(g.outputShape(0)) === 0 ? g.each((index) => g.zeros(g.inputShape(index))) : gradient(g));
}
