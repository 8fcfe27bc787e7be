/** Old models and what they are rewritten to, both run by onnxruntime: same inputs, same outputs. */
import { describe, expect, test } from 'vitest';
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { elementCount } from '#shared/core/shape.ts';
import { float, GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Graph, Model, ValueInfo } from '#shared/ir/graph.ts';
import { newestOpset } from '#shared/ir/opsets.ts';
import { tensorOf, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { upgrade } from '#shared/onnx/upgrade.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

const seed = 11;

function random(...shape: number[]): Tensor {
  const draw = (_: unknown, index: number): number => randomNormal(seed, randomStreams.sample, shape.length, index);
  return tensorOf('float32', shape, Array.from({ length: elementCount(shape) }, draw));
}

const positive = (...shape: number[]): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: elementCount(shape) }, (_, index) => 0.3 + 0.1 * (index % 7)),
  );
const ints = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensorOf('int64', shape, values);

type Values = Record<string, { dims: readonly number[]; type: string; data: number[] }>;

async function run(model: Model, feeds: ReadonlyMap<string, Tensor>, outputs: readonly string[]): Promise<Values> {
  const session = await InferenceSession.create(
    encodeModel({ ...model, graph: { ...model.graph, outputs: [] } }, outputs),
    { logSeverityLevel: 4 },
  );
  try {
    const results = await session.run(
      Object.fromEntries([...feeds].map(([name, tensor]) => [name, toRuntime(tensor)])),
    );
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, type, data }]) => [
        name,
        { dims, type, data: Array.from(data as never as ArrayLike<number>, Number) },
      ]),
    );
  } finally {
    await session.release();
  }
}

const modelOf = (graph: Graph, opset: number): Model => ({ graph, opsets: { '': opset }, irVersion: 4, metadata: {} });

/** Runs a model as it is and as it becomes, and says where the results differ. */
async function differences(
  model: Model,
  feeds: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): Promise<string[]> {
  const declared = outputs.map((name): ValueInfo => ({ name, dtype: 'float32', shape: [], unknown: 'type' }));
  const upgraded = upgrade({ ...model, graph: { ...model.graph, outputs: declared } });
  const before = await run(model, feeds, outputs);
  const after = await run(upgraded, feeds, outputs);
  return outputs.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (!old || !now) return [`no output ${name}`];
    const types = [old, now].map(({ dims, type }) => `${name}: ${type}[${dims.join()}]`);
    if (types[0] !== types[1]) return [types.join(' became ')];
    return old.data.flatMap((value, index) => {
      const other = now.data[index] as number;
      const isSame = Math.abs(value - other) <= 1e-6 * Math.max(1, Math.abs(value));
      return isSame ? [] : [`${name}[${index}]: ${value} became ${other}`];
    });
  });
}

interface OldNode {
  readonly op: string;
  readonly name?: string;
  readonly opsets: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Tensors are graph inputs unless they are among the constants. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly constants?: readonly number[];
  readonly outputs?: number;
}

const floats = (...value: number[]): AttributeValue => ({ type: 'floats', value });
const image = random(2, 3, 4, 5);
const statistics = [random(3), random(3), random(3), positive(3)];

const nodes: readonly OldNode[] = [
  { op: 'Squeeze', opsets: [7, 11], attributes: { axes: [1] }, inputs: [random(2, 1, 3)] },
  { op: 'Squeeze', name: 'all', opsets: [7, 12], inputs: [random(2, 1, 3)] },
  { op: 'Unsqueeze', opsets: [7, 12], attributes: { axes: [0, 2] }, inputs: [random(2, 3)] },
  { op: 'Unsqueeze', name: 'from the end', opsets: [11], attributes: { axes: [-1] }, inputs: [random(2, 3)] },
  { op: 'ReduceSum', opsets: [7, 12], attributes: { axes: [1], keepdims: 0 }, inputs: [random(2, 3)] },
  { op: 'ReduceSum', name: 'all', opsets: [7], inputs: [random(2, 3)] },
  { op: 'ReduceMean', opsets: [7, 12], attributes: { axes: [1] }, inputs: [random(2, 3)] },
  { op: 'Split', opsets: [7, 11], attributes: { axis: 1, split: [1, 3] }, inputs: [random(2, 4)], outputs: 2 },
  { op: 'Split', name: 'evenly', opsets: [7], attributes: { axis: 1 }, inputs: [random(2, 4)], outputs: 2 },
  { op: 'Clip', opsets: [7, 10], attributes: { min: float(-0.5), max: float(0.25) }, inputs: [image] },
  { op: 'Clip', name: 'from below', opsets: [7], attributes: { min: float(0) }, inputs: [image] },
  { op: 'Clip', name: 'from above', opsets: [7], attributes: { max: float(1) }, inputs: [image] },
  { op: 'Clip', name: 'not', opsets: [7], inputs: [image] },
  { op: 'Clip', name: 'by inputs', opsets: [11], inputs: [image, tensorOf('float32', [], [0])] },
  { op: 'Pad', opsets: [7, 10], attributes: { pads: [0, 1, 2, 0], value: 1.5 }, inputs: [random(2, 3)] },
  {
    op: 'Pad',
    name: 'reflected',
    opsets: [7],
    attributes: { pads: [0, 1, 0, 2], mode: 'reflect' },
    inputs: [random(2, 3)],
  },
  { op: 'Slice', opsets: [7, 9], attributes: { starts: [1, -2], ends: [9, -1], axes: [0, 1] }, inputs: [random(4, 5)] },
  { op: 'Slice', name: 'first axes', opsets: [7], attributes: { starts: [1], ends: [3] }, inputs: [random(4, 5)] },
  { op: 'TopK', opsets: [7, 9], attributes: { k: 2, axis: 1 }, inputs: [random(3, 5)], outputs: 2 },
  { op: 'TopK', name: 'count as input', opsets: [10], inputs: [random(3, 5), ints([2])], outputs: 2 },
  { op: 'Dropout', opsets: [7, 10], attributes: { ratio: 0.3 }, inputs: [random(2, 3)] },
  { op: 'Dropout', name: 'with its mask', opsets: [7, 9, 10, 11], inputs: [random(2, 3)], outputs: 2 },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): OldNode[] => [
    { op, opsets: [7, 11, 12], inputs: [random(2, 3)] },
    { op, name: 'several columns', opsets: [7, 11], inputs: [random(2, 3, 4)] },
    { op, name: 'last axis', opsets: [7, 11], attributes: { axis: 2 }, inputs: [random(2, 3, 4)] },
    { op, name: 'from the end', opsets: [11], attributes: { axis: -2 }, inputs: [random(2, 3, 4)] },
    { op, name: 'everything', opsets: [7], attributes: { axis: 0 }, inputs: [random(2, 3)] },
  ]),
  { op: 'Upsample', opsets: [7, 8], attributes: { scales: floats(1, 1, 2, 2.6) }, inputs: [image] },
  {
    op: 'Upsample',
    name: 'linear',
    opsets: [7],
    attributes: { scales: floats(1, 1, 2, 3), mode: 'linear' },
    inputs: [image],
  },
  {
    op: 'Upsample',
    name: 'scales as input',
    opsets: [9],
    inputs: [image, tensorOf('float32', [4], [1, 1, 1.5, 2])],
    constants: [1],
  },
  ...['nearest', 'linear'].flatMap((mode) =>
    [
      [1, 1, 2, 1.7],
      [1, 1, 0.6, 0.5],
      [1, 1, 0.6, 1.7],
    ].map((scales): OldNode => ({
      op: 'Resize',
      name: `${mode} ${scales.join(' ')}`,
      opsets: [10],
      attributes: { mode },
      inputs: [random(2, 3, 5, 7), tensorOf('float32', [4], scales)],
      constants: [1],
    })),
  ),
  {
    op: 'Resize',
    name: 'coordinates said',
    opsets: [11],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    inputs: [image, tensorOf('float32', [0], []), tensorOf('float32', [4], [1, 1, 2, 2])],
    constants: [1, 2],
  },
  ...['avg', 'max'].map((mode): OldNode => ({
    op: 'RoiAlign',
    name: mode,
    opsets: [10, 15],
    attributes: { mode, output_height: 2, output_width: 3, sampling_ratio: 2, spatial_scale: 0.9 },
    inputs: [random(1, 2, 6, 6), tensorOf('float32', [2, 4], [0.4, 0.7, 4.2, 5, 1, 1.5, 3, 4.5]), ints([0, 0])],
  })),
  { op: 'BatchNormalization', opsets: [7, 9, 13], inputs: [image, ...statistics] },
  {
    op: 'BatchNormalization',
    name: 'spatial said',
    opsets: [7],
    attributes: { spatial: 1 },
    inputs: [image, ...statistics],
  },
  {
    op: 'BatchNormalization',
    name: 'every place',
    opsets: [7],
    attributes: { spatial: 0, epsilon: 0.1 },
    inputs: [random(2, 3, 2), random(3, 2), random(3, 2), random(3, 2), positive(3, 2)],
  },
  {
    op: 'BatchNormalization',
    name: 'training',
    opsets: [7, 9],
    attributes: { momentum: 0.7, epsilon: 0.1 },
    inputs: [image, ...statistics],
    outputs: 5,
  },
  { op: 'Gemm', opsets: [7, 9], inputs: [random(2, 3), random(3, 4), random(4)] },
  {
    op: 'Gemm',
    name: 'one column of bias',
    opsets: [7, 10],
    attributes: { alpha: 0.5, beta: float(2), transB: 1 },
    inputs: [random(2, 3), random(4, 3), random(2, 1)],
  },
  { op: 'PRelu', opsets: [7, 9], inputs: [image, random(3, 1, 1)] },
  { op: 'MaxPool', opsets: [7, 8, 10, 11], attributes: { kernel_shape: [2, 2], pads: [0, 0, 1, 1] }, inputs: [image] },
  { op: 'AveragePool', opsets: [7, 10, 11], attributes: { kernel_shape: [2, 2], strides: [2, 2] }, inputs: [image] },
  {
    op: 'ConvTranspose',
    opsets: [7, 10],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
    inputs: [image, random(3, 2, 3, 3)],
  },
  { op: 'Conv', opsets: [7, 10], attributes: { auto_pad: 'SAME_LOWER' }, inputs: [image, random(2, 3, 2, 2)] },
  { op: 'LpPool', opsets: [7, 10], attributes: { kernel_shape: [2, 2] }, inputs: [image] },
  { op: 'Flatten', opsets: [7, 9, 11], attributes: { axis: 2 }, inputs: [image] },
  { op: 'Reshape', opsets: [7, 12], inputs: [random(2, 6), ints([0, -1, 3])] },
  {
    op: 'OneHot',
    opsets: [9, 10],
    inputs: [ints([0, 2, -1, 5]), ints([3]), tensorOf('float32', [2], [0.5, 2])],
    constants: [1],
  },
  ...(['RNN', 'GRU', 'LSTM'] as const).map((op, index): OldNode => {
    const gates = [1, 3, 4][index] as number;
    return {
      op,
      opsets: [7, 13],
      attributes: { hidden_size: 2, direction: 'bidirectional' },
      inputs: [random(4, 2, 3), random(2, 2 * gates, 3), random(2, 2 * gates, 2), random(2, 4 * gates)],
      outputs: 2,
    };
  }),
  {
    op: 'Scatter',
    opsets: [9, 10],
    attributes: { axis: 1 },
    inputs: [random(2, 4), ints([1, 3, 0, 2], [2, 2]), random(2, 2)],
  },
  { op: 'ScatterElements', opsets: [11, 13], inputs: [random(4, 2), ints([1, -1], [1, 2]), random(1, 2)] },
  { op: 'DynamicSlice', opsets: [7, 9], inputs: [random(4, 5), ints([1]), ints([-1]), ints([1])] },
  { op: 'ImageScaler', opsets: [7], attributes: { scale: float(2), bias: floats(1, -2, 3) }, inputs: [image] },
  { op: 'Affine', opsets: [7], attributes: { alpha: 1.5, beta: -0.5 }, inputs: [image] },
  { op: 'Scale', opsets: [7], attributes: { scale: 1.5 }, inputs: [image] },
  { op: 'ScaledTanh', opsets: [7], attributes: { alpha: 1.5, beta: 0.5 }, inputs: [image] },
  { op: 'ParametricSoftplus', opsets: [7], attributes: { alpha: 1.5, beta: 0.5 }, inputs: [image] },
  { op: 'ThresholdedRelu', opsets: [7, 9, 10], attributes: { alpha: 0.5 }, inputs: [image] },
  { op: 'Crop', opsets: [7], attributes: { border: [1, 2, 1, 0] }, inputs: [image] },
  { op: 'Crop', name: 'to a size', opsets: [7], attributes: { border: [1, 2, 0, 0], scale: [1, 3] }, inputs: [image] },
  ...[0, 1].flatMap((across) =>
    [0, 1].map((variance): OldNode => ({
      op: 'MeanVarianceNormalization',
      name: `across ${across}, variance ${variance}`,
      opsets: [7, 8],
      attributes: { across_channels: across, normalize_variance: variance },
      inputs: [image],
    })),
  ),
  { op: 'MeanVarianceNormalization', opsets: [9, 13], inputs: [image] },
];

describe.each(nodes)('$op $name', ({ op, opsets, attributes, inputs, constants = [], outputs = 1 }) => {
  test.each(opsets)('of operator set %i', async (opset) => {
    const builder = new GraphBuilder(opset);
    const feeds = new Map<string, Tensor>();
    const names = inputs.map((tensor, position) => {
      if (!tensor) return '';
      const name = `x${position}`;
      if (constants.includes(position)) return builder.initializer(name, tensor);
      feeds.set(name, tensor);
      return builder.input(name, tensor.dtype, tensor.shape);
    });
    const made = builder.opN(op, names, outputs, attributes);
    expect(await differences(modelOf(builder.build('old'), opset), feeds, made)).toEqual([]);
  });
});

describe('bodies', () => {
  const open = (name: string, dtype: DType = 'float32'): ValueInfo => ({ name, dtype, shape: [], unknown: 'shape' });

  const scalar = (name: string, dtype: DType): ValueInfo => ({ name, dtype, shape: [] });

  test('of branches', async () => {
    const branch = (scale: number): Graph => {
      const inner = new GraphBuilder(9);
      const part = inner.op('Slice', ['x'], { starts: [scale - 2], ends: [scale], axes: [1] });
      const clipped = inner.op('Clip', [part], { min: float(-scale / 4) });
      return { ...inner.build('branch'), outputs: [open(clipped)] };
    };
    const outer = new GraphBuilder(9);
    outer.input('x', 'float32', [2, 4]);
    outer.input('condition', 'bool', []);
    for (const scale of [2, 3]) outer.reserve(branch(scale));
    const sliced = outer.op('Slice', ['x'], { starts: [1], ends: [2], axes: [0] });
    const chosen = outer.op('If', ['condition'], {
      then_branch: { type: 'graph', value: branch(2) },
      else_branch: { type: 'graph', value: branch(3) },
    });
    const again = outer.op('Pad', [chosen], { pads: [0, 1, 0, 0] });
    for (const condition of [0, 1]) {
      const feeds = new Map([
        ['x', random(2, 4)],
        ['condition', tensorOf('bool', [], [condition])],
      ]);
      expect(await differences(modelOf(outer.build('outer'), 9), feeds, [sliced, again])).toEqual([]);
    }
  });

  test('of loops', async () => {
    const inner = new GraphBuilder(8);
    const scores = inner.op('Softmax', ['state']);
    const next = inner.op('Squeeze', [inner.op('Unsqueeze', [scores], { axes: [0] })], { axes: [0] });
    const on = inner.op('Identity', ['condition_in']);
    const body: Graph = {
      ...inner.build('body'),
      inputs: [
        scalar('index', 'int64'),
        scalar('condition_in', 'bool'),
        { name: 'state', dtype: 'float32', shape: [2, 3, 2] },
      ],
      outputs: [open(on, 'bool'), open(next), open(scores)],
    };
    const outer = new GraphBuilder(8);
    outer.reserve(body);
    outer.input('x', 'float32', [2, 3, 2]);
    const count = outer.initializer('count', ints([3], []));
    const yes = outer.initializer('yes', tensorOf('bool', [], [1]));
    const [last, all] = outer.opN('Loop', [count, yes, 'x'], 2, { body: { type: 'graph', value: body } });
    expect(
      await differences(modelOf(outer.build('outer'), 8), new Map([['x', random(2, 3, 2)]]), [
        last as string,
        all as string,
      ]),
    ).toEqual([]);
  });

  test('of a Scan over a batch', async () => {
    const inner = new GraphBuilder(8);
    const sum = inner.op('Add', ['state', 'step']);
    const shown = inner.op('Clip', [sum], { min: float(0) });
    const body: Graph = {
      ...inner.build('body'),
      inputs: ['state', 'step'].map((name) => ({ name, dtype: 'float32', shape: [2] })),
      outputs: [sum, shown].map((name) => ({ name, dtype: 'float32', shape: [2] })),
    };
    const outer = new GraphBuilder(8);
    outer.reserve(body);
    outer.input('start', 'float32', [3, 2]);
    outer.input('steps', 'float32', [3, 4, 2]);
    const [last, all] = outer.opN('Scan', ['', 'start', 'steps'], 2, {
      body: { type: 'graph', value: body },
      num_scan_inputs: 1,
      directions: [1],
    });
    const feeds = new Map([
      ['start', random(3, 2)],
      ['steps', random(3, 4, 2)],
    ]);
    expect(await differences(modelOf(outer.build('outer'), 8), feeds, [last as string, all as string])).toEqual([]);
  });
});

test('limits are written in the type of what they limit', async () => {
  const builder = new GraphBuilder(10);
  builder.input('x', 'float32', [2, 3]);
  const half = builder.cast('x', 'float16');
  const clipped = builder.op('Clip', [builder.op('Abs', [half])], { max: float(0.5) });
  const padded = builder.op('Pad', [clipped], { pads: [0, 1, 0, 0], value: float(2) });
  const y = builder.cast(padded, 'float32');
  expect(await differences(modelOf(builder.build('half'), 10), new Map([['x', random(2, 3)]]), [y])).toEqual([]);
});

test('the newest operator set that is read is the newest that the runtime loads', async () => {
  const builder = new GraphBuilder(17);
  builder.output(builder.op('Relu', [builder.input('x', 'float32', [1])]), 'float32', [1], 'y');
  const bytes = (opset: number): Uint8Array =>
    encodeModel({ graph: builder.build('g'), opsets: { '': opset }, irVersion: 8, metadata: {} });
  await (await InferenceSession.create(bytes(newestOpset), { logSeverityLevel: 4 })).release();
  await expect(InferenceSession.create(bytes(newestOpset + 1), { logSeverityLevel: 4 })).rejects.toThrow('Opset');
});
