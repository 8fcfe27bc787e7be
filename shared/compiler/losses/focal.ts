import { elementCount } from '#shared/core/shape.ts';
import { allAxes, Arithmetic } from '#shared/compiler/arithmetic.ts';
import { softplusOfNegative } from '#shared/compiler/losses/binary-cross-entropy.ts';
import { classesOf, classTarget, classWeightsOf, countedOf, softmaxOf } from '#shared/compiler/losses/classes.ts';
import {
  alignedTarget,
  meanOf,
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
 * Focal loss (Lin et al. 2017): cross-entropy that counts a sample the less, the surer and righter the model is of it.
 * `form: 'sigmoid'`, unless the target holds classes: yes/no questions. `form: 'softmax'`: one choice among classes.
 */
export const focal: LossRule = {
  target: (spec, predictions) => (spec.form === 'softmax' ? classTarget(spec, predictions) : predictions),
  build: (builder, spec, inputs) =>
    isFloat(inputs.targetType.dtype) ? ofQuestions(builder, spec, inputs) : ofClasses(builder, spec, inputs),
};

/**
 * As torchvision's sigmoid_focal_loss, its mean: logits x and float targets t of one shape; with p = σ(x),
 * r = 1 − pₜ = p·(1−t) + (1−p)·t, α (0.25 unless given, below 0 none) and γ: ℓ = αₜ·r^γ·ce,
 * ℓ′ = αₜ·(r^γ·(p − t) + γ·r^(γ−1)·(1−2t)·p·(1−p)·ce), where αₜ = α·t + (1−α)·(1−t).
 */
function ofQuestions(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs): BuiltLoss {
  const arithmetic = new Arithmetic(builder, inputs.type.dtype);
  const gamma = spec.gamma ?? 2;
  const alpha = spec.alpha ?? 0.25;
  const x = inputs.logits;
  const t = alignedTarget(arithmetic, inputs);
  const p = arithmetic.unary('Sigmoid', x);
  const no = arithmetic.unary('Sigmoid', arithmetic.unary('Neg', x));
  const negative = arithmetic.oneMinus(t);
  const entropy = arithmetic.add(arithmetic.mul(negative, x), softplusOfNegative(arithmetic, x));
  let value = entropy;
  let slope = arithmetic.sub(p, t);
  if (gamma > 0) {
    const r = arithmetic.add(arithmetic.mul(p, negative), arithmetic.mul(no, t));
    const focus = arithmetic.pow(r, gamma);
    const turn = arithmetic.mul(arithmetic.mul(arithmetic.oneMinus(arithmetic.scale(t, 2)), p), no);
    const change = arithmetic.mul(arithmetic.scale(derivedPower(arithmetic, r, gamma), gamma), turn);
    value = arithmetic.mul(focus, entropy);
    slope = arithmetic.add(arithmetic.mul(focus, slope), arithmetic.mul(change, entropy));
  }
  if (alpha >= 0) {
    // α·t + (1−α)·(1−t)
    const weight = arithmetic.shift(arithmetic.scale(t, 2 * alpha - 1), 1 - alpha);
    value = arithmetic.mul(weight, value);
    slope = arithmetic.mul(weight, slope);
  }
  return meanOf(arithmetic, inputs, { value, slope });
}

/**
 * Logits [N, K, d…], class targets int64 [N, d…]: with p the softmax at the target y, r = 1 − p and class weights w,
 * the loss is Σᵢ mᵢ·w_yᵢ·α·rᵢ^γ·(−log pᵢ) ÷ Σᵢ mᵢ·w_yᵢ, which is cross-entropy at γ = 0 (α is 1 unless given).
 * With k = r^γ − γ·r^(γ−1)·p·log p, the slope along logit c is k·(p_c − 1[c = y]).
 */
function ofClasses(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs): BuiltLoss {
  const { shape, dtype } = inputs.type;
  const arithmetic = new Arithmetic(builder, dtype);
  const axes = allAxes(shape.length);
  const gamma = spec.gamma ?? 2;
  const { axis, column, oneHot } = classesOf(arithmetic, spec, inputs);
  const { probabilities, logProbabilities } = softmaxOf(arithmetic, inputs, axis);
  const atTarget = (value: string): string => arithmetic.sum(arithmetic.mul(value, oneHot), [axis], true);
  const logP = atTarget(logProbabilities);
  let value = logP;
  let k: string | undefined;
  if (gamma > 0) {
    const p = atTarget(probabilities);
    // Of the other classes' probabilities, since 1 − p has few digits left where p is near 1.
    const r = arithmetic.sum(arithmetic.mul(probabilities, arithmetic.oneMinus(oneHot)), [axis], true);
    const focus = arithmetic.pow(r, gamma);
    value = arithmetic.mul(focus, logP);
    const turn = arithmetic.mul(arithmetic.mul(derivedPower(arithmetic, r, gamma), p), logP);
    k = arithmetic.sub(focus, arithmetic.scale(turn, gamma));
  }

  const classWeights = classWeightsOf(arithmetic, spec, shape, axis);
  const factors = [
    classWeights && atTarget(classWeights),
    countedOf(arithmetic, spec, column, inputs.targetType.dtype),
    inputs.sampleWeight && spreadWeight(arithmetic, inputs.sampleWeight, shape),
  ].filter((factor) => factor !== undefined);
  const positions = elementCount(shape) / (shape[axis] as number);
  const scale = spec.alpha ?? 1;
  let share = arithmetic.scalar(scale / positions);
  if (factors.length > 0) {
    const weight = factors.reduce((left, right) => arithmetic.mul(left, right));
    const spread = factors.length === 1 && inputs.sampleWeight ? positions / (shape[0] as number) : 1;
    const total = arithmetic.scale(arithmetic.sum(weight, axes, false), spread);
    share = arithmetic.div(arithmetic.scale(weight, scale), orTiny(arithmetic, total));
  }
  const loss = arithmetic.unary('Neg', arithmetic.sum(arithmetic.mul(value, share), axes, false));
  const gain = k ? arithmetic.mul(k, share) : share;
  return { loss, gradient: arithmetic.mul(arithmetic.sub(probabilities, oneHot), gain) };
}

/** r^(γ−1); where γ < 1 it grows without end towards r = 0, and is cut off there. */
function derivedPower(arithmetic: Arithmetic, r: string, gamma: number): string {
  if (gamma === 1) return arithmetic.scalar(1);
  const base = gamma < 1 ? arithmetic.max(r, arithmetic.scalar(1e-12)) : r;
  return arithmetic.pow(base, gamma - 1);
}
