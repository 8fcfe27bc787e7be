import { describe, expect, it } from 'vitest';
import { buildGradientGraph, type GradientRequest } from '#shared/compiler/gradient-graph.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor, int64Tensor, numbers, type Tensor } from '#shared/ir/tensor.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { fromRuntime, toRuntime } from '#electron/engine/runtime/tensors.ts';

/** y = tanh(x·w + b) · s, of a batch whose size is left open. */
function layer(): Model {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', ['N', 3]);
  builder.initializer('w', float32Tensor([3, 2], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]));
  builder.initializer('b', float32Tensor([2], [0.05, -0.05]));
  builder.initializer('rows', int64Tensor([1], [0]));
  const sum = builder.op('Add', [builder.op('MatMul', ['x', 'w']), 'b']);
  builder.output(builder.op('Tanh', [sum]), 'float32', ['N', 2], 'y');
  return { graph: builder.build('layer'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

const gradient = (request: Partial<GradientRequest> = {}, model = layer()): Promise<Model> =>
  buildGradientGraph(model, { of: 'y', wrt: ['w', 'b'], ...request }, oracle);

async function run(model: Model, feeds: Record<string, Tensor>): Promise<Map<string, number[]>> {
  const session = await createSession(model, 'cpu');
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toRuntime(tensor)])),
  );
  await session.release();
  return new Map(Object.entries(results).map(([name, tensor]) => [name, numbers(fromRuntime(tensor))]));
}

describe('the gradient graph of a model', () => {
  it('takes the inputs, the named initializers and the cotangent, and gives the value and its gradients', async () => {
    const model = await gradient({ inputShapes: new Map([['x', [4, 3]]]) });
    expect(violations(model)).toEqual([]);
    expect(model.graph.inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: [4, 3] },
      { name: 'w', dtype: 'float32', shape: [3, 2] },
      { name: 'b', dtype: 'float32', shape: [2] },
      { name: 'grad/y', dtype: 'float32', shape: [4, 2] },
    ]);
    expect(model.graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['y', [4, 2]],
      ['grad/w', [3, 2]],
      ['grad/b', [2]],
    ]);
  });

  it('gives dw = xᵀ·(dy·(1 − y²)) and db its sum', async () => {
    const model = await gradient();
    const x = [0.5, -1, 2];
    const results = await run(model, {
      x: float32Tensor([1, 3], x),
      w: float32Tensor([3, 2], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]),
      b: float32Tensor([2], [0.05, -0.05]),
      'grad/y': float32Tensor([1, 2], [1, -2]),
    });
    const y = [Math.tanh(0.05 - 0.3 - 1 + 0.05), Math.tanh(-0.1 - 0.4 + 1.2 - 0.05)];
    const slope = [1 - (y[0] as number) ** 2, -2 * (1 - (y[1] as number) ** 2)];
    const expected = x.flatMap((value) => slope.map((one) => value * one));
    for (const [name, values] of [
      ['y', y],
      ['grad/b', slope],
      ['grad/w', expected],
    ] as const)
      results.get(name)?.forEach((value, index) => expect(value).toBeCloseTo(values[index] as number, 5));
  });

  it('differentiates with respect to inputs and values in between as well', async () => {
    const inner = layer().graph.nodes[0]?.outputs[0] as string;
    const model = await gradient({ wrt: ['x', inner] });
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x', 'grad/y']);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['y', 'grad/x', `grad/${inner}`]);
  });

  it('can be differentiated again', async () => {
    const twice = await gradient({ of: 'grad/w', wrt: ['x'] }, await gradient());
    expect(violations(twice)).toEqual([]);
    expect(twice.graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['grad/w', [3, 2]],
      ['grad/x', [1, 3]],
    ]);
    await run(twice, {
      x: float32Tensor([1, 3], [1, 2, 3]),
      w: float32Tensor([3, 2], [1, 2, 3, 4, 5, 6]),
      b: float32Tensor([2], [0, 0]),
      'grad/y': float32Tensor([1, 2], [1, 1]),
      'grad/grad/w': float32Tensor([3, 2], [1, 1, 1, 1, 1, 1]),
    });
  });

  it('keeps what is called like a gradient inside the model', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2]);
    builder.append({ name: '', op: 'Exp', domain: '', inputs: ['x'], outputs: ['grad/x'], attributes: {} });
    builder.output(builder.op('Sin', ['grad/x']), 'float32', [2], 'y');
    const model = await gradient({ wrt: ['x'] }, { ...layer(), graph: builder.build('named') });
    expect(violations(model)).toEqual([]);
    const results = await run(model, { x: float32Tensor([2], [0, 1]), 'grad/y': float32Tensor([2], [1, 1]) });
    expect(results.get('grad/x')?.[1]).toBeCloseTo(Math.cos(Math.E) * Math.E, 5);
  });

  it('keeps what is called like a gradient inside a body', async () => {
    const builder = new GraphBuilder(17);
    const branch = (op: string, result: string): AttributeValue => {
      const body = new GraphBuilder(17);
      body.append({ name: '', op, domain: '', inputs: ['x'], outputs: [result], attributes: {} });
      body.output(result, 'float32', [2]);
      return { type: 'graph', value: body.build(op) };
    };
    builder.input('x', 'float32', [2]);
    builder.initializer('w', float32Tensor([2], [3, 4]));
    const positive = builder.op('Greater', [
      builder.reduce('ReduceSum', 'x', [0], false),
      builder.scalar('float32', 0),
    ]);
    const chosen = builder.op('If', [positive], {
      then_branch: branch('Neg', 'grad/w'),
      else_branch: branch('Exp', 'grad/y'),
    });
    builder.output(builder.op('Mul', [chosen, 'w']), 'float32', [2], 'y');
    const model = await gradient({ wrt: ['w'] }, { ...layer(), graph: builder.build('branches') });
    expect(violations(model)).toEqual([]);
    const results = await run(model, {
      x: float32Tensor([2], [1, 2]),
      w: float32Tensor([2], [3, 4]),
      'grad/y': float32Tensor([2], [1, 1]),
    });
    expect(results.get('grad/w')).toEqual([-1, -2]);
  });

  it('does not take a promoted initializer for a constant', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2]);
    builder.initializer('p', float32Tensor([], [2]));
    builder.output(builder.op('Pow', ['x', 'p']), 'float32', [2], 'y');
    const model = await gradient({ wrt: ['x', 'p'] }, { ...layer(), graph: builder.build('power') });
    const results = await run(model, {
      x: float32Tensor([2], [2, 3]),
      p: float32Tensor([], [3]),
      'grad/y': float32Tensor([2], [1, 1]),
    });
    expect(results.get('grad/x')).toEqual([12, 27]);
  });

  it.each([
    ['a name that is not there', { wrt: ['w', 'nothing'] }, 'compile.unknown-tensor', 'nothing'],
    ['a target that is not there', { of: 'nothing' }, 'compile.unknown-tensor', 'nothing'],
    ['integers', { wrt: ['rows'] }, 'compile.not-trainable', 'rows'],
    ['an input that is not there', { inputShapes: new Map([['z', [1]]]) }, 'input.bad-argument', 'z'],
    ['a shape that does not fit', { inputShapes: new Map([['x', [1, 4]]]) }, 'input.bad-argument', 'x'],
  ] as const)('refuses %s', async (_, request, code, culprit) => {
    await expect(gradient(request)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(culprit) as string,
    });
  });

  it('refuses integers that a shape is made of as such', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2, 3]);
    builder.initializer('sizes', int64Tensor([2], [3, 2]));
    builder.output(builder.op('Reshape', ['x', 'sizes']), 'float32', [3, 2], 'y');
    await expect(gradient({ wrt: ['sizes'] }, { ...layer(), graph: builder.build('shaped') })).rejects.toMatchObject({
      code: 'compile.not-trainable',
      message: expect.stringContaining('sizes') as string,
    });
  });

  it('leaves sizes that depend on the data to the parts that need no gradient', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2, 3]);
    builder.initializer('w', float32Tensor([3], [1, 2, 3]));
    const places = builder.op('Cast', [builder.op('NonZero', ['x'])], { to: 1 });
    const count = builder.op('ReduceSum', [places], { keepdims: 0 });
    builder.output(builder.op('Mul', [builder.op('Mul', ['x', 'w']), count]), 'float32', [2, 3], 'y');
    const graph = builder.build('counted');
    const model = await gradient({ wrt: ['w'] }, { ...layer(), graph });
    const results = await run(model, {
      x: float32Tensor([2, 3], [0, 2, 0, 3, 0, 0]),
      w: float32Tensor([3], [1, 2, 3]),
      'grad/y': float32Tensor([2, 3], [1, 1, 1, 1, 1, 1]),
    });
    // Two elements are not zero, at places whose coordinates sum to 2.
    expect(results.get('grad/w')).toEqual([6, 4, 0]);
    const found = graph.nodes.find(({ op }) => op === 'NonZero')?.outputs[0] as string;
    await expect(gradient({ of: found, wrt: ['w'] }, { ...layer(), graph })).rejects.toMatchObject({
      code: 'model.size-depends-on-data',
    });
  });

  it('refuses to differentiate through a size that depends on the data', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [4]);
    const positive = builder.op('Greater', ['x', builder.scalar('float32', 0)]);
    const kept = builder.op('Compress', [builder.op('Exp', ['x']), positive], { axis: 0 });
    builder.output(builder.reduce('ReduceSum', kept, [0], true), 'float32', [1], 'y');
    await expect(gradient({ wrt: ['x'] }, { ...layer(), graph: builder.build('kept') })).rejects.toMatchObject({
      code: 'compile.not-differentiable',
      message: expect.stringContaining('Compress') as string,
    });
  });

  it('names the operator that has no gradient, and the values that would avoid it', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [1, 1, 4, 4]);
    const body = new GraphBuilder(17);
    body.input('i', 'int64', []);
    body.input('c', 'bool', []);
    body.input('v', 'float32', [1, 1, 4, 4]);
    body.output(body.op('Identity', ['c']), 'bool', []);
    body.output(body.op('Sin', ['v']), 'float32', [1, 1, 4, 4]);
    const [looped] = builder.opN('Loop', [builder.scalar('int64', 3), builder.constant('bool', [], [1]), 'x'], 1, {
      body: { type: 'graph', value: body.build('body') },
    });
    builder.output(builder.op('Exp', [looped as string]), 'float32', [1, 1, 4, 4], 'y');
    const model = { ...layer(), graph: builder.build('looped') };
    await expect(gradient({ wrt: ['x'] }, model)).rejects.toMatchObject({
      code: 'compile.not-differentiable',
      message: expect.stringContaining('Loop') as string,
    });
    const below = await gradient({ wrt: [looped as string] }, model);
    expect(below.graph.outputs.map(({ name }) => name)).toEqual(['y', `grad/${looped}`]);
  });
});
