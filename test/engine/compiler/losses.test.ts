/** The loss graph against the formula in float64, and its gradient against differences of that formula. */
import { describe, expect, it } from 'vitest';
import { appendCorrectCount, appendLoss, type LossSpec } from '#shared/compiler/losses.ts';
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

const [count, classes] = [6, 4];
const targets = [0, 3, 1, 1, 2, 0];
const logits = Float32Array.from({ length: count * classes }, (_, index) =>
  Math.fround(2 * randomNormal(1, randomStreams.sample, 0, index)),
);

/** PyTorch's CrossEntropyLoss with a weight for each sample, in float64. */
function reference(values: readonly number[], spec: LossSpec, weights: readonly number[]): number {
  const smoothing = spec.label_smoothing ?? 0;
  let sum = 0;
  let denominator = 0;
  targets.forEach((target, row) => {
    const scores = values.slice(row * classes, (row + 1) * classes);
    const largest = Math.max(...scores);
    const logTotal = largest + Math.log(scores.reduce((total, score) => total + Math.exp(score - largest), 0));
    const weight = weights[row] as number;
    scores.forEach((score, label) => {
      const desired = (label === target ? 1 - smoothing : 0) + smoothing / classes;
      sum += weight * (spec.class_weights?.[label] ?? 1) * desired * (logTotal - score);
    });
    denominator += weight * (spec.class_weights?.[target] ?? 1);
  });
  return denominator === 0 ? 0 : sum / denominator;
}

function differences(spec: LossSpec, weights: readonly number[]): number[] {
  const step = 1e-5;
  return Array.from(logits, (_, index) => {
    const moved = (by: number): number =>
      reference(
        Array.from(logits, (value, at) => (at === index ? value + by : value)),
        spec,
        weights,
      );
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

interface Results {
  readonly loss: number;
  readonly gradient: readonly number[];
  readonly correct: number;
}

async function run(
  spec: LossSpec,
  weights: readonly number[] | undefined,
  opset = 17,
  values = logits,
): Promise<Results> {
  const builder = new GraphBuilder(opset);
  const type = { dtype: 'float32' as const, shape: [count, classes] };
  const inputs = {
    logits: builder.input('logits', 'float32', type.shape),
    type,
    target: builder.input('target', 'int64', [count]),
    ...(weights ? { sampleWeight: builder.input('weight', 'float32', [count]) } : {}),
  };
  const built = appendLoss(builder, spec, inputs);
  builder.output(built.loss, 'float32', [], 'loss');
  builder.output(built.gradient, 'float32', type.shape, 'gradient');
  builder.output(appendCorrectCount(builder, inputs), 'float32', [], 'correct');
  const model = { graph: builder.build('loss'), opsets: { '': opset }, irVersion: 8, metadata: {} };
  const session = await createSession(model, 'cpu');
  const results = await session.run({
    logits: float32(values, type.shape),
    target: int64(BigInt64Array.from(targets, BigInt), [count]),
    ...(weights ? { weight: float32(Float32Array.from(weights), [count]) } : {}),
  });
  await session.release();
  const data = (name: string): number[] => Array.from((results[name] as ort.Tensor).data as Float32Array);
  return { loss: data('loss')[0] as number, gradient: data('gradient'), correct: data('correct')[0] as number };
}

const everyone = [1, 1, 1, 1, 1, 1];
const padded = [1, 1, 1, 1, 0, 0];
const classWeights = [0.5, 2, 1, 0.1];
const cases = [undefined, padded].flatMap((weights) =>
  [undefined, classWeights].flatMap((class_weights) =>
    [0, 0.1].map((label_smoothing) => ({
      title:
        [label_smoothing && 'smoothing', class_weights && 'class weights', weights && 'padding']
          .filter(Boolean)
          .join(', ') || 'nothing added',
      spec: { kind: 'cross_entropy', label_smoothing, ...(class_weights ? { class_weights } : {}) },
      weights,
    })),
  ),
);

describe('cross-entropy', () => {
  it.each(cases)('with $title', async ({ spec, weights }) => {
    for (const opset of [13, 18]) {
      const { loss, gradient } = await run(spec, weights, opset);
      const expected = reference([...logits], spec, weights ?? everyone);
      expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-6);
      differences(spec, weights ?? everyone).forEach((slope, index) =>
        expect(Math.abs((gradient[index] as number) - slope), `element ${index}`).toBeLessThan(1e-6),
      );
    }
  });

  it('of padded places is what it is without them', async () => {
    const spec = { kind: 'cross_entropy', label_smoothing: 0.1, class_weights: classWeights };
    const other = Float32Array.from(logits, (value, index) => (index < 4 * classes ? value : 100 - value));
    const [one, two] = [await run(spec, padded), await run(spec, padded, 17, other)];
    expect(two.loss).toBe(one.loss);
    expect(two.gradient.slice(0, 4 * classes)).toEqual(one.gradient.slice(0, 4 * classes));
    expect(two.gradient.slice(4 * classes).every((value) => value === 0)).toBe(true);
  });

  it.each([undefined, classWeights])(
    'of a batch in which nothing counts is 0, not “not a number” (%s)',
    async (weights) => {
      const spec = { kind: 'cross_entropy', ...(weights ? { class_weights: weights } : {}) };
      const { loss, gradient } = await run(spec, [0, 0, 0, 0, 0, 0]);
      expect(Math.abs(loss)).toBe(0);
      expect(gradient.every((value) => value === 0)).toBe(true);
    },
  );

  it('stays finite where exponentials would not', async () => {
    const huge = Float32Array.from(logits, (value) => 1e4 * value);
    const { loss, gradient } = await run({ kind: 'cross_entropy' }, undefined, 17, huge);
    expect(loss / reference([...huge], { kind: 'cross_entropy' }, everyone)).toBeCloseTo(1, 5);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('comes with the number of right answers that count', async () => {
    const rights = targets.map((target, row) => {
      const scores = logits.subarray(row * classes, (row + 1) * classes);
      return scores.indexOf(Math.max(...scores)) === target ? 1 : 0;
    });
    const total = (weights: readonly number[]): number =>
      rights.reduce<number>((sum, right, row) => sum + right * (weights[row] as number), 0);
    const onlyRight = rights.map((right): number => right);
    expect(total(everyone)).toBeGreaterThan(0);
    expect((await run({ kind: 'cross_entropy' }, undefined)).correct).toBe(total(everyone));
    expect((await run({ kind: 'cross_entropy' }, padded)).correct).toBe(total(padded));
    expect((await run({ kind: 'cross_entropy' }, onlyRight)).correct).toBe(total(everyone));
  });
});

it('a loss that is not known is refused by its name', () => {
  const inputs = { logits: 'x', type: { dtype: 'float32' as const, shape: [1, 2] }, target: 't' };
  expect(() => appendLoss(new GraphBuilder(17), { kind: 'hinge' }, inputs)).toThrow('loss “hinge” is not known');
});
