/** Graphs rearranged for a processor's kernels give what they gave before. */
import { beforeAll, describe, expect, it } from 'vitest';
import { blockedDomain } from '#shared/compiler/cpu/layout.ts';
import { specialize } from '#shared/compiler/cpu/specialize.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { float, GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model } from '#shared/ir/graph.ts';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

function modelOf(graph: Graph): Model {
  return { graph, opsets: { '': 17 }, irVersion: onnxIrVersion, metadata: {} };
}

/** Every input filled with a fixed wave. */
async function run(model: Model): Promise<Map<string, Float32Array>> {
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  const feeds = model.graph.inputs.map(({ name, shape }, at) => {
    const sizes = shape.map(Number);
    const data = Float32Array.from({ length: elementCount(sizes) }, (_, index) => Math.sin(index * 0.7 + at));
    return [name, float32(data, sizes)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return new Map(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

async function expectSame(model: Model, special: Model): Promise<void> {
  const [before, after] = [await run(model), await run(special)];
  for (const [name, values] of before) {
    const others = after.get(name) as Float32Array;
    expect(others).toHaveLength(values.length);
    const scale = Math.max(...values.map(Math.abs));
    const difference = Math.max(...values.map((value, index) => Math.abs(value - (others[index] as number))));
    expect(difference / scale, name).toBeLessThan(1e-5);
  }
}

const opsOf = ({ graph }: Model, domain = ''): string[] =>
  graph.nodes.filter((node) => node.domain === domain).map(({ op }) => op);

describe('the blocked layout', () => {
  let block: number | undefined;
  const [samples, channels, size] = [2, 32, 6];
  const pictures = [samples, channels, size, size];
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  beforeAll(async () => {
    block = await channelBlock();
  });

  async function rearranged(
    build: (builder: GraphBuilder, x: string) => Readonly<Record<string, Shape>>,
  ): Promise<Model> {
    const builder = new GraphBuilder(17);
    const x = builder.input('x', 'float32', pictures);
    for (const [name, shape] of Object.entries(build(builder, x)))
      builder.output(name, 'float32', shape, `out/${name}`);
    const model = modelOf(builder.build('test'));
    const special = await specialize(model, oracle, block);
    await expectSame(model, special);
    return special;
  }

  it('holds from one convolution to the next, with what lies between', async ({ skip }) => {
    skip(block === undefined, 'this processor has none');
    const special = await rearranged((builder, x) => {
      const dense = builder.input('dense', 'float32', [channels, channels, 3, 3]);
      const depthwise = builder.input('depthwise', 'float32', [channels, 1, 3, 3]);
      const bias = builder.input('bias', 'float32', [channels]);
      const first = builder.op('Relu', [builder.op('Conv', [x, dense, bias], same)]);
      const second = builder.op('Conv', [first, depthwise], { ...same, group: channels });
      const bounded = builder.op('Clip', [second, builder.scalar('float32', 0), builder.scalar('float32', 6)]);
      return { [builder.op('Conv', [builder.op('Add', [bounded, first]), dense, bias], same)]: pictures };
    });
    // Besides the pictures each kernel is arranged, once though it is used twice.
    expect(opsOf(special, blockedDomain).toSorted()).toEqual([
      'Conv',
      'Conv',
      'Conv',
      'ReorderInput',
      'ReorderInput',
      'ReorderInput',
      'ReorderOutput',
    ]);
    // Both activations have become part of their convolutions.
    expect(opsOf(special)).not.toContain('Relu');
    expect(opsOf(special)).not.toContain('Clip');
  });

  it('is left where a value is wanted in the plain one, truth values included', async ({ skip }) => {
    skip(block === undefined, 'this processor has none');
    const special = await rearranged((builder, x) => {
      const dense = builder.input('dense', 'float32', [channels, channels, 3, 3]);
      const y = builder.op('Conv', [x, dense], same);
      const above = builder.op('Greater', [y, builder.scalar('float32', 0)]);
      const kept = builder.op('Where', [above, y, builder.scalar('float32', 0.5)]);
      const other = builder.input('other', 'float32', pictures);
      const elsewhere = builder.op('Where', [above, other, builder.scalar('float32', 0)]);
      const turned = builder.transpose(kept, [1, 0, 2, 3]);
      return { [kept]: pictures, [elsewhere]: pictures, [turned]: [channels, samples, size, size] };
    });
    // Truth values have no way back: they are found once in each layout.
    expect(opsOf(special).filter((op) => op === 'Greater')).toHaveLength(2);
  });

  it('takes factors and sums by channel', async ({ skip }) => {
    skip(block === undefined, 'this processor has none');
    const special = await rearranged((builder, x) => {
      const depthwise = builder.input('depthwise', 'float32', [channels, 1, 3, 3]);
      const y = builder.op('Conv', [x, depthwise], { ...same, group: channels });
      const pooled = builder.op('GlobalAveragePool', [y]);
      const scaled = builder.op('Mul', [y, builder.op('Sigmoid', [pooled])]);
      const shifted = builder.op('Sub', [builder.input('shift', 'float32', [channels, 1, 1]), scaled]);
      return {
        [pooled]: [samples, channels, 1, 1],
        [builder.reduce('ReduceSum', shifted, [0, 2, 3], false)]: [channels],
      };
    });
    expect(opsOf(special, blockedDomain)).not.toContain('ReorderOutput');
  });

  it('holds where samples are joined to channels, as in the gradient of a depthwise kernel', async ({ skip }) => {
    skip(block === undefined, 'this processor has none');
    const special = await rearranged((builder, x) => {
      const depthwise = builder.input('depthwise', 'float32', [channels, 1, 3, 3]);
      const y = builder.op('Conv', [x, depthwise], { ...same, group: channels });
      const joined = builder.reshape(x, [1, samples * channels, size, size]);
      const kernels = builder.reshape(y, [samples * channels, 1, size, size]);
      const attributes = { kernel_shape: [size, size], pads: [1, 1, 1, 1], group: samples * channels };
      return { [builder.op('Conv', [joined, kernels], attributes)]: [1, samples * channels, 3, 3] };
    });
    expect(opsOf(special, blockedDomain).filter((op) => op === 'ReorderInput')).toHaveLength(2);
  });

  it('is entered in the body of a Loop', async ({ skip }) => {
    skip(block === undefined, 'this processor has none');
    const body = new GraphBuilder(17);
    body.input('body/iteration', 'int64', []);
    const condition = body.input('body/condition', 'bool', []);
    const weight = body.input('body/weight', 'float32', [channels, channels, 3, 3]);
    body.output(condition, 'bool', [], 'body/go on');
    body.output(
      body.op('Mul', [weight, body.scalar('float32', 0.5)]),
      'float32',
      [channels, channels, 3, 3],
      'body/next',
    );
    body.output(body.op('Conv', ['x', weight], same), 'float32', pictures, 'body/y');
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', pictures);
    const start = builder.input('weight', 'float32', [channels, channels, 3, 3]);
    const inputs = [builder.scalar('int64', 2), builder.constant('bool', [], [1]), start];
    const outputs = builder.opN('Loop', inputs, 2, { body: { type: 'graph', value: body.build('body') } });
    builder.output(outputs[0] as string, 'float32', [channels, channels, 3, 3], 'last');
    builder.output(outputs[1] as string, 'float32', [2, ...pictures], 'all');
    const model = modelOf(builder.build('test'));
    const special = await specialize(model, oracle, block);
    await expectSame(model, special);
    const inside = special.graph.nodes.find(({ op }) => op === 'Loop')?.attributes['body'];
    expect(inside?.type === 'graph' && inside.value.nodes.map(({ domain }) => domain)).toContain(blockedDomain);
  });
});

it('outputs are made under their own names where nothing else stands in between', async () => {
  const builder = new GraphBuilder(17);
  const x = builder.input('x', 'float32', [3]);
  const y = builder.op('Neg', [x]);
  for (const [name, value] of Object.entries({ given: x, made: y, again: y, onwards: builder.op('Abs', [y]) }))
    builder.output(value, 'float32', [3], name);
  const model = modelOf(builder.build('test'));
  const special = await specialize(model, oracle, undefined);
  await expectSame(model, special);
  expect(opsOf(special)).toEqual(['Neg', 'Abs', 'Identity', 'Identity']);
});

it('scalars beside rows of one element get their rank', async () => {
  const builder = new GraphBuilder(17);
  const shape = [40, 8, 1, 1];
  const weight = builder.input('weight', 'float32', shape);
  const rate = builder.input('rate', 'float32', []);
  const scaled = builder.op('Mul', [weight, builder.scalar('float32', 0.9)]);
  builder.output(builder.op('Sub', [scaled, builder.op('Mul', [rate, weight])]), 'float32', shape, 'next');
  const model = modelOf(builder.build('test'));
  const special = await specialize(model, oracle, undefined);
  await expectSame(model, special);
  const ranked = special.graph.initializers.get(special.graph.nodes.find(({ op }) => op === 'Mul')?.inputs[1] ?? '');
  expect(ranked?.shape).toEqual([1, 1, 1, 1]);
  expect(opsOf(special)).toEqual(['Mul', 'Reshape', 'Mul', 'Sub']);
});

it('x·Φ(x) takes the Φ that its gradient has', async () => {
  const builder = new GraphBuilder(17);
  const x = builder.input('x', 'float32', [4, 5]);
  const y = builder.op('Gelu', [x], {}, 'com.microsoft');
  const half = { alpha: float(0.5), beta: float(0.5) };
  const error = builder.op('Erf', [builder.op('Mul', [x, builder.scalar('float32', Math.SQRT1_2)])]);
  const slope = builder.op('Mul', [builder.op('Exp', [y]), builder.op('HardSigmoid', [error], half)]);
  builder.output(slope, 'float32', [4, 5]);
  const alone = builder.op('Gelu', [slope], {}, 'com.microsoft');
  builder.output(alone, 'float32', [4, 5]);
  const model = { ...modelOf(builder.build('test')), opsets: { '': 17, 'com.microsoft': 1 } };
  const special = await specialize(model, oracle, undefined);
  await expectSame(model, special);
  expect(opsOf(special)).toEqual(['Mul', 'Erf', 'HardSigmoid', 'Mul', 'Exp', 'Mul']);
  expect(opsOf(special, 'com.microsoft')).toEqual(['Gelu']);
});

it('products read transposed what was transposed before them, and give their result so', async () => {
  const builder = new GraphBuilder(17);
  const a = builder.input('a', 'float32', [2, 3, 4]);
  const b = builder.input('b', 'float32', [2, 5, 4]);
  const weight = builder.input('weight', 'float32', [4, 6]);
  const swapped = (value: string): string => builder.transpose(value, [0, 2, 1]);
  const outputs: Record<string, Shape> = {
    [builder.op('MatMul', [a, swapped(b)])]: [2, 3, 5],
    [swapped(builder.op('MatMul', [a, weight]))]: [2, 6, 3],
    [swapped(builder.op('MatMul', [b, swapped(a)]))]: [2, 3, 5],
    [builder.op('MatMul', [builder.transpose(weight, [1, 0]), swapped(b)])]: [2, 6, 5],
  };
  for (const [name, shape] of Object.entries(outputs)) builder.output(name, 'float32', shape);
  const model = modelOf(builder.build('test'));
  const special = await specialize(model, oracle, undefined);
  await expectSame(model, special);
  expect(opsOf(special)).toEqual([]);
  expect(opsOf(special, 'com.microsoft')).toEqual(Array(4).fill('FusedMatMul'));
});

describe('the gradient of a table of which few rows are read', () => {
  const shape = [40, 6];
  // A row read twice, and one counted from the end that is the same as one counted from the first.
  const places = [3, 7, 3, -1, 39];

  /** The sum at each row of what was read of it, as the gradient of Gather is written; and what is made of it. */
  function tableModel(finish: (builder: GraphBuilder, gradient: string) => Readonly<Record<string, Shape>>): Model {
    const builder = new GraphBuilder(17);
    const added = builder.reshape(builder.input('added', 'float32', [places.length, 6]), [1, places.length, 6]);
    const ids = builder.reshape(builder.constant('int64', [places.length], places), [1, places.length, 1]);
    const spread = builder.expand(ids, [1, places.length, 6]);
    const zeros = builder.expand(builder.scalar('float32', 0), [1, ...shape]);
    const table = builder.op('ScatterElements', [zeros, spread, added], { axis: 1, reduction: 'add' });
    for (const [name, size] of Object.entries(finish(builder, builder.reshape(table, shape))))
      builder.output(name, 'float32', size, `out/${name}`);
    return modelOf(builder.build('test'));
  }

  const blended = (builder: GraphBuilder, name: string, added: string): string => {
    const kept = builder.op('Mul', [builder.input(name, 'float32', shape), builder.scalar('float32', 0.9)]);
    return builder.op('Add', [kept, added]);
  };

  it('is kept as those rows until it is added to something', async () => {
    const model = tableModel((builder, gradient) => {
      const first = blended(builder, 'first', builder.op('Mul', [gradient, builder.scalar('float32', 0.1)]));
      const second = blended(builder, 'second', builder.op('Mul', [gradient, gradient]));
      const weight = builder.op('Sub', [builder.input('weight', 'float32', shape), gradient]);
      return { [first]: shape, [second]: shape, [weight]: shape };
    });
    const special = await specialize(model, oracle, undefined);
    await expectSame(model, special);
    expect(opsOf(special).filter((op) => op === 'ScatterND')).toHaveLength(3);
    const tables = special.graph.nodes.filter(({ op }) => op === 'Expand').map(({ inputs }) => inputs[1] as string);
    for (const size of tables) expect([...numbers(special.graph.initializers.get(size) as Tensor)]).toEqual([5, 6]);
  });

  it('is made whole where anything else reads it', async () => {
    const whole: ((builder: GraphBuilder, gradient: string) => Readonly<Record<string, Shape>>)[] = [
      (builder, gradient) => ({ [blended(builder, 'first', gradient)]: shape, [gradient]: shape }),
      (builder, gradient) => ({ [builder.reduce('ReduceSum', gradient, [0, 1], false)]: [] }),
      (builder, gradient) => ({ [builder.op('Add', [gradient, builder.scalar('float32', 1)])]: shape }),
      (builder, gradient) => ({ [builder.op('Sub', [gradient, builder.input('weight', 'float32', shape)])]: shape }),
      (builder, gradient) => ({ [builder.reshape(gradient, [6, 40])]: [6, 40] }),
    ];
    for (const finish of whole) {
      const model = tableModel(finish);
      const special = await specialize(model, oracle, undefined);
      expect(opsOf(special)).not.toContain('ScatterND');
      await expectSame(model, special);
    }
  });
});

it('what is spread only to meet something of that shape is spread there', async () => {
  const whole = [3, 4, 5, 5];
  const builder = new GraphBuilder(17);
  const x = builder.input('x', 'float32', whole);
  const gate = builder.input('gate', 'float32', [3, 4, 1, 1]);
  const row = builder.input('row', 'float32', [3, 1, 1, 5]);
  const given: Readonly<Record<string, Shape>> = {
    [builder.op('Mul', [builder.expand(gate, whole), x])]: whole,
    [builder.op('Sub', [x, builder.expand(row, whole)])]: whole,
    // These have to stay: the results take their shape from what is spread.
    [builder.op('Div', [gate, builder.expand(row, [3, 1, 5, 5])])]: whole,
    [builder.op('Add', [builder.expand(gate, whole), builder.expand(row, whole)])]: whole,
    [builder.op('Sqrt', [builder.op('Abs', [builder.expand(gate, whole)])])]: whole,
  };
  for (const [name, shape] of Object.entries(given)) builder.output(name, 'float32', shape, `out/${name}`);
  const model = modelOf(builder.build('spread'));
  const special = await specialize(model, oracle, undefined);
  await expectSame(model, special);
  expect(opsOf(model).filter((op) => op === 'Expand')).toHaveLength(6);
  expect(opsOf(special).filter((op) => op === 'Expand')).toHaveLength(4);
});
