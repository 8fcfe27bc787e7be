/** Class targets against an axis of scores: what cross-entropy, focal loss and overlap losses share. */
import { elementCount, sameShape, type Shape } from '#shared/core/shape.ts';
import type { Arithmetic } from '#shared/compiler/arithmetic.ts';
import { assertFits, type RuleInputs } from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import { isFloat, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

/**
 * The axis of the predictions that holds the classes: 1, unless the case or a class target says otherwise. A target
 * [N, T] or [N·T] against [N, T, K] has them last.
 */
export function classAxis(spec: LossSpec, predictions: TensorType, target?: TensorType): number {
  const { shape } = predictions;
  const given = spec.class_axis;
  if (given !== undefined) {
    const axis = given < 0 ? given + shape.length : given;
    if (axis >= 0 && axis < shape.length) return axis;
    const reason = `predictions [${shape.join(', ')}] have no axis ${given}.`;
    throw new GraftError('compile.bad-case', { reason });
  }
  if (shape.length < 2)
    throw new GraftError('compile.bad-case', { reason: 'the predictions have no axis of classes.' });
  if (!target || isFloat(target.dtype)) return 1;
  const last = shape.length - 1;
  const without = (axis: number): Shape => shape.filter((_, index) => index !== axis);
  const isExact = (axis: number): boolean => sameShape(target.shape, without(axis));
  const fits = (axis: number): boolean => elementCount(target.shape) === elementCount(without(axis));
  if (isExact(1)) return 1;
  // Of three axes the last is taken for tokens' classes; of more, axis 1 for pictures'.
  return isExact(last) || (fits(last) && (shape.length === 3 || !fits(1))) ? last : 1;
}

/** `shape` with a 1 in place of its classes. */
function withoutClasses(shape: Shape, axis: number): Shape {
  return shape.map((size, index) => (index === axis ? 1 : size));
}

/** A vector over the classes as a constant that broadcasts along them. */
export function alongClasses(rank: number, axis: number, count: number): Shape {
  return Array.from({ length: rank }, (_, index) => (index === axis ? count : 1));
}

/** One class an int64 for each position: the predictions' shape without the classes. */
export function classTarget(spec: LossSpec, predictions: TensorType): TensorType {
  const axis = classAxis(spec, predictions);
  return { dtype: 'int64', shape: predictions.shape.filter((_, index) => index !== axis) };
}

export interface Classes {
  readonly axis: number;
  readonly count: number;
  /** Target of each position, with a 1 in place of the classes. */
  readonly column: string;
  /** 1 at the target's class, else 0, in the predictions' shape. Equal and Cast, since WebGPU lacks OneHot. */
  readonly oneHot: string;
}

export function classesOf(arithmetic: Arithmetic, spec: LossSpec, inputs: RuleInputs): Classes {
  const { shape } = inputs.type;
  const axis = classAxis(spec, inputs.type, inputs.targetType);
  const count = shape[axis] as number;
  assertFits(inputs.targetType, withoutClasses(shape, axis));
  const column = arithmetic.builder.reshape(inputs.target, withoutClasses(shape, axis));
  const labels = arithmetic.builder.constant(
    inputs.targetType.dtype,
    alongClasses(shape.length, axis, count),
    Array.from({ length: count }, (_, label) => label),
  );
  return { axis, count, column, oneHot: arithmetic.indicator('Equal', column, labels) };
}

/** The class weights, to broadcast along the classes. */
export function classWeightsOf(arithmetic: Arithmetic, spec: LossSpec, shape: Shape, axis: number): string | undefined {
  const weights = spec.class_weights;
  if (!weights) return undefined;
  const count = shape[axis] as number;
  if (weights.length !== count) {
    const reason = `there are ${weights.length} class weights for ${count} classes.`;
    throw new GraftError('compile.bad-case', { reason });
  }
  return arithmetic.builder.constant(arithmetic.dtype, alongClasses(shape.length, axis, count), weights);
}

/** 0 where the target is the class that is ignored, else 1; undefined when none is. */
export function countedOf(
  arithmetic: Arithmetic,
  spec: LossSpec,
  column: string,
  dtype: TensorType['dtype'],
): string | undefined {
  if (spec.ignore_index === undefined) return undefined;
  const ignored = arithmetic.builder.scalar(dtype, spec.ignore_index);
  return arithmetic.oneMinus(arithmetic.indicator('Equal', column, ignored));
}

export interface Softmax {
  readonly probabilities: string;
  readonly logProbabilities: string;
}

/**
 * Softmax and its logarithm along the classes. WebGPU lacks LogSoftmax; on a processor it and Exp take two thirds of the
 * time of the seven operators, but four times as long along an axis that is not the last (record 0038).
 */
export function softmaxOf(arithmetic: Arithmetic, { logits, type }: RuleInputs, axis: number): Softmax {
  const { builder } = arithmetic;
  if (builder.target.channelBlock !== undefined && axis === type.shape.length - 1) {
    const logProbabilities = builder.op('LogSoftmax', [logits], { axis });
    return { probabilities: arithmetic.unary('Exp', logProbabilities), logProbabilities };
  }
  const largest = builder.reduce('ReduceMax', logits, [axis], true);
  const shifted = arithmetic.sub(logits, largest);
  const exponentials = arithmetic.unary('Exp', shifted);
  const total = arithmetic.sum(exponentials, [axis], true);
  return {
    probabilities: arithmetic.div(exponentials, total),
    logProbabilities: arithmetic.sub(shifted, arithmetic.unary('Log', total)),
  };
}
