/** Phase 2: shapes are fixed, what depends on them alone is folded, what is trained is not. */
import { describe, expect, it } from 'vitest';
import { fixShapes } from '#shared/compiler/2-shape.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Attribute, Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor, int64Tensor, numbers, type Tensor } from '#shared/ir/tensor.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';

const modelOf = (builder: GraphBuilder): Model => ({
  graph: builder.build('g'),
  opsets: { '': builder.opset },
  irVersion: 8,
  metadata: {},
});

/** x [N, 4, 3, 3], opset 17. */
function withInput(): GraphBuilder {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', ['N', 4, 3, 3]);
  return builder;
}

async function fix(builder: GraphBuilder, output: string, keep: readonly string[] = [], batch = 2) {
  builder.output(output, 'float32', [], 'y');
  const typed = await fixShapes(modelOf(builder), new Map([['x', [batch, 4, 3, 3]]]), keep, oracle);
  expect(violations(typed)).toEqual([]);
  return {
    ops: typed.graph.nodes.map(({ op }) => op),
    type: typed.graph.types.get('y'),
    declared: typed.graph.outputs[0],
    initializers: typed.graph.initializers,
    types: typed.graph.types,
  };
}

describe('arithmetic on shapes', () => {
  it.each([1, 5])('folds away in a batch of %i: Shape, Gather, Concat, Reshape', async (batch) => {
    const builder = withInput();
    const shape = builder.op('Shape', ['x']);
    const count = builder.op('Gather', [shape, builder.scalar('int64', 0)], { axis: 0 });
    const wanted = builder.op('Concat', [builder.op('Unsqueeze', [count, builder.ints([0])]), builder.ints([-1])], {
      axis: 0,
    });
    const { ops, type, declared } = await fix(builder, builder.op('Reshape', ['x', wanted]), [], batch);
    expect(ops).toEqual(['Reshape', 'Identity']);
    expect(type).toMatchObject({ dtype: 'float32', shape: [batch, 36] });
    expect(declared).toEqual({ name: 'y', dtype: 'float32', shape: [batch, 36] });
  });

  it('folds in rounds, where one shape is known only once another is', async () => {
    const builder = withInput();
    let value = 'x';
    for (const [at, with_] of [
      [0, -1],
      [1, -1],
      [0, -1],
    ] as const) {
      const shape = builder.op('Shape', [value]);
      const one = builder.op('Gather', [shape, builder.ints([at])], { axis: 0 });
      value = builder.op('Reshape', [value, builder.op('Concat', [one, builder.ints([with_])], { axis: 0 })]);
    }
    const { ops, type } = await fix(builder, value);
    expect(ops).toEqual(['Reshape', 'Reshape', 'Reshape', 'Identity']);
    expect(type?.shape).toEqual([36, 2]);
  });

  it('asks about each node once, however deep the shapes depend on each other', async () => {
    const builder = withInput();
    let value = 'x';
    for (let layer = 0; layer < 12; layer++) {
      const count = builder.op('Gather', [builder.op('Shape', [value]), builder.ints([0])], { axis: 0 });
      const wanted = builder.op('Concat', [count, builder.ints(layer % 2 ? [4, 9] : [-1])], { axis: 0 });
      value = builder.op('Relu', [builder.op('Reshape', [value, wanted])]);
    }
    let asked = 0;
    const counting: Oracle = {
      ...oracle,
      infer: (model, values) => {
        asked += model.graph.nodes.length;
        return oracle.infer(model, values);
      },
      evaluate: (model, values) => {
        asked += model.graph.nodes.length;
        return oracle.evaluate(model, values);
      },
    };
    builder.output(value, 'float32', [], 'y');
    const typed = await fixShapes(modelOf(builder), new Map([['x', [2, 4, 3, 3]]]), [], counting);
    expect(typed.graph.outputs[0]?.shape).toEqual([2, 4, 9]);
    expect(asked).toBeLessThanOrEqual(builder.nodes.length);
  });

  it('knows Size, and parts of a shape', async () => {
    const builder = withInput();
    builder.opN('Shape', ['x'], 1, { start: -2 });
    const part = builder.op('Shape', ['x'], { start: 1, end: -1 });
    const product = builder.op('ReduceProd', [part], { keepdims: 1 });
    const size = builder.op('Unsqueeze', [builder.op('Size', ['x']), builder.ints([0])]);
    const rest = builder.op('Div', [size, product]);
    const wanted = builder.op('Concat', [product, rest], { axis: 0 });
    const { type } = await fix(builder, builder.op('Reshape', ['x', wanted]));
    expect(type?.shape).toEqual([12, 6]);
  });
});

describe('constants', () => {
  const constant = (builder: GraphBuilder, name: string, attribute: Attribute): string =>
    builder.op('Constant', [], { [name]: attribute });

  it.each<[string, Attribute, Tensor]>([
    ['value', { type: 'tensor', value: float32Tensor([2], [1.5, 2]) }, float32Tensor([2], [1.5, 2])],
    ['value_float', { type: 'float', value: 1.5 }, float32Tensor([], [1.5])],
    ['value_floats', { type: 'floats', value: [1.5, 2] }, float32Tensor([2], [1.5, 2])],
    ['value_int', { type: 'int', value: -3 }, int64Tensor([], [-3])],
    ['value_ints', { type: 'ints', value: [3, 2 ** 63] }, int64Tensor([2], [3, 2 ** 63])],
  ])('given as %s become initializers', async (name, attribute, expected) => {
    const builder = withInput();
    const made = constant(builder, name, attribute);
    const { initializers } = await fix(builder, builder.op('Expand', ['x', builder.ints([2, 4, 3, 3])]), []);
    expect(initializers.has(made)).toBe(false);
    const used = withInput();
    const value = constant(used, name, attribute);
    used.output(value, expected.dtype, expected.shape);
    const typed = await fixShapes(modelOf(used), new Map([['x', [2, 4, 3, 3]]]), [], oracle);
    expect(typed.graph.initializers.get(value)).toEqual(expected);
    expect(typed.graph.nodes).toEqual([]);
  });

  it('are computed from each other once, by the runtime itself', async () => {
    const builder = withInput();
    const two = constant(builder, 'value_float', { type: 'float', value: 2 });
    const root = builder.op('Sqrt', [builder.op('Add', [two, two])]);
    const { ops, initializers } = await fix(builder, builder.op('Mul', ['x', root]));
    expect(ops).toEqual(['Mul', 'Identity']);
    expect(numbers(initializers.get(root) as Tensor)).toEqual([2]);
    expect(initializers.size).toBe(1);
  });

  it('that are drawn anew on each run are not folded', async () => {
    const builder = withInput();
    const noise = builder.op('RandomUniform', [], { shape: [3] });
    const { ops } = await fix(builder, builder.op('Add', ['x', noise]));
    expect(ops).toContain('RandomUniform');
  });
});

describe('weights', () => {
  const build = (): { builder: GraphBuilder; output: string } => {
    const builder = withInput();
    const weight = builder.initializer('w', float32Tensor([4, 1], [1, 2, 3, 4]));
    const shaped = builder.reshape(builder.transpose(weight, [1, 0]), [1, 4, 1, 1]);
    return { builder, output: builder.op('Mul', ['x', shaped]) };
  };

  it('that are trained are never folded into anything', async () => {
    const { builder, output } = build();
    const { ops, initializers } = await fix(builder, output, ['w']);
    expect(ops).toEqual(['Transpose', 'Reshape', 'Mul', 'Identity']);
    expect(initializers.has('w')).toBe(true);
  });

  it('that are not trained are', async () => {
    const { builder, output } = build();
    const { ops, initializers } = await fix(builder, output);
    expect(ops).toEqual(['Mul', 'Identity']);
    expect(initializers.has('w')).toBe(false);
  });

  it('whose shape is asked for are still trained', async () => {
    const builder = withInput();
    const weight = builder.initializer('w', float32Tensor([4], [1, 2, 3, 4]));
    const wanted = builder.op('Concat', [builder.op('Shape', [weight]), builder.ints([1, 1])], { axis: 0 });
    const { ops, types } = await fix(builder, builder.op('Mul', ['x', builder.op('Reshape', [weight, wanted])]), ['w']);
    expect(ops).toEqual(['Reshape', 'Mul', 'Identity']);
    expect(types.get('w')).toMatchObject({ shape: [4] });
  });
});

it('what nothing needs is left out', async () => {
  const builder = withInput();
  builder.op('Relu', [builder.op('Mul', ['x', builder.initializer('unused', float32Tensor([1], [2]))])]);
  const { ops, initializers } = await fix(builder, builder.op('Neg', ['x']));
  expect(ops).toEqual(['Neg', 'Identity']);
  expect(initializers.size).toBe(0);
});

it('a size that depends on the data is an error that names the operator', async () => {
  const builder = withInput();
  const places = builder.op('NonZero', ['x']);
  builder.output(builder.cast(places, 'float32'), 'float32', [], 'y');
  await expect(fixShapes(modelOf(builder), new Map([['x', [2, 4, 3, 3]]]), [], oracle)).rejects.toMatchObject({
    code: 'model.size-depends-on-data',
    message: expect.stringMatching(/size of .*NonZero.* depends/) as string,
  });
});

it('a model the runtime refuses is an error with the runtime’s reason', async () => {
  const builder = withInput();
  builder.output(builder.op('NoSuchOperator', ['x']), 'float32', [], 'y');
  await expect(fixShapes(modelOf(builder), new Map([['x', [2, 4, 3, 3]]]), [], oracle)).rejects.toMatchObject({
    code: 'model.refused',
    message: expect.stringContaining('NoSuchOperator') as string,
  });
});

describe('memory is bounded by the machine, not by what a model asks for', () => {
  const refused = async (builder: GraphBuilder, output: string): Promise<unknown> => {
    builder.output(output, 'float32', [], 'y');
    return fixShapes(modelOf(builder), new Map([['x', [2, 4, 3, 3]]]), [], oracle).catch((error: unknown) => error);
  };
  const sizes = (builder: GraphBuilder, ...values: number[]): string => builder.ints(values);

  it.each<[string, (builder: GraphBuilder) => string]>([
    ['a constant of a given size', (b) => b.op('ConstantOfShape', [sizes(b, 100_000, 100_000)])],
    [
      'a constant of a size that is computed',
      (b) => b.op('ConstantOfShape', [b.op('Mul', [sizes(b, 50_000, 50_000), sizes(b, 2, 2)])]),
    ],
    ['one number spread', (b) => b.op('Expand', [b.scalar('float32', 1), sizes(b, 1000, 1000, 1000)])],
    ['one number repeated', (b) => b.op('Tile', [b.constant('float32', [1], [1]), sizes(b, 2_000_000_000)])],
    [
      'a row doubled again and again',
      (b) => {
        let row = b.constant('float32', [1], [1]);
        for (let times = 0; times < 30; times++) row = b.op('Concat', [row, row], { axis: 0 });
        return row;
      },
    ],
    [
      'a column against a row',
      (b) => {
        const count = b.op('ConstantOfShape', [sizes(b, 1, 40_000)]);
        return b.op('Add', [count, b.op('Transpose', [count], { perm: [1, 0] })]);
      },
    ],
    [
      'many that would each fit',
      (b) => {
        const parts = Array.from({ length: 40 }, (_, index) =>
          b.op('ConstantOfShape', [sizes(b, 1_000_000 + index)]),
        ).map((part) => b.op('ReduceSum', [part], { keepdims: 0 }));
        return b.op('Sum', [
          ...parts,
          ...Array.from({ length: 60 }, () =>
            b.op('ReduceSum', [b.op('ConstantOfShape', [sizes(b, 1_000_000)])], { keepdims: 0 }),
          ),
        ]);
      },
    ],
  ])('in constants: %s', async (_title, make) => {
    const builder = withInput();
    const value = builder.op('ReduceSum', [make(builder)], { keepdims: 0 });
    const before = process.memoryUsage.rss();
    expect(await refused(builder, builder.op('Add', ['x', value]))).toMatchObject({ code: 'model.value-too-large' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 30);
  });

  it('in values that depend on the input, which are never computed', async () => {
    const builder = withInput();
    const wide = builder.op('Expand', [
      builder.op('ReduceSum', ['x'], { keepdims: 0 }),
      sizes(builder, 300_000, 300_000),
    ]);
    expect(await refused(builder, builder.op('ReduceMean', [wide], { keepdims: 0 }))).toMatchObject({
      code: 'model.value-too-large',
      message: expect.stringContaining('360 GB') as string,
    });
  });

  it('and what fits is computed as ever, data deciding its size included', async () => {
    const builder = withInput();
    const mask = builder.op('ConstantOfShape', [sizes(builder, 64, 64)]);
    const places = builder.op('NonZero', [builder.op('Add', [mask, builder.scalar('float32', 1)])]);
    const count = builder.op('Cast', [builder.op('Size', [places])], { to: 1 });
    const { types } = await fix(builder, builder.op('Add', ['x', count]));
    expect(types.get('y')?.shape).toEqual([2, 4, 3, 3]);
  });
});

it('keeps from the runtime what it would not come back from', async () => {
  const builder = withInput();
  const empty = builder.slice('x', [3], [0], [0]);
  const one = builder.initializer('one', float32Tensor([4], [1, 1, 1, 1]));
  builder.output(builder.op('InstanceNormalization', [empty, one, one]), 'float32', [], 'y');
  await expect(fixShapes(modelOf(builder), new Map([['x', [2, 4, 3, 3]]]), [], oracle)).rejects.toMatchObject({
    code: 'model.refused',
    message: expect.stringContaining('maps without pixels') as string,
  });
});
