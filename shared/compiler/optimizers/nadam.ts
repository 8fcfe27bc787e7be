import { betasOf } from '#shared/compiler/optimizers/adam.ts';
import {
  decayed,
  secondMoment,
  slotOf,
  StepClock,
  withDecay,
  zeros,
  type OptimizerRule,
} from '#shared/compiler/optimizers/rule.ts';

/**
 * Adam with Nesterov's momentum (Dozat 2016), in PyTorch's form: with μₜ = β₁(1 − ½·0.96^(t·ψ)) and Πₜ = μ₁⋯μₜ,
 * p ← p − lr·((1−μₜ)/(1−Πₜ)·g + μₜ₊₁/(1−Πₜ₊₁)·m) / (√(v/(1−β₂ᵗ)) + ε). ψ is `momentum_decay`, 0.004 unless given.
 * The product is a slot, one number a parameter, as in PyTorch. With `repeated_momentum` Πₜ₊₁ is Πₜ·μₜ·μₜ₊₁.
 */
export const nadam: OptimizerRule = {
  slots: (_spec, shape) => [
    zeros('exp_avg', shape),
    zeros('exp_avg_sq', shape),
    { name: 'mu_product', shape: [], initial: 1 },
  ],
  terms(arithmetic, spec, step) {
    const clock = new StepClock(arithmetic, step);
    const [beta1, beta2] = betasOf(spec);
    const decay = spec.momentum_decay ?? 0.004;
    const momentumAt = (time: string): string =>
      clock.scale(clock.oneMinus(clock.scale(clock.power(0.96 ** decay, time), 0.5)), beta1);
    return {
      momentum: clock.out(momentumAt(clock.time)),
      next: clock.out(momentumAt(clock.shift(clock.time, 1))),
      rootOfSecondCorrection: clock.out(clock.unary('Sqrt', clock.correction(beta2))),
    };
  },
  update(arithmetic, spec, terms, update) {
    const [beta1, beta2] = betasOf(spec);
    const { momentum, next, rootOfSecondCorrection } = terms;
    const slope = spec.decoupled_weight_decay ? update.gradient : withDecay(arithmetic, update);
    const start = spec.decoupled_weight_decay ? decayed(arithmetic, update) : update.parameter;
    const first = arithmetic.blend(beta1, slotOf(update, 'exp_avg'), slope);
    const second = secondMoment(arithmetic, beta2, slotOf(update, 'exp_avg_sq'), slope);
    const product = arithmetic.mul(slotOf(update, 'mu_product'), momentum as string);
    const ofGradient = arithmetic.div(arithmetic.oneMinus(momentum as string), arithmetic.oneMinus(product));
    const taken = spec.repeated_momentum ? arithmetic.mul(product, momentum as string) : product;
    const ofAverage = arithmetic.div(next as string, arithmetic.oneMinus(arithmetic.mul(taken, next as string)));
    const root = arithmetic.div(arithmetic.unary('Sqrt', second), rootOfSecondCorrection as string);
    const denominator = arithmetic.shift(root, spec.eps ?? 1e-8);
    const direction = arithmetic.add(arithmetic.mul(slope, ofGradient), arithmetic.mul(first, ofAverage));
    const change = arithmetic.mul(arithmetic.div(direction, denominator), update.rate);
    return {
      parameter: arithmetic.sub(start, change),
      slots: { exp_avg: first, exp_avg_sq: second, mu_product: product },
    };
  },
};
