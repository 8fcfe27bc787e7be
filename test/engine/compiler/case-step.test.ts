/** The training step of any model: what it takes and gives is called as the interface says, whatever the model holds. */
import { describe, expect, it } from 'vitest';
import { buildCaseStep, parseCase, type CaseStep } from '#shared/compiler/case-step.ts';
import { rename } from '#shared/compiler/subgraph.ts';
import { elementCount } from '#shared/core/shape.ts';
import { violations } from '#shared/ir/legality.ts';
import type { Model } from '#shared/ir/graph.ts';
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

async function lossesOf(step: CaseStep, steps = 3): Promise<number[]> {
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
      target: int64(BigInt64Array.of(0n, 3n), [2]),
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

  it('a loss, an optimizer or a name that is not known is refused by its name', async () => {
    const build = (changes: object): Promise<GraftError> =>
      refusalOf(() => buildCaseStep(model, { ...training, ...changes }, shape, oracle));
    expect((await build({ loss: { kind: 'hinge' } })).message).toContain('hinge');
    expect((await build({ optimizer: { kind: 'lion', lr: 1 } })).message).toContain('lion');
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
