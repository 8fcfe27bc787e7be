/** Convolutions as products of tiles: training goes as it did, and only where that is faster and there is the memory. */
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { float32, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { compileModel } from '#test/engine/compiler/support.ts';
import { backbone } from '#test/support/backbones.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

const recipe = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'sgd', lr: 0.002 }, trainable: 'all' };
const classes = 4;
const wave = (shape: Shape, step: number, height = 1): Float32Array =>
  Float32Array.from({ length: elementCount(shape) }, (_, index) => height * Math.sin(index * step));

/** A picture's channels through one convolution, then ReLU, the mean of each channel and a linear layer. */
function network(input: Shape, kernel: Shape, attributes: Record<string, AttributeValue> = {}, bias = true): Model {
  const builder = new GraphBuilder(17);
  const outputs = kernel[0] as number;
  const weights = (name: string, shape: Shape, step: number): string =>
    builder.initializer(name, float32Tensor(shape, wave(shape, step, elementCount(shape.slice(1)) ** -0.5)));
  const operands = ['x', weights('kernel', kernel, 0.7), ...(bias ? [weights('bias', [outputs], 1.9)] : [])];
  builder.input('x', 'float32', input);
  const active = builder.op('Relu', [builder.op('Conv', operands, attributes)]);
  const means = builder.op('Flatten', [builder.op('GlobalAveragePool', [active])]);
  const logits = builder.op('Gemm', [means, weights('head', [outputs, classes], 0.9)]);
  builder.output(logits, 'float32', [input[0] as number, classes], 'y');
  return { graph: builder.build('network'), opsets: { '': 17 }, irVersion: onnxIrVersion, metadata: {} };
}

const stepOf = (model: Model, input: Shape, block: number | undefined, changes: object = {}): Promise<CaseStep> =>
  buildCaseStep(model, parseCase({ ...recipe, ...changes }), input, oracle, { channelBlock: block });

const operators = ({ model }: CaseStep): Set<string> => new Set(model.graph.nodes.map(({ op }) => op));

/** Losses of three steps, and what is left of the parameters. */
async function train(step: CaseStep, input: Shape): Promise<{ losses: number[]; values: Map<string, Float32Array> }> {
  const session = await InferenceSession.create(encodeModel(step.model), { logSeverityLevel: 3 });
  let carried = new Map([...step.parameters].map(([name, tensor]): [string, ort.Tensor] => [name, toRuntime(tensor)]));
  const batch = input[0] as number;
  const fixed = {
    input: float32(wave(input, 0.37), input),
    target: int64(
      BigInt64Array.from({ length: batch }, (_, index) => BigInt(index % classes)),
      [batch],
    ),
    lr: float32(Float32Array.of(recipe.optimizer.lr), []),
  };
  const losses: number[] = [];
  for (let index = 1n; index <= 3n; index++) {
    const results = await session.run({
      ...Object.fromEntries(carried),
      ...fixed,
      step: int64(BigInt64Array.of(index), []),
    });
    losses.push(results['loss']?.data[0] as number);
    carried = new Map([...carried.keys()].map((name) => [name, results[`next/${name}`] as ort.Tensor]));
  }
  await session.release();
  return { losses, values: new Map([...carried].map(([name, { data }]) => [name, data as Float32Array])) };
}

function distance(found: Float32Array, expected: Float32Array): number {
  const squares = expected.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(expected.reduce((sum, value, index) => sum + (value - (found[index] as number)) ** 2, 0) / squares);
}

const padded = { pads: [1, 1, 1, 1] };

describe('convolutions as products of tiles', () => {
  it.each<[string, Shape, Shape, Record<string, AttributeValue>, boolean]>([
    ['one tile', [32, 256, 4, 4], [256, 256, 3, 3], padded, true],
    ['a plane at once, tiles reaching past its end', [32, 256, 7, 7], [192, 256, 3, 3], padded, true],
    ['uneven padding, more columns than rows', [32, 256, 3, 8], [256, 256, 3, 3], { pads: [2, 0, 1, 2] }, false],
    ['one axis after the other', [8, 128, 14, 14], [160, 128, 3, 3], padded, true],
    ['one axis after the other, uneven', [8, 160, 12, 17], [128, 160, 3, 3], { pads: [0, 2, 1, 0] }, false],
  ])('train as before: %s', async (_title, input, kernel, attributes, bias) => {
    const model = network(input, kernel, attributes, bias);
    const [plain, fast] = [await stepOf(model, input, undefined), await stepOf(model, input, 8)];
    expect(operators(plain)).toContain('Conv');
    expect(operators(fast)).not.toContain('Conv');
    expect(violations(fast.model)).toEqual([]);
    const [expected, found] = [await train(plain, input), await train(fast, input)];
    found.losses.forEach((loss, index) => expect(loss).toBeCloseTo(expected.losses[index] as number, 5));
    expect(expected.losses[2]).toBeLessThan(expected.losses[0] as number);
    for (const [name, values] of expected.values)
      expect(distance(found.values.get(name) as Float32Array, values), name).toBeLessThan(1e-5);
  });

  it.each<[string, Shape, Shape, Record<string, AttributeValue>]>([
    ['stride', [32, 256, 8, 8], [256, 256, 3, 3], { ...padded, strides: [2, 2] }],
    ['dilation', [32, 256, 8, 8], [256, 256, 3, 3], { pads: [2, 2, 2, 2], dilations: [2, 2] }],
    ['groups', [32, 256, 8, 8], [256, 128, 3, 3], { ...padded, group: 2 }],
    ['a kernel of one', [32, 256, 8, 8], [256, 256, 1, 1], {}],
    ['a kernel of five', [32, 256, 8, 8], [256, 256, 5, 5], { pads: [2, 2, 2, 2] }],
    ['sound', [32, 256, 64], [256, 256, 3], { pads: [1, 1] }],
    ['a small batch', [2, 256, 7, 7], [256, 256, 3, 3], padded],
    ['few channels', [16, 32, 14, 14], [32, 32, 3, 3], padded],
    ['large planes', [4, 64, 56, 56], [64, 64, 3, 3], padded],
  ])('stay convolutions with %s', async (_title, input, kernel, attributes) => {
    expect(operators(await stepOf(network(input, kernel, attributes), input, 8))).toContain('Conv');
  });

  it('stay convolutions where a limit of memory leaves no room for kernels at all points', async () => {
    const input = [32, 256, 4, 4];
    const model = network(input, [256, 256, 3, 3], padded);
    const isConvolved = async (limit: number): Promise<boolean> =>
      operators(await stepOf(model, input, 8, { memory_limit_mib: limit })).has('Conv');
    expect(await isConvolved(64)).toBe(false);
    expect(await isConvolved(16)).toBe(true);
  });
});

describe('in a project', () => {
  const training = { batchSize: 32 };
  const block = { channelBlock: 8 };
  const convolutions = ({ graph }: Model): number => graph.nodes.filter(({ op }) => op === 'Conv').length;

  async function outputOf(model: Model, feeds: Record<string, ort.Tensor>, name: string): Promise<Float32Array> {
    const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
    const results = await session.run(feeds);
    await session.release();
    return results[name]?.data as Float32Array;
  }

  it('validation gives the same answers', async () => {
    const plan = await compileModel(backbone({ widths: [256, 256] }), { training, freeze: { mode: 'none' } });
    const fast = plan.emitFor('evaluation', block);
    expect([convolutions(plan.evaluation), convolutions(fast)]).toEqual([2, 1]);
    expect(plan.emitFor('evaluation', {})).toEqual(plan.evaluation);
    const rows = [32, ...plan.cut.shape];
    const feeds = {
      ...Object.fromEntries([...plan.initial].map(([name, tensor]) => [name, toRuntime(tensor)])),
      [plan.cut.name]: float32(wave(rows, 0.37), rows),
    };
    const logits = plan.evaluation.graph.outputs[0]?.name as string;
    const expected = await outputOf(plan.evaluation, feeds, logits);
    expect(distance(await outputOf(fast, feeds, logits), expected)).toBeLessThan(1e-5);
  });

  it('what is frozen gives the same features', async () => {
    const plan = await compileModel(backbone({ widths: [256, 256] }), { training, freeze: { mode: 'backbone' } });
    const [prefix, fast] = [plan.prefix as Model, plan.processorPrefix as Model];
    expect([convolutions(prefix), convolutions(fast)]).toEqual([2, 1]);
    const pictures = [32, 3, 8, 8];
    const feeds = { input: float32(wave(pictures, 0.37), pictures) };
    const expected = await outputOf(prefix, feeds, plan.cut.name);
    expect(distance(await outputOf(fast, feeds, plan.cut.name), expected)).toBeLessThan(1e-5);
  });
});
