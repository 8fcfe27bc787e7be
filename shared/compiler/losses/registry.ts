/** Every loss there is, by the name a case file gives it. */
import { binaryCrossEntropy } from '#shared/compiler/losses/binary-cross-entropy.ts';
import { generalizedIou } from '#shared/compiler/losses/boxes.ts';
import { crossEntropy } from '#shared/compiler/losses/cross-entropy.ts';
import { klDivergence } from '#shared/compiler/losses/divergence.ts';
import { cosineEmbedding, triplet } from '#shared/compiler/losses/embedding.ts';
import { focal } from '#shared/compiler/losses/focal.ts';
import { dice, diceCrossEntropy, tversky } from '#shared/compiler/losses/overlap.ts';
import { huber, meanAbsoluteError, meanSquaredError, smoothL1 } from '#shared/compiler/losses/regression.ts';
import type { BuiltLoss, LossInputs, LossRule } from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { isFloat, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

const rules: Readonly<Record<string, LossRule>> = {
  cross_entropy: crossEntropy,
  bce_with_logits: binaryCrossEntropy,
  focal,
  mse: meanSquaredError,
  mae: meanAbsoluteError,
  huber,
  smooth_l1: smoothL1,
  kl_divergence: klDivergence,
  cosine_embedding: cosineEmbedding,
  triplet,
  dice,
  tversky,
  dice_cross_entropy: diceCrossEntropy,
  giou: generalizedIou,
};

export const lossKinds: readonly string[] = Object.keys(rules);

/** @throws GraftError `compile.bad-case` */
function lossRule(kind: string): LossRule {
  const rule = Object.hasOwn(rules, kind) ? rules[kind] : undefined;
  if (!rule)
    throw new GraftError('compile.bad-case', {
      reason: `loss “${kind}” is not known; known: ${lossKinds.join(', ')}.`,
    });
  return rule;
}

/** Element type and shape of the target that a loss takes with predictions of this type. */
export function lossTargetType(spec: LossSpec, predictions: TensorType): TensorType {
  return lossRule(spec.kind).target(spec, predictions);
}

/** Appends a loss and the cotangent of the predictions. @throws GraftError `compile.bad-case` */
export function appendLoss(builder: GraphBuilder, spec: LossSpec, inputs: LossInputs): BuiltLoss {
  const { dtype, shape } = inputs.targetType ?? lossTargetType(spec, inputs.type);
  if (dtype === 'string') throw new GraftError('compile.bad-case', { reason: 'a target is numbers, not strings.' });
  const widened = isFloat(dtype) ? dtype : 'int64';
  const target = widened === dtype ? inputs.target : builder.cast(inputs.target, widened);
  return lossRule(spec.kind).build(builder, spec, { ...inputs, target, targetType: { dtype: widened, shape } });
}
