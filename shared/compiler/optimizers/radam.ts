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
 * Rectified Adam (Liu et al. 2020), in PyTorch's form: with ρ∞ = 2/(1−β₂) − 1 and ρₜ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ),
 * p ← p − lr·m/(1−β₁ᵗ)·f, where f is r·√(1−β₂ᵗ) / (√v + ε) with r = √((ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)) once
 * ρₜ > 5, and 1 before.
 */
export const radam: OptimizerRule = {
  isElementwise: true,
  slots: (_spec, shape) => [zeros('exp_avg', shape), zeros('exp_avg_sq', shape)],
  terms(arithmetic, spec, step) {
    const clock = new StepClock(arithmetic, step);
    const [beta1, beta2] = betasOf(spec);
    const limit = 2 / (1 - beta2) - 1;
    const correction = clock.correction(beta2);
    const age = clock.scale(clock.mul(clock.time, clock.power(beta2)), 2);
    const length = clock.sub(clock.scalar(limit), clock.div(age, correction));
    const isLong = clock.builder.op('Greater', [length, clock.scalar(5)]);
    const above = clock.scale(clock.mul(clock.shift(length, -4), clock.shift(length, -2)), limit);
    const below = clock.scale(length, (limit - 4) * (limit - 2));
    const rectified = clock.unary('Sqrt', clock.mul(clock.div(above, below), correction));
    const choose = (then: string, otherwise: string): string => clock.builder.op('Where', [isLong, then, otherwise]);
    return {
      firstCorrection: clock.out(clock.correction(beta1)),
      // f = adaptive / (√v + ε) + plain, of which one is 0.
      adaptive: clock.out(choose(rectified, clock.scalar(0))),
      plain: clock.out(choose(clock.scalar(0), clock.scalar(1))),
    };
  },
  update(arithmetic, spec, terms, update) {
    const [beta1, beta2] = betasOf(spec);
    const slope = spec.decoupled_weight_decay ? update.gradient : withDecay(arithmetic, update);
    const start = spec.decoupled_weight_decay ? decayed(arithmetic, update) : update.parameter;
    const first = arithmetic.blend(beta1, slotOf(update, 'exp_avg'), slope);
    const second = secondMoment(arithmetic, beta2, slotOf(update, 'exp_avg_sq'), slope);
    const root = arithmetic.shift(arithmetic.unary('Sqrt', second), spec.eps ?? 1e-8);
    const factor = arithmetic.add(arithmetic.div(terms['adaptive'] as string, root), terms['plain'] as string);
    const size = arithmetic.div(update.rate, terms['firstCorrection'] as string);
    return {
      parameter: arithmetic.sub(start, arithmetic.mul(arithmetic.mul(first, factor), size)),
      slots: { exp_avg: first, exp_avg_sq: second },
    };
  },
};
