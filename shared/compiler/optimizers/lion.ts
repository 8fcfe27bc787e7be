import { decayed, noTerms, slotOf, zeros, type OptimizerRule } from '#shared/compiler/optimizers/rule.ts';

/**
 * p ← p − lr·(sign(β₁m + (1−β₁)g) + λ·p); m ← β₂m + (1−β₂)g. Chen et al. 2023, whose rate is a tenth to a third of
 * AdamW's and whose decay is as much larger. β = (0.9, 0.99) unless given.
 */
export const lion: OptimizerRule = {
  isElementwise: true,
  slots: (_spec, shape) => [zeros('exp_avg', shape)],
  terms: noTerms,
  update(arithmetic, spec, _terms, update) {
    const [beta1, beta2] = spec.betas ?? [0.9, 0.99];
    const before = slotOf(update, 'exp_avg');
    const direction = arithmetic.sign(arithmetic.blend(beta1, before, update.gradient));
    return {
      parameter: arithmetic.sub(decayed(arithmetic, update), arithmetic.mul(direction, update.rate)),
      slots: { exp_avg: arithmetic.blend(beta2, before, update.gradient) },
    };
  },
};
