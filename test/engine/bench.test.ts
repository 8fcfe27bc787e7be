/** `graft bench` on files: the steps it takes are those of the step graph, and what it cannot take it refuses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep } from '#shared/compiler/case-step.ts';
import { lossKinds } from '#shared/compiler/losses/registry.ts';
import { randomInput, randomTarget } from '#shared/compiler/random-batch.ts';
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Dimension, Model } from '#shared/ir/graph.ts';
import { float32Tensor, type DType } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import { benchStep } from '#electron/engine/bench.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { InferenceSession, Tensor } from '#electron/engine/runtime/onnxruntime.ts';

const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'adam', lr: 0.05 }, trainable: 'all' };
const [width, classes] = [3, 4];

/** Logits [N, 4] = x·w + b, through a Reshape to `rows` rows where given. */
function linear(shape: readonly Dimension[] = ['N', width], dtype: DType = 'float32', rows?: number): Model {
  const builder = new GraphBuilder(17);
  builder.input('x', dtype, shape);
  const weight = Array.from({ length: width * classes }, (_, index) => Math.sin(index));
  builder.initializer('w', float32Tensor([width, classes], weight));
  builder.initializer('b', float32Tensor([classes], [0.1, 0.2, -0.1, 0]));
  const input = dtype === 'float32' ? 'x' : builder.cast('x', 'float32');
  const rowsOf = rows === undefined ? input : builder.reshape(input, [rows, width]);
  const sum = builder.op('Add', [builder.op('MatMul', [rowsOf, 'w']), 'b']);
  builder.output(sum, 'float32', [null, classes], 'y');
  return { graph: builder.build('linear'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

/** Logits of an input to which a table of as many rows as it has samples is added first. */
function shifted(samples: number): Model {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [samples, width]);
  const wave = (count: number): number[] => Array.from({ length: count }, (_, index) => Math.sin(index));
  builder.initializer('table', float32Tensor([samples, width], wave(samples * width)));
  builder.initializer('w', float32Tensor([width, classes], wave(width * classes)));
  const logits = builder.op('MatMul', [builder.op('Add', ['x', 'table']), 'w']);
  builder.output(logits, 'float32', [samples, classes], 'y');
  return { graph: builder.build('shifted'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

function request(model: Model, json: object, changes: Partial<EngineInput<'bench'>> = {}): EngineInput<'bench'> {
  const folder = temporaryFolder();
  const [path, casePath] = [join(folder, 'model.onnx'), join(folder, 'case.json')];
  writeFileSync(path, encodeModel(model));
  writeFileSync(casePath, JSON.stringify(json));
  return { path, casePath, batch: 6, steps: 4, device: 'cpu', ...changes };
}

describe('graft bench', () => {
  it('takes the steps that the graph takes by hand', async () => {
    const shape = [6, width];
    const target = { channelBlock: await channelBlock() };
    const step = await buildCaseStep(linear(), parseCase(training), shape, oracle, target);
    const session = await InferenceSession.create(encodeModel(step.model));
    const parameters = [...step.parameters].map(([name, tensor]): [string, ort.Tensor] => [name, toRuntime(tensor)]);
    const state = [...step.stateShapes].map(([name, size]): [string, ort.Tensor] => [
      name,
      new Tensor('float32', new Float32Array(elementCount(size)), size),
    ]);
    let carried = Object.fromEntries([...parameters, ...state]);
    const spec = { kind: 'cross_entropy' };
    const fixed = {
      input: toRuntime(randomInput({ dtype: 'float32', shape }, undefined)),
      target: toRuntime(randomTarget(spec, { dtype: 'int64', shape: [6] }, { dtype: 'float32', shape: [6, classes] })),
      lr: new Tensor('float32', Float32Array.of(0.05), []),
    };
    const losses: number[] = [];
    const measured = await benchStep(request(linear(), training));
    for (let index = 1n; index <= measured.loss.length; index++) {
      const results = await session.run({
        ...carried,
        ...fixed,
        step: new Tensor('int64', BigInt64Array.of(index), []),
      });
      losses.push(results['loss']?.data[0] as number);
      carried = Object.fromEntries(Object.keys(carried).map((name) => [name, results[`next/${name}`] as ort.Tensor]));
    }
    await session.release();
    for (const [index, loss] of losses.slice(1).entries()) expect(loss).toBeLessThan(losses[index] as number);

    expect(measured.loss).toEqual(losses);
    // So short a step is taken many times a run, after a run of its own to warm up.
    expect(measured).toMatchObject({ device: 'cpu', input: shape, steps: 4, stepsPerRun: 4, warmUp: 6 });
    const { min, median, max } = measured.ms;
    expect([min, median, max].toSorted((left, right) => left - right)).toEqual([min, median, max]);
    expect(min).toBeGreaterThan(0);
    // A process that has loaded the runtime holds some tens of MiB, and no machine has a TiB for it.
    expect(measured.peakRssMiB).toBeGreaterThan(20);
    expect(measured.peakRssMiB).toBeLessThan(2 ** 20);
  });

  it('puts the batch in place of the size that the model and the case state', async () => {
    const fixed = await benchStep(request(linear([2, width]), training));
    const open = await benchStep(request(linear(['N', 'width']), { ...training, input: { shape: [2, width] } }));
    expect(fixed.input).toEqual([6, width]);
    expect(open.input).toEqual([6, width]);
    const batches = [
      { name: 'input', dtype: 'float32', shape: [2, width] },
      { name: 'target', dtype: 'float32', shape: [2, classes] },
    ];
    expect((await benchStep(request(linear(), { ...training, batches }))).input).toEqual([6, width]);
  });

  it('keeps integers below what the case says', async () => {
    const { loss } = await benchStep(request(linear(['N', width], 'int64'), { ...training, input: { high: 2 } }));
    expect(loss.at(-1)).toBeLessThan(loss[0] as number);
  });

  it('draws every input of a model that takes several', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'int64', ['N', width]);
    builder.input('mask', 'float32', ['N', width]);
    builder.initializer('w', float32Tensor([width, classes], Array<number>(width * classes).fill(0.1)));
    const masked = builder.op('Mul', [builder.cast('x', 'float32'), 'mask']);
    builder.output(builder.op('MatMul', [masked, 'w']), 'float32', [null, classes], 'y');
    const model = { graph: builder.build('masked'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const { input, loss } = await benchStep(request(model, { ...training, input: { high: 5 } }));
    expect(input).toEqual([6, width]);
    expect(loss.at(-1)).toBeLessThan(loss[0] as number);
  });

  it.each(lossKinds)('takes a target for %s', async (kind) => {
    const optimizer = { kind: 'sgd', lr: 1e-3 };
    const { loss } = await benchStep(request(linear(), { ...training, loss: { kind }, optimizer }, { steps: 1 }));
    expect(loss).toHaveLength(3);
    expect(loss.every((one) => one !== null)).toBe(true);
  });

  it('tells of a loss that is not finite, and goes on', async () => {
    const optimizer = { kind: 'sgd', lr: 1e30 };
    const { loss } = await benchStep(request(linear(), { ...training, loss: { kind: 'mse' }, optimizer }));
    expect(loss[0]).toBeGreaterThan(0);
    expect(loss.length).toBeGreaterThan(5);
    expect(loss.slice(2).every((value) => value === null)).toBe(true);
  });

  it.each<[string, () => EngineInput<'bench'>, string, string]>([
    ['integers without a bound', () => request(linear(['N', width], 'int64'), training), 'compile.bad-case', 'high'],
    ['sizes that nobody states', () => request(linear(['N', 'width']), training), 'compile.bad-case', 'width'],
    ['an input of one number', () => request(linear([]), training), 'compile.bad-case', 'axis'],
    ['a bound of 0', () => request(linear(), { ...training, input: { high: 0 } }), 'compile.bad-case', 'high'],
    [
      'another batch than is built in',
      () => request(linear([2, width], 'float32', 2), training),
      'input.bad-argument',
      '2',
    ],
    ['another batch than a table has rows', () => request(shifted(2), training), 'input.bad-argument', 'made for 2'],
    [
      'a batch that does not divide',
      () => request(linear(), { ...training, loss: { kind: 'triplet' } }, { batch: 5 }),
      'compile.bad-case',
      'operands',
    ],
    [
      'a case that is not there',
      () => request(linear(), training, { casePath: '/lost.json' }),
      'compile.bad-case',
      'lost',
    ],
    [
      'a model that is not there',
      () => request(linear(), training, { path: '/lost.onnx' }),
      'model.file-missing',
      'lost',
    ],
  ])('refuses %s', async (_, make, code, culprit) => {
    await expect(benchStep(make())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(culprit) as string,
    });
  });
});
