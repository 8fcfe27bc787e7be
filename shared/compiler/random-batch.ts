/** A batch that holds nothing: random numbers of the types and ranges that a model and a loss take. */
import { randomNormal, randomStreams, randomUniform } from '#shared/core/random.ts';
import { elementCount } from '#shared/core/shape.ts';
import { classAxis } from '#shared/compiler/losses/classes.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import { float32Tensor, isFloat, tensorOf, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

type Draw = (index: number) => number;

const seed = 1;
const uniform =
  (part: number): Draw =>
  (index) =>
    randomUniform(seed, randomStreams.benchmark, part, index);
const normal =
  (part: number): Draw =>
  (index) =>
    randomNormal(seed, randomStreams.benchmark, part, index);
const below =
  (high: number, draw: Draw): Draw =>
  (index) =>
    Math.floor(high * draw(index));

/** Parts of the batch, whose numbers have nothing to do with each other. */
const [inputPart, targetPart] = [0, 1];

/**
 * Standard normal numbers, truth values, or integers below `high`.
 * @throws GraftError `compile.bad-case` where integers have no bound, and for words
 */
export function randomInput(type: TensorType, high: number | undefined): Tensor {
  if (isFloat(type.dtype)) return drawn(type, normal(inputPart));
  if (type.dtype === 'bool') return drawn(type, below(2, uniform(inputPart)));
  if (type.dtype === 'string') {
    throw new GraftError('compile.bad-case', { reason: 'the model takes words, which cannot be drawn at random.' });
  }
  if (high === undefined) {
    const reason = `the model takes integers (${type.dtype}), and input.high does not say what they stay below.`;
    throw new GraftError('compile.bad-case', { reason });
  }
  return drawn(type, below(high, uniform(inputPart)));
}

/** What a float target of each loss holds, and an integer one where that is no class. */
const ranges: Readonly<Record<string, 'answers' | 'boxes' | 'chances' | 'numbers' | 'signs'>> = {
  cross_entropy: 'chances',
  bce_with_logits: 'answers',
  focal: 'answers',
  mse: 'numbers',
  mae: 'numbers',
  huber: 'numbers',
  smooth_l1: 'numbers',
  kl_divergence: 'chances',
  cosine_embedding: 'signs',
  triplet: 'signs',
  dice: 'answers',
  tversky: 'answers',
  dice_cross_entropy: 'answers',
  giou: 'boxes',
};

/** @throws GraftError `compile.bad-case` for predictions that hold no classes where the target does */
export function randomTarget(spec: LossSpec, target: TensorType, predictions: TensorType): Tensor {
  const range = ranges[spec.kind];
  if (range === undefined) throw new Error(`it is not known what a target of ${spec.kind} holds`);
  const draw = uniform(targetPart);
  if (range === 'signs') return drawn(target, (index) => (draw(index) < 0.5 ? -1 : 1));
  if (!isFloat(target.dtype)) {
    const classes = predictions.shape[classAxis(spec, predictions, target)] as number;
    return drawn(target, below(classes, draw));
  }
  if (range === 'answers') return drawn(target, below(2, draw));
  if (range === 'boxes') return drawn(target, boxes(draw));
  if (range === 'chances') return drawn(target, chances(spec, predictions, draw));
  return drawn(target, normal(targetPart));
}

/** x₁, y₁, x₂, y₂, whose sides are longer than a tenth. */
function boxes(draw: Draw): Draw {
  return (index) => (index % 4 < 2 ? draw(index) : draw(index - 2) + 0.1 + draw(index));
}

/** Along the classes they add up to 1. */
function chances(spec: LossSpec, predictions: TensorType, draw: Draw): Draw {
  const { shape } = predictions;
  const axis = shape.length < 2 ? 0 : classAxis(spec, predictions);
  const classes = shape[axis] ?? 1;
  const stride = elementCount(shape.slice(axis + 1));
  const share: Draw = (index) => 0.1 + draw(index);
  return (index) => {
    const first = index - (Math.floor(index / stride) % classes) * stride;
    let total = 0;
    for (let one = 0; one < classes; one++) total += share(first + one * stride);
    const chance = share(index) / total;
    return spec.log_target ? Math.log(chance) : chance;
  };
}

/** @throws GraftError `run.out-of-memory` */
function drawn({ dtype, shape }: TensorType, draw: Draw): Tensor {
  const length = elementCount(shape);
  try {
    if (dtype !== 'float32')
      return tensorOf(
        dtype,
        shape,
        Array.from({ length }, (_, index) => draw(index)),
      );
    const values = new Float32Array(length);
    for (let index = 0; index < length; index++) values[index] = draw(index);
    return float32Tensor(shape, values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GraftError('run.out-of-memory', { reason: `a batch [${shape.join(', ')}] (${error.message})` });
  }
}
