/**
 * Losses as graph builders. Each appends forward nodes and, since its formula is known, the cotangent of the
 * predictions as well, which spares the reverse walk a dozen small nodes a step.
 */
import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

/** As in a case file, and as the loss node lowers to. */
export interface LossSpec {
  readonly kind: string;
  readonly label_smoothing?: number;
  /** One weight a class. */
  readonly class_weights?: readonly number[];
}

export interface LossInputs {
  readonly logits: string;
  readonly type: TensorType;
  readonly target: string;
  /** Float [N]: 0 leaves a padded sample out; absent counts every sample once. */
  readonly sampleWeight?: string;
}

export interface BuiltLoss {
  /** Scalar. */
  readonly loss: string;
  /** Cotangent of the logits, same shape. */
  readonly gradient: string;
}

export function appendLoss(builder: GraphBuilder, spec: LossSpec, inputs: LossInputs): BuiltLoss {
  if (spec.kind === 'cross_entropy') return crossEntropy(builder, spec, inputs);
  throw new GraftError('compile.bad-case', { reason: `loss “${spec.kind}” is not known.` });
}

/**
 * Cross-entropy of logits [N, K] with class targets int64 [N], as PyTorch's CrossEntropyLoss defines it:
 * with q[i,c] = (1-ε)·1[c = yᵢ] + ε/K and class weights w, the loss is Σᵢ mᵢ Σ_c w_c·q[i,c]·(−log p[i,c]) ÷ Σᵢ mᵢ·w_yᵢ.
 * Gradient: mᵢ·(p[i,c]·Σ_d w_d·q[i,d] − w_c·q[i,c]) ÷ Σᵢ mᵢ·w_yᵢ.
 * Written with Equal and Cast instead of OneHot, and with Exp and Log instead of LogSoftmax, which WebGPU lacks.
 */
function crossEntropy(builder: GraphBuilder, spec: LossSpec, inputs: LossInputs): BuiltLoss {
  const [count, classes] = inputs.type.shape as readonly [number, number];
  const dtype = inputs.type.dtype;
  const smoothing = spec.label_smoothing ?? 0;
  const weights = spec.class_weights;

  const largest = builder.reduce('ReduceMax', inputs.logits, [1], true);
  const shifted = builder.op('Sub', [inputs.logits, largest]);
  const exponentials = builder.op('Exp', [shifted]);
  const total = builder.reduce('ReduceSum', exponentials, [1], true);
  const probabilities = builder.op('Div', [exponentials, total]);
  const logProbabilities = builder.op('Sub', [shifted, builder.op('Log', [total])]);

  const column = builder.reshape(inputs.target, [count, 1]);
  const labels = builder.constant(
    'int64',
    [1, classes],
    Array.from({ length: classes }, (_, label) => label),
  );
  const oneHot = builder.cast(builder.op('Equal', [column, labels]), dtype);
  let desired = oneHot;
  if (smoothing > 0) {
    const sharp = builder.op('Mul', [oneHot, builder.scalar(dtype, 1 - smoothing)]);
    desired = builder.op('Add', [sharp, builder.scalar(dtype, smoothing / classes)]);
  }
  const classWeights = weights && builder.constant(dtype, [1, classes], weights);
  const weighted = classWeights ? builder.op('Mul', [desired, classWeights]) : desired;

  // Each sample's share of the mean: its weight over the sum of the weights, [N, 1] or a scalar. A batch in which no
  // sample counts has no mean; the tiny term, too small to show beside any weight, makes its loss and gradient 0.
  const orTiny = (sum: string): string => builder.op('Add', [sum, builder.scalar(dtype, 1e-30)]);
  let sampleWeight = inputs.sampleWeight && builder.reshape(inputs.sampleWeight, [count, 1]);
  let denominator: string | undefined;
  if (classWeights) {
    const ofTarget = builder.reduce('ReduceSum', builder.op('Mul', [oneHot, classWeights]), [1], true);
    denominator = builder.reduce(
      'ReduceSum',
      sampleWeight ? builder.op('Mul', [ofTarget, sampleWeight]) : ofTarget,
      [0, 1],
      false,
    );
  } else if (sampleWeight) {
    denominator = builder.reduce('ReduceSum', sampleWeight, [0, 1], false);
  }
  sampleWeight ??= builder.scalar(dtype, 1);
  const share = builder.op('Div', [sampleWeight, denominator ? orTiny(denominator) : builder.scalar(dtype, count)]);

  const perSample = builder.reduce('ReduceSum', builder.op('Mul', [weighted, logProbabilities]), [1], true);
  const loss = builder.op('Neg', [builder.reduce('ReduceSum', builder.op('Mul', [perSample, share]), [0, 1], false)]);

  // Without class weights Σ_d q[i,d] = 1.
  const pull = classWeights
    ? builder.op('Mul', [probabilities, builder.reduce('ReduceSum', weighted, [1], true)])
    : probabilities;
  const gradient = builder.op('Mul', [builder.op('Sub', [pull, weighted]), share]);
  return { loss, gradient };
}

/** Number of samples whose largest logit is the target's, weighted by 0 or 1; a float scalar. */
export function appendCorrectCount(builder: GraphBuilder, inputs: LossInputs): string {
  const predicted = builder.op('ArgMax', [inputs.logits], { axis: 1, keepdims: 0 });
  const hits = builder.cast(builder.op('Equal', [predicted, inputs.target]), 'float32');
  const counted = inputs.sampleWeight ? builder.op('Mul', [hits, inputs.sampleWeight]) : hits;
  return builder.reduce('ReduceSum', counted, [0], false);
}
