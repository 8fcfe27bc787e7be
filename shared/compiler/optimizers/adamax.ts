import { betasOf } from '#shared/compiler/optimizers/adam.ts';
import { slotOf, StepClock, withDecay, zeros, type OptimizerRule } from '#shared/compiler/optimizers/rule.ts';

/**
 * m ← β₁m + (1−β₁)g; u ← max(β₂u, |g| + ε); p ← p − lr/(1−β₁ᵗ)·m/u; g includes λ·p.
 * Kingma and Ba 2015, section 7.1, with PyTorch's ε.
 */
export const adamax: OptimizerRule = {
  isElementwise: true,
  slots: (_spec, shape) => [zeros('exp_avg', shape), zeros('exp_inf', shape)],
  terms(arithmetic, spec, step) {
    const clock = new StepClock(arithmetic, step);
    return { correction: clock.out(clock.correction(betasOf(spec)[0])) };
  },
  update(arithmetic, spec, terms, update) {
    const [beta1, beta2] = betasOf(spec);
    const slope = withDecay(arithmetic, update);
    const first = arithmetic.blend(beta1, slotOf(update, 'exp_avg'), slope);
    const largest = arithmetic.max(
      arithmetic.scale(slotOf(update, 'exp_inf'), beta2),
      arithmetic.shift(arithmetic.unary('Abs', slope), spec.eps ?? 1e-8),
    );
    const size = arithmetic.div(update.rate, terms['correction'] as string);
    return {
      parameter: arithmetic.sub(update.parameter, arithmetic.mul(arithmetic.div(first, largest), size)),
      slots: { exp_avg: first, exp_inf: largest },
    };
  },
};
