import { betasOf } from '#shared/compiler/optimizers/adam.ts';
import { norm, secondMoment, slotOf, StepClock, zeros, type OptimizerRule } from '#shared/compiler/optimizers/rule.ts';

/**
 * With Adam's corrected moments, u = m̂/(√v̂ + ε) + λ·p; p ← p − lr·‖p‖/‖u‖·u, the ratio 1 where a norm is 0.
 * You et al. 2020, algorithm 2; ε = 1e-6 unless given.
 */
export const lamb: OptimizerRule = {
  slots: (_spec, shape) => [zeros('exp_avg', shape), zeros('exp_avg_sq', shape)],
  terms(arithmetic, spec, step) {
    const clock = new StepClock(arithmetic, step);
    const [beta1, beta2] = betasOf(spec);
    return {
      firstCorrection: clock.out(clock.correction(beta1)),
      rootOfSecondCorrection: clock.out(clock.unary('Sqrt', clock.correction(beta2))),
    };
  },
  update(arithmetic, spec, terms, update) {
    const [beta1, beta2] = betasOf(spec);
    const { parameter, gradient, decay, shape, rate } = update;
    const first = arithmetic.blend(beta1, slotOf(update, 'exp_avg'), gradient);
    const second = secondMoment(arithmetic, beta2, slotOf(update, 'exp_avg_sq'), gradient);
    const root = arithmetic.div(arithmetic.unary('Sqrt', second), terms['rootOfSecondCorrection'] as string);
    const corrected = arithmetic.div(first, terms['firstCorrection'] as string);
    const ratio = arithmetic.div(corrected, arithmetic.shift(root, spec.eps ?? 1e-6));
    const direction = decay > 0 ? arithmetic.scaledSum(decay, parameter, ratio) : ratio;
    const [own, step] = [norm(arithmetic, parameter, shape), norm(arithmetic, direction, shape)];
    const { builder } = arithmetic;
    const isZero = builder.op('Equal', [arithmetic.mul(own, step), arithmetic.scalar(0)]);
    const trust = builder.op('Where', [isZero, arithmetic.scalar(1), arithmetic.div(own, step)]);
    return {
      parameter: arithmetic.sub(parameter, arithmetic.mul(direction, arithmetic.mul(trust, rate))),
      slots: { exp_avg: first, exp_avg_sq: second },
    };
  },
};
