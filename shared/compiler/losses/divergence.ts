import { allAxes, Arithmetic } from '#shared/compiler/arithmetic.ts';
import { alignedTarget, likePredictions, meanOf, shareOf, type LossRule } from '#shared/compiler/losses/rule.ts';

/**
 * Kullback–Leibler divergence, as PyTorch's KLDivLoss defines it: predictions x are log-probabilities, the target t in
 * the same shape [N, …] probabilities (0·log 0 = 0), or their logarithms with `log_target`. ℓ = t·(log t − x), ℓ′ = −t.
 * `reduction: 'mean'` is over all elements; 'batchmean' sums them and divides by the samples.
 */
export const klDivergence: LossRule = {
  target: likePredictions,
  build(builder, spec, inputs) {
    const arithmetic = new Arithmetic(builder, inputs.type.dtype);
    const target = alignedTarget(arithmetic, inputs);
    const chance = spec.log_target ? arithmetic.unary('Exp', target) : target;
    // The smallest normal float32: its logarithm is finite, and 0 times it is 0.
    const logarithm = spec.log_target
      ? target
      : arithmetic.unary('Log', arithmetic.max(target, arithmetic.scalar(1.1754943508222875e-38)));
    const value = arithmetic.mul(chance, arithmetic.sub(logarithm, inputs.logits));
    const slope = arithmetic.unary('Neg', chance);
    if (spec.reduction !== 'batchmean') return meanOf(arithmetic, inputs, { value, slope });
    const { shape } = inputs.type;
    const share = shareOf(arithmetic, inputs.sampleWeight, shape, 1);
    const loss = arithmetic.sum(arithmetic.mul(value, share), allAxes(shape.length), false);
    return { loss, gradient: arithmetic.mul(slope, share) };
  },
};
