/** The training step of any model: what it takes and gives is called as the interface says, whatever the model holds. */
import { describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { rename } from '#shared/compiler/subgraph.ts';
import { elementCount } from '#shared/core/shape.ts';
import { violations } from '#shared/ir/legality.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { backbone, recurrentBackbone } from '#test/support/backbones.ts';
import type * as ort from 'onnxruntime-node';

const shape = [2, 3, 8, 8];
const training = parseCase({
  loss: { kind: 'cross_entropy' },
  optimizer: { kind: 'adamw', lr: 0.01 },
  trainable: 'all',
});

async function lossesOf(step: CaseStep, steps = 3, target = [0n, 3n]): Promise<number[]> {
  expect(violations(step.model)).toEqual([]);
  const session = await createSession(step.model, 'cpu');
  let carried: Record<string, ort.Tensor> = {};
  for (const [name, tensor] of step.parameters) carried[name] = toRuntime(tensor);
  for (const [name, slot] of step.stateShapes)
    carried[name] = float32(new Float32Array(elementCount(slot)).fill(step.state[name] as number), slot);
  const losses: number[] = [];
  for (let index = 1; index <= steps; index++) {
    const results = await session.run({
      ...carried,
      input: float32(
        Float32Array.from({ length: elementCount(shape) }, (_, at) => Math.sin(at)),
        shape,
      ),
      target: int64(BigInt64Array.from(target), [2]),
      lr: float32(Float32Array.of(0.01), []),
      step: int64(BigInt64Array.of(BigInt(index)), []),
    });
    losses.push((results['loss'] as ort.Tensor).data[0] as number);
    carried = Object.fromEntries(Object.keys(carried).map((name) => [name, results[`next/${name}`] as ort.Tensor]));
  }
  await session.release();
  return losses;
}

const model = backbone({ ending: 'classifier' });
const withNames = (names: Readonly<Record<string, string>>): Model => ({
  ...model,
  graph: rename(model.graph, new Map(Object.entries(names))),
});

describe('the step of a model', () => {
  it('has the inputs, outputs and state that the interface names', async () => {
    const { model: step, state } = await buildCaseStep(model, training, shape, oracle);
    const parameters = ['w1_weight', 'w1_bias', 'w2_weight', 'w2_bias', 'w3_weight', 'w3_bias', 'fc.weight', 'fc.bias'];
    const slots = parameters.flatMap((name) => [`state/${name}/exp_avg`, `state/${name}/exp_avg_sq`]);
    const names = (values: readonly { readonly name: string }[]): string[] => values.map(({ name }) => name).toSorted();
    expect(names(step.graph.inputs)).toEqual(['input', 'target', 'lr', 'step', ...parameters, ...slots].toSorted());
    expect(names(step.graph.outputs)).toEqual(
      ['loss', ...[...parameters, ...slots].map((name) => `next/${name}`)].toSorted(),
    );
    expect(JSON.parse(step.metadata['graft.state'] as string)).toEqual(state);
    expect(Object.keys(state).toSorted()).toEqual(slots.toSorted());
  });

  it('learns the same whatever the model calls its input and its inner values', async () => {
    const expected = await lossesOf(await buildCaseStep(model, training, shape, oracle));
    expect(expected[2]).toBeLessThan(expected[0] as number);
    for (const names of [
      { input: 'pixel_values' },
      { input: 'target', conv: 'loss', relu: 'lr', output: 'step' },
      { input: 'x', conv: 'input', relu: 'next/w1_weight', relu_1: 'state/w1_weight/exp_avg', conv_1: 'model/input' },
    ]) {
      const step = await buildCaseStep(withNames(names), training, shape, oracle);
      expect(await lossesOf(step), JSON.stringify(names)).toEqual(expected);
    }
  });

  it('trains the parameters it is told to, and no others', async () => {
    const step = await buildCaseStep(model, { ...training, trainable: ['fc.bias'] }, shape, oracle);
    expect([...step.parameters.keys()]).toEqual(['fc.bias']);
    const losses = await lossesOf(step);
    expect(losses[2]).toBeLessThan(losses[0] as number);
  });
});

describe('the target and the state of a case', () => {
  const build = (changes: object): Promise<CaseStep> =>
    buildCaseStep(model, parseCase({ ...training, ...changes }), shape, oracle);
  const inputOf = ({ model: step }: CaseStep, name: string): object => {
    const input = step.graph.inputs.find((one) => one.name === name);
    return { dtype: input?.dtype, shape: input?.shape };
  };
  const classes = 5;

  it('follow from the loss and the predictions', async () => {
    expect(inputOf(await build({}), 'target')).toEqual({ dtype: 'int64', shape: [2] });
    for (const kind of ['bce_with_logits', 'mse', 'focal', 'kl_divergence'])
      expect(inputOf(await build({ loss: { kind } }), 'target')).toEqual({ dtype: 'float32', shape: [2, classes] });
    expect(inputOf(await build({ loss: { kind: 'cross_entropy', soft_targets: true } }), 'target')).toEqual({
      dtype: 'float32',
      shape: [2, classes],
    });
  });

  it('are what the case’s batches hold', async () => {
    const batches = [
      { step: 0, name: 'input', dtype: 'float32', shape, offset: 0 },
      { step: 0, name: 'target', dtype: 'float32', shape: [2, classes], offset: 0 },
    ];
    expect(inputOf(await build({ batches }), 'target')).toEqual({ dtype: 'float32', shape: [2, classes] });
    const wrong = batches.map((batch) => ({ ...batch, dtype: 'int64', shape: [3] }));
    await expect(build({ batches: wrong })).rejects.toMatchObject({ code: 'compile.bad-case' });
  });

  it('leave out a class of −100, as PyTorch does', async () => {
    const step = await build({ optimizer: { kind: 'sgd', lr: 1 }, trainable: ['fc.bias'] });
    const ignored = await lossesOf(step, 1, [0n, -100n]);
    // The same as with nothing but the first sample.
    const half = await lossesOf(step, 1, [0n, 0n]);
    const other = await lossesOf(step, 1, [-100n, 0n]);
    expect(((ignored[0] as number) + (other[0] as number)) / 2).toBeCloseTo(half[0] as number, 6);
  });

  it('have the shapes that the optimizer needs', async () => {
    const adafactor = await build({ optimizer: { kind: 'adafactor', lr: 0.1 }, trainable: ['fc.weight', 'fc.bias'] });
    const [count, width] = (adafactor.parameters.get('fc.weight') as Tensor).shape as [number, number];
    expect(Object.fromEntries(adafactor.stateShapes)).toEqual({
      'state/fc.weight/row_var': [count, 1],
      'state/fc.weight/col_var': [1, width],
      'state/fc.bias/variance': [count],
    });
    const nadam = await build({ optimizer: { kind: 'nadam', lr: 0.1 }, trainable: ['fc.bias'] });
    expect(inputOf(nadam, 'state/fc.bias/mu_product')).toEqual({ dtype: 'float32', shape: [] });
    expect(JSON.parse(nadam.model.metadata['graft.state'] as string)).toMatchObject({ 'state/fc.bias/mu_product': 1 });
    const around = { kind: 'sgd', lr: 0.1, accumulate_steps: 2, ema_decay: 0.9 };
    expect([...(await build({ optimizer: around, trainable: ['fc.bias'] })).stateShapes.keys()]).toEqual([
      'state/fc.bias/accumulated',
      'state/fc.bias/ema',
    ]);
  });

  it('take any way of updating, and learn', async () => {
    for (const optimizer of [
      { kind: 'lion', lr: 0.01, clip_value: 0.1, accumulate_steps: 2, ema_decay: 0.5 },
      { kind: 'muon', lr: 0.01, clip_norm: 1 },
    ]) {
      const losses = await lossesOf(await build({ optimizer }), 5);
      expect(losses[4]).toBeLessThan(losses[0] as number);
    }
  });

  it('norms and biases are spared decay where the case says so', async () => {
    const ends = async (more: object): Promise<number[]> =>
      lossesOf(await build({ optimizer: { kind: 'sgd', lr: 0.01, weight_decay: 0.5, ...more } }));
    expect(await ends({ no_decay_on_norms: true })).not.toEqual(await ends({}));
    const biases = { trainable: ['fc.bias', 'w1_bias'] };
    const spared = { kind: 'sgd', lr: 0.01, weight_decay: 0.5, no_decay_on_norms: true };
    const plain = { kind: 'sgd', lr: 0.01 };
    expect(await lossesOf(await build({ optimizer: spared, ...biases }))).toEqual(
      await lossesOf(await build({ optimizer: plain, ...biases })),
    );
  });
});

describe('a case that is not right', () => {
  const refusalOf = async (work: () => unknown): Promise<GraftError> => {
    try {
      await work();
    } catch (thrown) {
      if (thrown instanceof GraftError) return thrown;
      throw thrown;
    }
    throw new Error('it was taken');
  };

  it.each([
    ['nothing', undefined],
    ['words', 'sgd'],
    ['no optimizer', { loss: { kind: 'cross_entropy' }, trainable: 'all' }],
    ['one beta', { ...training, optimizer: { kind: 'adam', lr: 1, betas: [0.9] } }],
    ['trainable as a number', { ...training, trainable: 3 }],
  ])('%s is refused', async (_title, json) => {
    expect(await refusalOf(() => parseCase(json))).toMatchObject({ code: 'compile.bad-case' });
  });

  it.each([
    ['label_smothing', { ...training, loss: { kind: 'cross_entropy', label_smothing: 0.1 } }],
    ['momentm', { ...training, optimizer: { kind: 'sgd', lr: 1, momentm: 0.9 } }],
    ['shapes', { ...training, input: { shapes: [2, 3] } }],
    ['memory_limit', { ...training, memory_limit: 100 }],
    ['batchs', { ...training, batchs: [] }],
    ['tranable', { loss: training.loss, optimizer: training.optimizer, tranable: 'all' }],
  ])('a misspelt field is refused by its name: %s', async (field, json) => {
    expect(await refusalOf(() => parseCase(json))).toMatchObject({
      code: 'compile.bad-case',
      message: expect.stringContaining(field) as string,
    });
  });

  it('what reference cases tell of themselves is taken, and notes are', () => {
    const told = {
      case: 'x',
      opset: 17,
      frozen_batchnorm_statistics: true,
      losses: [1],
      final_parameters: {},
      name: 'y',
    };
    expect(parseCase({ ...training, ...told, comment: 'mine', input: { high: 9, dtype: 'int64' } })).toMatchObject(
      training,
    );
  });

  it.each([
    ['an axis that is not there', { kind: 'cross_entropy', class_axis: 4 }, {}, 'no axis 4'],
    ['too few weights', { kind: 'bce_with_logits', pos_weight: [1, 2] }, {}, 'pos_weight'],
    [
      'words as a target',
      { kind: 'cross_entropy' },
      { batches: [{ name: 'target', dtype: 'string', shape: [2] }] },
      'strings',
    ],
  ])('a loss with %s is refused', async (_title, loss, more, culprit) => {
    const asked = parseCase({ ...training, loss, ...more });
    expect(await refusalOf(() => buildCaseStep(model, asked, shape, oracle))).toMatchObject({
      code: 'compile.bad-case',
      message: expect.stringContaining(culprit) as string,
    });
  });

  it('a loss, an optimizer or a name that is not known is refused by its name', async () => {
    const build = (changes: object): Promise<GraftError> =>
      refusalOf(() => buildCaseStep(model, { ...training, ...changes }, shape, oracle));
    expect((await build({ loss: { kind: 'hinge' } })).message).toContain('hinge');
    expect((await build({ optimizer: { kind: 'eve', lr: 1 } })).message).toContain('eve');
    expect(await build({ trainable: ['nowhere'] })).toMatchObject({ code: 'compile.unknown-tensor' });
    const inputless = { ...model, graph: { ...model.graph, inputs: [] } };
    expect((await refusalOf(() => buildCaseStep(inputless, training, shape, oracle))).code).toBe('compile.bad-case');
  });
});

describe('recurrent layers', () => {
  it.each(['LSTM', 'GRU', 'RNN'] as const)(
    '%s with the batch axis first trains like one with the time axis first',
    async (op) => {
      const [timeFirst, batchFirst] = await Promise.all(
        ([0, 1] as const).map((layout) => buildCaseStep(recurrentBackbone({ op, layout }), training, shape, oracle)),
      );
      const losses = await lossesOf(timeFirst as CaseStep, 4);
      expect(await lossesOf(batchFirst as CaseStep, 4)).toEqual(losses);
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    },
  );
});
