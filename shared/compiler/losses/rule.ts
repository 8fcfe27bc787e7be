/** What a loss is to the compiler, and the mean that all of them take. */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { allAxes, type Arithmetic } from '#shared/compiler/arithmetic.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

export interface LossInputs {
  /** The predictions. */
  readonly logits: string;
  readonly type: TensorType;
  readonly target: string;
  /** What the target is where it is not what `lossTargetType` says. */
  readonly targetType?: TensorType;
  /** Float [N]: 0 leaves a padded sample out; absent counts every sample once. */
  readonly sampleWeight?: string;
}

export interface RuleInputs extends LossInputs {
  readonly targetType: TensorType;
}

export interface BuiltLoss {
  /** Scalar. */
  readonly loss: string;
  /** Cotangent of the predictions, same shape. */
  readonly gradient: string;
}

export interface LossRule {
  /** Element type and shape of the target for predictions of this type, when nothing else says them. */
  target(spec: LossSpec, predictions: TensorType): TensorType;
  /** Appends the loss and, since its formula is known, its gradient: no reverse walk over a dozen small nodes. */
  build(builder: GraphBuilder, spec: LossSpec, inputs: RuleInputs): BuiltLoss;
}

/** A loss of each element by itself, and its slope along the prediction, both in the predictions' shape. */
export interface Pointwise {
  readonly value: string;
  readonly slope: string;
}

/** A sum that may be 0 as a divisor. A batch in which no sample counts has no mean; the tiny term, too small to show beside any weight, makes its loss and gradient 0. */
export function orTiny(arithmetic: Arithmetic, sum: string): string {
  return arithmetic.shift(sum, 1e-30);
}

/** Sample weights [N] as [N, 1, …], to broadcast over a value of this rank. */
export function spreadWeight(arithmetic: Arithmetic, weight: string, shape: Shape): string {
  return arithmetic.builder.reshape(weight, [shape[0] as number, ...shape.slice(1).map(() => 1)]);
}

/**
 * Each element's share of a weighted mean over samples and `parts` elements of each: mᵢ ÷ (parts · Σ m), as [N, 1, …]
 * of the rank of `shape`, or a scalar where every sample counts once.
 */
export function shareOf(arithmetic: Arithmetic, weight: string | undefined, shape: Shape, parts: number): string {
  if (weight === undefined) return arithmetic.scalar(1 / ((shape[0] as number) * parts));
  const total = arithmetic.scale(arithmetic.sum(weight, [0], false), parts);
  return arithmetic.div(spreadWeight(arithmetic, weight, shape), orTiny(arithmetic, total));
}

/** Mean over all elements, each sample by its weight: Σᵢ mᵢ Σⱼ ℓ[i,j] ÷ (Σ m · elements of a sample). */
export function meanOf(arithmetic: Arithmetic, inputs: RuleInputs, { value, slope }: Pointwise): BuiltLoss {
  const { shape } = inputs.type;
  const share = shareOf(arithmetic, inputs.sampleWeight, shape, elementCount(shape.slice(1)));
  const loss = inputs.sampleWeight
    ? arithmetic.sum(arithmetic.mul(value, share), allAxes(shape.length), false)
    : arithmetic.mul(arithmetic.sum(value, allAxes(shape.length), false), share);
  return { loss, gradient: arithmetic.mul(slope, share) };
}

/** A float target in the predictions' shape. */
export function likePredictions(_spec: LossSpec, predictions: TensorType): TensorType {
  return predictions;
}

/** @throws GraftError `compile.bad-case` when a target has another number of elements than `shape` */
export function assertFits(target: TensorType, shape: Shape): void {
  if (elementCount(target.shape) === elementCount(shape)) return;
  const reason = `a target [${target.shape.join(', ')}] does not fit predictions that want [${shape.join(', ')}].`;
  throw new GraftError('compile.bad-case', { reason });
}

/** The target in the predictions' shape and element type, whatever shape of as many elements it comes in. */
export function alignedTarget(arithmetic: Arithmetic, { target, targetType, type }: RuleInputs): string {
  assertFits(targetType, type.shape);
  const typed = arithmetic.from(target, targetType.dtype);
  return targetType.shape.join() === type.shape.join() ? typed : arithmetic.builder.reshape(typed, type.shape);
}
