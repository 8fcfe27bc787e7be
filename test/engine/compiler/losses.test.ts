/** Losses and their gradients against PyTorch's (test/fixtures/make-references.py), and what must hold of all of them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { classAxis } from '#shared/compiler/losses/classes.ts';
import { appendCorrectCount } from '#shared/compiler/losses/correct-count.ts';
import { appendLoss, lossKinds, lossTargetType } from '#shared/compiler/losses/registry.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Target } from '#shared/ir/target.ts';
import { tensorOf, type DType } from '#shared/ir/tensor.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

interface Values {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface Result {
  readonly loss: number;
  readonly gradient: readonly number[];
}

interface Case {
  readonly title: string;
  readonly spec: LossSpec;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly target: Values;
  /** Without weights, and with one for each sample. */
  readonly results: readonly [Result, Result & { readonly weight: readonly number[] }];
}

const file = fileURLToPath(new URL('../../fixtures/losses/references.json', import.meta.url));
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];
const caseOf = (title: string): Case => cases.find((one) => one.title === title) as Case;

interface Question {
  readonly spec: LossSpec;
  readonly predictions: Values;
  readonly target: Values;
  readonly weight?: readonly number[] | undefined;
  readonly opset?: number;
  readonly writtenFor?: Target;
}

async function run({
  spec,
  predictions,
  target,
  weight,
  opset = 17,
  writtenFor,
}: Question): Promise<Result & { operators: Set<string> }> {
  const builder = new GraphBuilder(opset, undefined, writtenFor);
  const built = appendLoss(builder, spec, {
    logits: builder.input('logits', predictions.dtype, predictions.shape),
    type: predictions,
    target: builder.input('target', target.dtype, target.shape),
    targetType: target,
    ...(weight ? { sampleWeight: builder.input('weight', 'float32', [weight.length]) } : {}),
  });
  builder.output(built.loss, 'float32', [], 'loss');
  builder.output(built.gradient, 'float32', predictions.shape, 'gradient');
  const graph = builder.build('loss');
  const session = await createSession({ graph, opsets: { '': opset }, irVersion: 8, metadata: {} }, 'cpu');
  const given = ({ dtype, shape, values }: Values): ort.Tensor => toRuntime(tensorOf(dtype, shape, values));
  const results = await session.run({
    logits: given(predictions),
    target: given(target),
    ...(weight ? { weight: given({ dtype: 'float32', shape: [weight.length], values: weight }) } : {}),
  });
  await session.release();
  const [loss, gradient] = [results['loss'] as ort.Tensor, results['gradient'] as ort.Tensor];
  expect(loss.dims).toEqual([]);
  expect(gradient.dims).toEqual(predictions.shape);
  return {
    loss: loss.data[0] as number,
    gradient: Array.from(gradient.data as Float32Array),
    operators: new Set(graph.nodes.map(({ op }) => op)),
  };
}

const predictionsOf = ({ shape, values }: Case, change = (value: number, _index: number) => value): Values => ({
  dtype: 'float32',
  shape,
  values: values.map(change),
});

function expectResult(found: Result, expected: Result): void {
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected.loss)));
  expect(found.gradient).toHaveLength(expected.gradient.length);
  found.gradient.forEach((slope, index) =>
    expect(Math.abs(slope - (expected.gradient[index] as number)), `element ${index}`).toBeLessThan(
      1e-5 * Math.max(0.1, Math.abs(slope)),
    ),
  );
}

describe.each(cases)('$title', (one) => {
  const question = { spec: one.spec, predictions: predictionsOf(one), target: one.target };
  const [plain, weighted] = one.results;

  it.each([
    ['any runtime', {}],
    ['a processor', { channelBlock: 8 }],
  ])('is PyTorch’s, with samples weighted or not, written for %s', async (_title, writtenFor) => {
    for (const opset of [13, 18, 26]) {
      expectResult(await run({ ...question, opset, writtenFor }), plain);
      expectResult(await run({ ...question, opset, writtenFor, weight: weighted.weight }), weighted);
    }
  });

  it('does not change with the size of all weights, and is 0 where nothing counts', async () => {
    const scaled = await run({ ...question, weight: weighted.weight.map((weight) => 4 * weight) });
    expectResult(scaled, weighted);
    const nothing = await run({ ...question, weight: weighted.weight.map(() => 0) });
    expect(Math.abs(nothing.loss)).toBe(0);
    expect(nothing.gradient.every((slope) => Math.abs(slope) === 0)).toBe(true);
  });

  it('has no operator that WebGPU lacks', async () => {
    const { operators } = await run({ ...question, weight: weighted.weight });
    for (const lacking of [
      'Max',
      'Min',
      'Sign',
      'OneHot',
      'LogSoftmax',
      'Softplus',
      'SoftmaxCrossEntropyLoss',
      'NegativeLogLikelihoodLoss',
    ])
      expect(operators).not.toContain(lacking);
  });
});

it('every loss has a reference', () => {
  expect(new Set(cases.map(({ spec }) => spec.kind))).toEqual(new Set(lossKinds));
});

it.each(cases.filter(({ spec, results, shape }) => !('stack_axis' in spec) && results[1].weight.length === shape[0]))(
  'a sample that weighs nothing is left out exactly: $title',
  async (one) => {
    const { weight } = one.results[1];
    const width = one.values.length / weight.length;
    const isOut = (index: number): boolean => weight[Math.floor(index / width)] === 0;
    const other = predictionsOf(one, (value, index) => (isOut(index) ? 3 - value : value));
    const [found, changed] = [
      await run({ spec: one.spec, predictions: predictionsOf(one), target: one.target, weight }),
      await run({ spec: one.spec, predictions: other, target: one.target, weight }),
    ];
    expect(changed.loss).toBe(found.loss);
    expect(changed.gradient.map(Math.abs)).toEqual(
      found.gradient.map((slope, index) => (isOut(index) ? 0 : Math.abs(slope))),
    );
  },
);

describe('the target', () => {
  it.each<[LossSpec, readonly number[], DType, readonly number[]]>([
    [{ kind: 'cross_entropy' }, [6, 4], 'int64', [6]],
    [{ kind: 'cross_entropy' }, [2, 4, 5, 5], 'int64', [2, 5, 5]],
    [{ kind: 'cross_entropy', class_axis: -1 }, [2, 7, 4], 'int64', [2, 7]],
    [{ kind: 'cross_entropy', soft_targets: true }, [2, 4, 5], 'float32', [2, 4, 5]],
    [{ kind: 'bce_with_logits' }, [6, 4], 'float32', [6, 4]],
    [{ kind: 'focal' }, [6, 4], 'float32', [6, 4]],
    [{ kind: 'focal', form: 'softmax' }, [6, 4], 'int64', [6]],
    [{ kind: 'mse' }, [6, 1], 'float32', [6, 1]],
    [{ kind: 'dice' }, [2, 1, 5, 5], 'float32', [2, 1, 5, 5]],
    [{ kind: 'dice' }, [2, 3, 5, 5], 'int64', [2, 5, 5]],
    [{ kind: 'giou' }, [6, 4], 'float32', [6, 4]],
    [{ kind: 'cosine_embedding' }, [8, 3], 'int64', [4]],
    [{ kind: 'triplet', stack_axis: 1 }, [8, 3, 5], 'int64', [8]],
  ])('of %j with predictions %j is %s %j', (spec, shape, dtype, expected) => {
    expect(lossTargetType(spec, { dtype: 'float32', shape })).toEqual({ dtype, shape: expected });
  });

  it.each([
    [[2, 7, 4], [2, 7], 2],
    [[2, 7, 4], [14], 2],
    [[2, 4, 7], [2, 7], 1],
    [[2, 4, 5, 6], [60], 1],
    [[2, 3, 3, 3], [18], 1],
    [[3, 3, 3], [3, 3], 1],
    [[6, 4], [6], 1],
    [[2, 3, 5, 4], [2, 3, 5], 3],
  ])('of predictions %j that is %j has the classes on axis %i', (shape, target, axis) => {
    const type = { dtype: 'float32' as const, shape };
    expect(classAxis({ kind: 'cross_entropy' }, type, { dtype: 'int64', shape: target })).toBe(axis);
    expect(classAxis({ kind: 'cross_entropy', class_axis: -1 }, type)).toBe(shape.length - 1);
  });

  it.each<[string, LossSpec, readonly number[], readonly number[]]>([
    ['that does not fit', { kind: 'cross_entropy' }, [6, 4], [5]],
    ['that does not fit, of numbers', { kind: 'mse' }, [6, 4], [6]],
    ['of boxes with 3 numbers', { kind: 'giou' }, [6, 3], [6, 3]],
    ['of two embeddings in 5 rows', { kind: 'cosine_embedding' }, [5, 3], [2]],
    ['of 4 classes with 3 weights', { kind: 'cross_entropy', class_weights: [1, 1, 1] }, [6, 4], [6]],
    ['of a loss that is not known', { kind: 'hinge' }, [6, 4], [6]],
  ])('%s is refused', (_title, spec, shape, target) => {
    const builder = new GraphBuilder(17);
    const targetType = { dtype: 'int64' as const, shape: target };
    const type = { dtype: 'float32' as const, shape };
    expect(() => appendLoss(builder, spec, { logits: 'x', type, target: 't', targetType })).toThrow(
      expect.objectContaining({ code: 'compile.bad-case' }) as Error,
    );
  });

  it('of boxes over classes is refused with what fits', () => {
    const type = { dtype: 'float32' as const, shape: [6, 10] };
    expect(() => appendLoss(new GraphBuilder(17), { kind: 'giou' }, { logits: 'x', type, target: 't' })).toThrow(
      /the predictions are 6×10\. Classes want cross_entropy/,
    );
  });
});

it.each(['cross_entropy', 'focal', 'bce_with_logits'])('%s stays finite where exponentials would not', async (kind) => {
  const one = caseOf(kind === 'bce_with_logits' ? 'binary cross-entropy' : 'focal of classes');
  const spec = kind === 'focal' ? { kind, form: 'softmax' as const } : { kind };
  const huge = predictionsOf(one, (value) => 1e4 * value);
  const { loss, gradient } = await run({ spec, predictions: huge, target: one.target });
  expect(Number.isFinite(loss)).toBe(true);
  expect(gradient.every(Number.isFinite)).toBe(true);
});

it('the number of right answers counts those that have a weight', async () => {
  const one = caseOf('cross-entropy');
  const [count, classes] = one.shape as readonly [number, number];
  const count1 = async (weight: readonly number[]): Promise<number> => {
    const builder = new GraphBuilder(17);
    const correct = appendCorrectCount(builder, {
      logits: builder.input('logits', 'float32', one.shape),
      type: predictionsOf(one),
      target: builder.input('target', 'int64', [count]),
      sampleWeight: builder.input('weight', 'float32', [count]),
    });
    builder.output(correct, 'float32', [], 'correct');
    const model = { graph: builder.build('correct'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const session = await createSession(model, 'cpu');
    const results = await session.run({
      logits: toRuntime(tensorOf('float32', one.shape, one.values)),
      target: toRuntime(tensorOf('int64', [count], one.target.values)),
      weight: toRuntime(tensorOf('float32', [count], weight)),
    });
    await session.release();
    return (results['correct'] as ort.Tensor).data[0] as number;
  };
  const rights = one.target.values.map((target, row): number => {
    const scores = one.values.slice(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores)) === target ? 1 : 0;
  });
  const total = rights.reduce((sum, right) => sum + right, 0);
  expect(await count1(rights.map(() => 1))).toBe(total);
  expect(await count1(rights)).toBe(total);
  expect(await count1(rights.map((right) => 1 - right))).toBe(0);
});
