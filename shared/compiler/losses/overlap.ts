import type { Shape } from '#shared/core/shape.ts';
import { allAxes, Arithmetic } from '#shared/compiler/arithmetic.ts';
import {
  alongClasses,
  classAxis,
  classesOf,
  classTarget,
  classWeightsOf,
  countedOf,
  softmaxOf,
} from '#shared/compiler/losses/classes.ts';
import { crossEntropy } from '#shared/compiler/losses/cross-entropy.ts';
import {
  alignedTarget,
  shareOf,
  type BuiltLoss,
  type LossRule,
  type RuleInputs,
} from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { isFloat, type TensorType } from '#shared/ir/tensor.ts';

/** Classes unless the questions are independent or there is only one. */
function overlapTarget(spec: LossSpec, predictions: TensorType): TensorType {
  const single = predictions.shape[classAxis(spec, predictions)] === 1;
  return (spec.form ?? (single ? 'sigmoid' : 'softmax')) === 'sigmoid' ? predictions : classTarget(spec, predictions);
}

/**
 * Tversky loss (Salehi et al. 2017): logits [N, K, d…]; class targets int64 [N, d…] with p the softmax, or float targets
 * in the logits' shape with p the sigmoid. For each sample and class, with true positives TP = Σ p·t, false positives
 * FP = Σ p·(1−t) and false negatives FN = Σ (1−p)·t over the positions, T = (TP + s) ÷ (TP + α·FP + β·FN + s);
 * the loss is the mean over samples, and over classes (by `class_weights`), of 1 − T.
 * Defaults: α = 0.3, β = 0.7, s = `smooth` = 1. Positions at `ignore_index` are left out.
 */
export const tversky: LossRule = {
  target: overlapTarget,
  build: (builder, spec, inputs) =>
    overlap(builder, spec, inputs, { alpha: spec.alpha ?? 0.3, beta: spec.beta ?? 0.7, smooth: spec.smooth ?? 1 }),
};

/**
 * Dice loss (Milletari et al. 2016): as Tversky, with D = (2·TP + s) ÷ (Σ p + Σ t + s); s = `smooth` = 1.
 * That is Tversky's index at α = β = ½ with half the s.
 */
export const dice: LossRule = { target: overlapTarget, build: buildDice };

function buildDice(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs): BuiltLoss {
  return overlap(builder, spec, inputs, { alpha: 0.5, beta: 0.5, smooth: (spec.smooth ?? 1) / 2 });
}

/** dice_weight · dice + cross_entropy_weight · cross-entropy (Isensee et al. 2021), of class targets. */
export const diceCrossEntropy: LossRule = {
  target: classTarget,
  build(builder, spec, inputs) {
    const arithmetic = new Arithmetic(builder, inputs.type.dtype);
    const weights = [spec.dice_weight ?? 1, spec.cross_entropy_weight ?? 1] as const;
    // Class weights and smoothing are the cross-entropy's, as in nnU-Net and MONAI.
    const plain = { ...spec, class_weights: undefined };
    const parts = [buildDice(builder, plain, inputs), crossEntropy.build(builder, spec, inputs)] as const;
    const sum = (of: (part: BuiltLoss) => string): string =>
      arithmetic.add(arithmetic.scale(of(parts[0]), weights[0]), arithmetic.scale(of(parts[1]), weights[1]));
    return { loss: sum(({ loss }) => loss), gradient: sum(({ gradient }) => gradient) };
  },
};

interface Index {
  readonly alpha: number;
  readonly beta: number;
  readonly smooth: number;
}

/** T = A/B with A = TP + s and B = (1−α−β)·TP + α·Σp + β·Σt + s; ∂T/∂p = (t·(1 − (1−α−β)·T) − α·T) ÷ B. */
function overlap(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs, index: Index): BuiltLoss {
  const { alpha, beta, smooth } = index;
  const { shape, dtype } = inputs.type;
  const arithmetic = new Arithmetic(builder, dtype);
  const { probabilities, desired, counted, axis, backward } = chances(arithmetic, spec, inputs);
  const inside = allAxes(shape.length).filter((position) => position !== 0 && position !== axis);
  const within = (value: string): string =>
    arithmetic.sum(counted ? arithmetic.mul(value, counted) : value, inside, true);

  const hits = within(arithmetic.mul(probabilities, desired));
  const above = arithmetic.shift(hits, smooth);
  const falsely = arithmetic.add(
    arithmetic.scale(within(probabilities), alpha),
    arithmetic.scale(within(desired), beta),
  );
  const both = 1 - alpha - beta;
  const shared = both === 0 ? falsely : arithmetic.scaledSum(both, hits, falsely);
  // Without smoothing, a class that is neither there nor predicted would be 0 ÷ 0.
  const below = arithmetic.shift(shared, smooth === 0 ? 1e-30 : smooth);
  const ratio = arithmetic.div(above, below);

  const classes = shape[axis] as number;
  const part = classShares(arithmetic, spec, shape, axis);
  const weight = shareOf(arithmetic, inputs.sampleWeight, shape, 1);
  const share = part ? arithmetic.mul(weight, part) : arithmetic.scale(weight, 1 / classes);
  const loss = arithmetic.sum(arithmetic.mul(arithmetic.oneMinus(ratio), share), allAxes(shape.length), false);
  const turn = both === 0 ? desired : arithmetic.mul(desired, arithmetic.oneMinus(arithmetic.scale(ratio, both)));
  const slope = arithmetic.sub(arithmetic.scale(ratio, alpha), turn);
  let cotangent = arithmetic.mul(slope, arithmetic.div(share, below));
  if (counted) cotangent = arithmetic.mul(cotangent, counted);
  return { loss, gradient: backward(cotangent) };
}

/** Each class's part of the mean over classes, where the classes are weighted. */
function classShares(arithmetic: Arithmetic, spec: LossSpec, shape: Shape, axis: number): string | undefined {
  const weights = spec.class_weights;
  if (!classWeightsOf(arithmetic, spec, shape, axis) || !weights) return undefined;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return arithmetic.builder.constant(
    arithmetic.dtype,
    alongClasses(shape.length, axis, weights.length),
    weights.map((weight) => weight / total),
  );
}

interface Chances {
  readonly probabilities: string;
  readonly desired: string;
  /** 0 at ignored positions. */
  readonly counted: string | undefined;
  readonly axis: number;
  /** From the cotangent of the probabilities to that of the logits. */
  readonly backward: (cotangent: string) => string;
}

function chances(arithmetic: Arithmetic, spec: LossSpec, inputs: RuleInputs): Chances {
  if (isFloat(inputs.targetType.dtype)) {
    const probabilities = arithmetic.unary('Sigmoid', inputs.logits);
    const rise = arithmetic.mul(probabilities, arithmetic.oneMinus(probabilities));
    return {
      probabilities,
      desired: alignedTarget(arithmetic, inputs),
      counted: undefined,
      axis: classAxis(spec, inputs.type),
      backward: (cotangent) => arithmetic.mul(cotangent, rise),
    };
  }
  const { axis, column, oneHot } = classesOf(arithmetic, spec, inputs);
  const { probabilities } = softmaxOf(arithmetic, inputs, axis);
  return {
    probabilities,
    desired: oneHot,
    counted: countedOf(arithmetic, spec, column, inputs.targetType.dtype),
    axis,
    backward(cotangent) {
      const mean = arithmetic.sum(arithmetic.mul(cotangent, probabilities), [axis], true);
      return arithmetic.mul(probabilities, arithmetic.sub(cotangent, mean));
    },
  };
}
