import { slotOf, withDecay, zeros, type OptimizerRule, type StepTerms } from '#shared/compiler/optimizers/rule.ts';

/**
 * v ← μ·v + (1−τ)·g (v ← g at the first step); p ← p − lr·(g + μ·v if Nesterov, else v); g includes λ·p.
 * Sutskever et al. 2013, in PyTorch's form, where the rate is applied outside the velocity.
 */
export const sgd: OptimizerRule = {
  isElementwise: true,
  slots: (spec, shape) => ((spec.momentum ?? 0) > 0 ? [zeros('momentum_buffer', shape)] : []),
  terms(arithmetic, spec, step): StepTerms {
    if (!spec.dampening) return {};
    // PyTorch does not dampen the first gradient.
    const { builder } = arithmetic;
    const first = builder.op('Equal', [step, builder.scalar('int64', 1)]);
    return { intake: builder.op('Where', [first, arithmetic.scalar(1), arithmetic.scalar(1 - spec.dampening)]) };
  },
  update(arithmetic, spec, terms, update) {
    const momentum = spec.momentum ?? 0;
    const { parameter, rate } = update;
    const slope = withDecay(arithmetic, update);
    if (momentum === 0) return { parameter: arithmetic.sub(parameter, arithmetic.mul(slope, rate)), slots: {} };
    const taken = terms['intake'] ? arithmetic.mul(slope, terms['intake']) : slope;
    const next = arithmetic.scaledSum(momentum, slotOf(update, 'momentum_buffer'), taken);
    const direction = spec.nesterov ? arithmetic.scaledSum(momentum, next, slope) : next;
    return {
      parameter: arithmetic.sub(parameter, arithmetic.mul(direction, rate)),
      slots: { momentum_buffer: next },
    };
  },
};
