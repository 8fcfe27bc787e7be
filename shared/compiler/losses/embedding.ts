/**
 * Losses of several embeddings at once. A model gives one output, so the operands are its equal parts along
 * `stack_axis`: by default (axis 0) a batch of 2N or 3N samples through one encoder, first the N of the first operand,
 * then the N of the second; with axis 1 an output [N, 2, D] or [N, 2·D]. N samples count, with N weights.
 */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { Arithmetic } from '#shared/compiler/arithmetic.ts';
import {
  alignedTarget,
  shareOf,
  type BuiltLoss,
  type LossRule,
  type RuleInputs,
} from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

interface Operands {
  /** Each [N, D]. */
  readonly parts: readonly string[];
  readonly count: number;
  /** Cotangents [N, D] of the parts to that of the predictions. */
  readonly join: (cotangents: readonly string[]) => string;
}

/** The shape of one of `parts` operands. */
function partShape(spec: LossSpec, { shape }: TensorType, parts: number): { shape: Shape; axis: number } {
  const given = spec.stack_axis ?? 0;
  const axis = given < 0 ? given + shape.length : given;
  const size = shape[axis];
  if (size === undefined || size % parts !== 0) {
    const reason = `axis ${given} of the predictions, [${shape.join(', ')}], does not hold ${parts} equal operands.`;
    throw new GraftError('compile.bad-case', { reason });
  }
  return { axis, shape: shape.map((length, index) => (index === axis ? length / parts : length)) };
}

function operandsOf(arithmetic: Arithmetic, spec: LossSpec, inputs: RuleInputs, parts: number): Operands {
  const { builder } = arithmetic;
  const { shape, axis } = partShape(spec, inputs.type, parts);
  const size = shape[axis] as number;
  const count = shape[0] as number;
  const flat = [count, elementCount(shape.slice(1))];
  const isFlat = shape.length === 2;
  const part = (index: number): string => {
    const slice = builder.slice(inputs.logits, [axis], [index * size], [(index + 1) * size]);
    return isFlat ? slice : builder.reshape(slice, flat);
  };
  return {
    parts: Array.from({ length: parts }, (_, index) => part(index)),
    count,
    join(cotangents) {
      const shaped = cotangents.map((cotangent) => (isFlat ? cotangent : builder.reshape(cotangent, shape)));
      return builder.op('Concat', shaped, { axis });
    },
  };
}

/** One number a sample, int64. */
function onePerSample(parts: number): LossRule['target'] {
  return (spec, predictions) => ({ dtype: 'int64', shape: [partShape(spec, predictions, parts).shape[0] as number] });
}

/** PyTorch's, in its cosine_embedding_loss. */
const cosineEpsilon = 1e-12;

/**
 * PyTorch's CosineEmbeddingLoss of x₁, x₂ [N, D] and a target y of 1 or −1, [N]: with c = x₁·x₂ ÷ √((x₁² + ε)(x₂² + ε)),
 * the mean over samples of 1 − c where y = 1 and max(0, c − margin) where y = −1.
 * ∂c/∂x₁ = x₂ ÷ √(…) − c·x₁ ÷ (x₁² + ε).
 */
export const cosineEmbedding: LossRule = {
  target: onePerSample(2),
  build(builder, spec, inputs) {
    const arithmetic = new Arithmetic(builder, inputs.type.dtype);
    const { parts, count, join } = operandsOf(arithmetic, spec, inputs, 2);
    const [first, second] = parts as [string, string];
    const along = (a: string, b: string): string => arithmetic.sum(arithmetic.mul(a, b), [1], true);
    const squares = parts.map((part) => arithmetic.shift(along(part, part), cosineEpsilon)) as [string, string];
    const lengths = arithmetic.unary('Sqrt', arithmetic.mul(squares[0], squares[1]));
    const cosine = arithmetic.div(along(first, second), lengths);

    const type = { dtype: inputs.type.dtype, shape: [count, 1] };
    const target = alignedTarget(arithmetic, { ...inputs, type });
    const alike = arithmetic.indicator('Greater', target, arithmetic.scalar(0));
    const excess = arithmetic.shift(cosine, -(spec.margin ?? 0));
    const apart = arithmetic.oneMinus(alike);
    const value = arithmetic.add(
      arithmetic.mul(alike, arithmetic.oneMinus(cosine)),
      arithmetic.mul(apart, arithmetic.unary('Relu', excess)),
    );
    const above = arithmetic.mul(apart, arithmetic.indicator('Greater', excess, arithmetic.scalar(0)));
    const slope = arithmetic.sub(above, alike);

    const share = shareOf(arithmetic, inputs.sampleWeight, [count, 1], 1);
    const pull = arithmetic.mul(slope, share);
    const toward = (own: string, square: string, other: string): string =>
      arithmetic.sub(
        arithmetic.mul(other, arithmetic.div(pull, lengths)),
        arithmetic.mul(own, arithmetic.div(arithmetic.mul(pull, cosine), square)),
      );
    return {
      loss: arithmetic.sum(arithmetic.mul(value, share), [0, 1], false),
      gradient: join([toward(first, squares[0], second), toward(second, squares[1], first)]),
    };
  },
};

/** PyTorch's, in its pairwise_distance: added to each coordinate's difference. */
const distanceEpsilon = 1e-6;

interface Distance {
  /** [N, 1] */
  readonly length: string;
  /** ∂length/∂(a − b), [N, D] */
  readonly slope: string;
}

/** d = (Σ |a − b + ε|ᵖ)^(1/p); ∂d/∂(a − b) = sign(a − b + ε)·|a − b + ε|^(p−1)·d^(1−p). */
function distance(arithmetic: Arithmetic, a: string, b: string, p: number): Distance {
  const difference = arithmetic.shift(arithmetic.sub(a, b), distanceEpsilon);
  if (p === 2) {
    const length = arithmetic.unary('Sqrt', arithmetic.sum(arithmetic.square(difference), [1], true));
    return { length, slope: arithmetic.div(difference, length) };
  }
  const size = arithmetic.unary('Abs', difference);
  const sign = arithmetic.sign(difference);
  if (p === 1) return { length: arithmetic.sum(size, [1], true), slope: sign };
  const length = arithmetic.pow(arithmetic.sum(arithmetic.pow(size, p), [1], true), 1 / p);
  return { length, slope: arithmetic.mul(sign, arithmetic.pow(arithmetic.div(size, length), p - 1)) };
}

/**
 * PyTorch's TripletMarginLoss of anchors, positives and negatives [N, D]: the mean of
 * max(0, d(a, p) − d(a, n) + margin), with `swap` d(p, n) in place of d(a, n) where it is smaller.
 * The target counts for nothing.
 */
export const triplet: LossRule = {
  target: onePerSample(3),
  build(builder, spec, inputs): BuiltLoss {
    const arithmetic = new Arithmetic(builder, inputs.type.dtype);
    const { parts, count, join } = operandsOf(arithmetic, spec, inputs, 3);
    const [anchor, positive, negative] = parts as [string, string, string];
    const p = spec.p ?? 2;
    const near = distance(arithmetic, anchor, positive, p);
    const far = distance(arithmetic, anchor, negative, p);
    const crossed = spec.swap ? distance(arithmetic, positive, negative, p) : undefined;
    const other = crossed ? arithmetic.min(far.length, crossed.length) : far.length;
    const excess = arithmetic.shift(arithmetic.sub(near.length, other), spec.margin ?? 1);
    const share = shareOf(arithmetic, inputs.sampleWeight, [count, 1], 1);
    const pull = arithmetic.mul(arithmetic.indicator('Greater', excess, arithmetic.scalar(0)), share);

    const toNear = arithmetic.mul(near.slope, pull);
    let [toFar, toCrossed]: [string, string | undefined] = [arithmetic.mul(far.slope, pull), undefined];
    if (crossed) {
      const isCrossed = arithmetic.indicator('Less', crossed.length, far.length);
      toCrossed = arithmetic.mul(crossed.slope, arithmetic.mul(pull, isCrossed));
      toFar = arithmetic.mul(toFar, arithmetic.oneMinus(isCrossed));
    }
    const away = arithmetic.unary('Neg', toCrossed ? arithmetic.add(toNear, toCrossed) : toNear);
    return {
      loss: arithmetic.sum(arithmetic.mul(arithmetic.unary('Relu', excess), share), [0, 1], false),
      gradient: join([arithmetic.sub(toNear, toFar), away, toCrossed ? arithmetic.add(toFar, toCrossed) : toFar]),
    };
  },
};
