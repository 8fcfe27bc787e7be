import { elementCount } from '#shared/core/shape.ts';
import { allAxes, Arithmetic } from '#shared/compiler/arithmetic.ts';
import {
  classAxis,
  classesOf,
  classTarget,
  classWeightsOf,
  countedOf,
  softmaxOf,
} from '#shared/compiler/losses/classes.ts';
import {
  alignedTarget,
  orTiny,
  spreadWeight,
  type BuiltLoss,
  type LossRule,
  type RuleInputs,
} from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { isFloat } from '#shared/ir/tensor.ts';

/**
 * Cross-entropy of logits [N, K, d…] (classes on `class_axis`, 1 unless given), as PyTorch's CrossEntropyLoss defines it.
 *
 * Class targets int64 [N, d…], or as many in any other shape: with q[i,c] = (1-ε)·1[c = yᵢ] + ε/K, class weights w and
 * sample weights m (0 at `ignore_index`), the loss is Σᵢ mᵢ Σ_c w_c·q[i,c]·(−log p[i,c]) ÷ Σᵢ mᵢ·w_yᵢ.
 * Soft targets, float in the logits' shape, are q before smoothing; the divisor is Σᵢ mᵢ.
 * Gradient: mᵢ·(p[i,c]·Σ_d w_d·q[i,d] − w_c·q[i,c]) ÷ the same.
 */
export const crossEntropy: LossRule = {
  target: (spec, predictions) => (spec.soft_targets ? predictions : classTarget(spec, predictions)),
  build: (builder, spec, inputs) =>
    isFloat(inputs.targetType.dtype) ? ofDistributions(builder, spec, inputs) : ofClasses(builder, spec, inputs),
};

function ofClasses(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs): BuiltLoss {
  const { shape, dtype } = inputs.type;
  const arithmetic = new Arithmetic(builder, dtype);
  const axes = allAxes(shape.length);
  const axis = classAxis(spec, inputs.type, inputs.targetType);
  const positions = elementCount(shape) / (shape[axis] as number);

  const { probabilities, logProbabilities } = softmaxOf(arithmetic, inputs, axis);
  const { count, column, oneHot } = classesOf(arithmetic, spec, inputs);
  const desired = smoothed(arithmetic, oneHot, spec, count);
  const classWeights = classWeightsOf(arithmetic, spec, shape, axis);
  const weighted = classWeights ? arithmetic.mul(desired, classWeights) : desired;

  // Each position's share of the mean: its weight over the sum of the weights, without the classes or a scalar.
  let weight = inputs.sampleWeight && spreadWeight(arithmetic, inputs.sampleWeight, shape);
  let spread = positions / (shape[0] as number);
  const counted = countedOf(arithmetic, spec, column, inputs.targetType.dtype);
  if (counted) {
    weight = weight ? arithmetic.mul(counted, weight) : counted;
    spread = 1;
  }
  let denominator: string | undefined;
  if (classWeights) {
    const ofTarget = arithmetic.sum(arithmetic.mul(oneHot, classWeights), [axis], true);
    denominator = arithmetic.sum(weight ? arithmetic.mul(ofTarget, weight) : ofTarget, axes, false);
  } else if (weight) {
    denominator = arithmetic.scale(arithmetic.sum(weight, axes, false), spread);
  }
  weight ??= arithmetic.scalar(1);
  const share = arithmetic.div(weight, denominator ? orTiny(arithmetic, denominator) : arithmetic.scalar(positions));

  // Without class weights Σ_d q[i,d] = 1.
  const mass = classWeights && arithmetic.sum(weighted, [axis], true);
  return finish(arithmetic, { probabilities, logProbabilities, weighted, mass, share, axis, axes });
}

function ofDistributions(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs): BuiltLoss {
  const { shape, dtype } = inputs.type;
  const arithmetic = new Arithmetic(builder, dtype);
  const axis = classAxis(spec, inputs.type);
  const count = shape[axis] as number;
  const softmax = softmaxOf(arithmetic, inputs, axis);
  const desired = smoothed(arithmetic, alignedTarget(arithmetic, inputs), spec, count);
  const classWeights = classWeightsOf(arithmetic, spec, shape, axis);
  const weighted = classWeights ? arithmetic.mul(desired, classWeights) : desired;
  const mass = arithmetic.sum(weighted, [axis], true);
  const positions = elementCount(shape) / count;
  let share = arithmetic.scalar(1 / positions);
  if (inputs.sampleWeight) {
    const weight = spreadWeight(arithmetic, inputs.sampleWeight, shape);
    const total = arithmetic.sum(weight, allAxes(shape.length), false);
    share = arithmetic.div(weight, orTiny(arithmetic, arithmetic.scale(total, positions / (shape[0] as number))));
  }
  return finish(arithmetic, { ...softmax, weighted, mass, share, axis, axes: allAxes(shape.length) });
}

function smoothed(arithmetic: Arithmetic, desired: string, spec: LossSpec, classes: number): string {
  const smoothing = spec.label_smoothing ?? 0;
  if (smoothing === 0) return desired;
  return arithmetic.shift(arithmetic.scale(desired, 1 - smoothing), smoothing / classes);
}

interface Terms {
  readonly probabilities: string;
  readonly logProbabilities: string;
  /** w·q */
  readonly weighted: string;
  /** Σ_c w·q, where it is not 1. */
  readonly mass: string | undefined;
  readonly share: string;
  readonly axis: number;
  readonly axes: readonly number[];
}

function finish(arithmetic: Arithmetic, terms: Terms): BuiltLoss {
  const { probabilities, logProbabilities, weighted, mass, share, axis, axes } = terms;
  const perPosition = arithmetic.sum(arithmetic.mul(weighted, logProbabilities), [axis], true);
  const loss = arithmetic.unary('Neg', arithmetic.sum(arithmetic.mul(perPosition, share), axes, false));
  const pull = mass ? arithmetic.mul(probabilities, mass) : probabilities;
  return { loss, gradient: arithmetic.mul(arithmetic.sub(pull, weighted), share) };
}
