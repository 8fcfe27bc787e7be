import type { Shape } from '#shared/core/shape.ts';
import { Arithmetic } from '#shared/compiler/arithmetic.ts';
import { alongClasses } from '#shared/compiler/losses/classes.ts';
import { alignedTarget, likePredictions, meanOf, type LossRule } from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import { GraftError } from '#shared/messages/error.ts';

/** log(1 + e⁻ˣ) without overflow: max(−x, 0) + log(1 + e^−|x|). In these operators, since WebGPU lacks Softplus. */
export function softplusOfNegative(arithmetic: Arithmetic, x: string): string {
  const decay = arithmetic.unary('Exp', arithmetic.unary('Neg', arithmetic.unary('Abs', x)));
  const tail = arithmetic.unary('Log', arithmetic.shift(decay, 1));
  return arithmetic.add(arithmetic.unary('Relu', arithmetic.unary('Neg', x)), tail);
}

/**
 * Cross-entropy of independent yes/no questions, as PyTorch's BCEWithLogitsLoss defines it: logits x and float targets
 * t in 0–1 of one shape [N, …]; with positive weight w (`pos_weight`, one or one a class along axis 1)
 * ℓ = (1−t)·x + (1 + (w−1)·t)·log(1 + e⁻ˣ), ℓ′ = (1−t) − (1 + (w−1)·t)·(1 − σ(x)); their mean.
 */
export const binaryCrossEntropy: LossRule = {
  target: likePredictions,
  build(builder, spec, inputs) {
    const arithmetic = new Arithmetic(builder, inputs.type.dtype);
    const x = inputs.logits;
    const t = alignedTarget(arithmetic, inputs);
    const sigmoid = arithmetic.unary('Sigmoid', x);
    const tail = softplusOfNegative(arithmetic, x);
    const excess = positiveExcess(arithmetic, spec, inputs.type.shape);
    if (excess === undefined) {
      const value = arithmetic.add(arithmetic.mul(arithmetic.oneMinus(t), x), tail);
      return meanOf(arithmetic, inputs, { value, slope: arithmetic.sub(sigmoid, t) });
    }
    const negative = arithmetic.oneMinus(t);
    const weight = arithmetic.shift(arithmetic.mul(t, excess), 1);
    return meanOf(arithmetic, inputs, {
      value: arithmetic.add(arithmetic.mul(negative, x), arithmetic.mul(weight, tail)),
      slope: arithmetic.sub(negative, arithmetic.mul(weight, arithmetic.oneMinus(sigmoid))),
    });
  },
};

/** w − 1, to broadcast over the logits. */
function positiveExcess(arithmetic: Arithmetic, spec: LossSpec, shape: Shape): string | undefined {
  const weight = spec.pos_weight;
  if (weight === undefined) return undefined;
  if (typeof weight === 'number') return arithmetic.scalar(weight - 1);
  const excess = weight.map((one) => one - 1);
  const axis = Math.min(1, shape.length - 1);
  const classes = shape[axis] ?? 1;
  if (excess.length !== 1 && excess.length !== classes) {
    const reason = `there are ${excess.length} weights of positive answers (pos_weight) for ${classes} classes.`;
    throw new GraftError('compile.bad-case', { reason });
  }
  return arithmetic.builder.constant(arithmetic.dtype, alongClasses(shape.length, axis, excess.length), excess);
}
