import { describe, expect, it } from 'vitest';
import { float, GraphBuilder, intVector } from '#shared/ir/builder.ts';
import type { Graph, Node } from '#shared/ir/graph.ts';
import { float32Tensor, numbers } from '#shared/ir/tensor.ts';

const last = (builder: GraphBuilder): Node => builder.nodes.at(-1) as Node;
const constantOf = (builder: GraphBuilder, name: string | undefined): number[] | undefined => {
  const tensor = builder.initializers.get(name ?? '');
  return tensor && numbers(tensor);
};

describe('reductions by operator-set version', () => {
  it.each([
    ['ReduceSum', 13, 'input'],
    ['ReduceSum', 18, 'input'],
    ['ReduceMax', 13, 'attribute'],
    ['ReduceMax', 17, 'attribute'],
    ['ReduceMax', 18, 'input'],
    ['ReduceMean', 17, 'attribute'],
    ['ReduceMean', 21, 'input'],
  ] as const)('%s at %i has its axes as an %s', (op, opset, form) => {
    const builder = new GraphBuilder(opset);
    builder.reduce(op, 'x', [1, 2], true);
    const node = last(builder);
    expect(node.attributes['keepdims']).toEqual({ type: 'int', value: 1 });
    if (form === 'attribute') {
      expect(node.inputs).toEqual(['x']);
      expect(node.attributes['axes']).toEqual({ type: 'ints', value: [1, 2] });
    } else {
      expect(constantOf(builder, node.inputs[1])).toEqual([1, 2]);
      expect(node.attributes['axes']).toBeUndefined();
    }
  });
});

describe('names', () => {
  it('of a body are new to the graph around it, and the other way round', () => {
    const builder = new GraphBuilder(17);
    builder.input('inner/relu', 'float32', []);
    const body = builder.body();
    const inside = [body.op('Relu', ['x']), body.body().op('Relu', ['x'])];
    expect(inside).toEqual(['inner/relu_1', 'inner/relu_2']);
    expect(builder.op('Relu', ['x'])).toBe('relu');
    expect(builder.fresh('inner/relu')).toBe('inner/relu_3');
  });

  it('are given once, whatever is taken already', () => {
    const builder = new GraphBuilder(17);
    builder.input('relu', 'float32', []);
    builder.initializer('relu_1', float32Tensor([], [0]));
    builder.append({ name: '', op: 'Relu', domain: '', inputs: ['relu'], outputs: ['relu_3'], attributes: {} });
    builder.output('relu', 'float32', [], 'relu_5');
    const made = Array.from({ length: 4 }, () => builder.op('Relu', ['relu']));
    expect(made).toEqual(['relu_2', 'relu_4', 'relu_6', 'relu_7']);
  });

  it('of a graph that is taken over or set aside are not given again', () => {
    const taken: Graph = {
      name: 'taken',
      inputs: [{ name: 'a', dtype: 'float32', shape: [] }],
      outputs: [{ name: 'c', dtype: 'float32', shape: [] }],
      nodes: [{ name: '', op: 'Add', domain: '', inputs: ['a', 'b'], outputs: ['c'], attributes: {} }],
      initializers: new Map([['b', float32Tensor([], [1])]]),
    };
    const over = new GraphBuilder(17, taken);
    expect(over.build('taken')).toEqual(taken);
    const aside = new GraphBuilder(17);
    aside.reserve(taken);
    expect(aside.build('empty').nodes).toEqual([]);
    for (const builder of [over, aside])
      expect(['a', 'b', 'c', 'd'].map((hint) => builder.fresh(hint))).toEqual(['a_1', 'b_1', 'c_1', 'd']);
  });
});

describe('constants', () => {
  it('are shared when type, shape and values are equal', () => {
    const builder = new GraphBuilder(17);
    const one = builder.scalar('float32', 1);
    expect(builder.scalar('float32', 1)).toBe(one);
    const others = [
      builder.scalar('float64', 1),
      builder.constant('float32', [1], [1]),
      builder.scalar('float32', 2),
      builder.ints([1]),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
    expect(builder.initializers.size).toBe(5);
  });
});

describe('attributes from plain values', () => {
  it('become int, float, string or ints', () => {
    const builder = new GraphBuilder(17);
    builder.op('X', [], { a: 2, b: 0.5, c: 'text', d: [1, 2], e: float(2) });
    expect(last(builder).attributes).toEqual({
      a: { type: 'int', value: 2 },
      b: { type: 'float', value: 0.5 },
      c: { type: 'string', value: 'text' },
      d: { type: 'ints', value: [1, 2] },
      e: { type: 'float', value: 2 },
    });
  });
});

describe('shorthands', () => {
  it('write the operator’s inputs in its order', () => {
    const builder = new GraphBuilder(17);
    builder.slice('x', [1], [0], [5]);
    expect(
      last(builder)
        .inputs.slice(1)
        .map((name) => constantOf(builder, name)),
    ).toEqual([[0], [5], [1]]);
    builder.slice('x', [0, 1], [0, 1], [5, 6], [1, 2]);
    expect(
      last(builder)
        .inputs.slice(1)
        .map((name) => constantOf(builder, name)),
    ).toEqual([
      [0, 1],
      [5, 6],
      [0, 1],
      [1, 2],
    ]);
    builder.reshape('x', [2, -1]);
    expect(constantOf(builder, last(builder).inputs[1])).toEqual([2, -1]);
    builder.expand('x', [2, 3]);
    expect(last(builder).op).toBe('Expand');
    builder.transpose('x', [1, 0]);
    expect(last(builder).attributes['perm']).toEqual({ type: 'ints', value: [1, 0] });
    builder.cast('x', 'float64');
    // TensorProto.DOUBLE is 11.
    expect(last(builder).attributes['to']).toEqual({ type: 'int', value: 11 });
    expect(numbers(intVector([3, 4]))).toEqual([3, 4]);
  });

  it('give an output another name through Identity', () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', ['N']);
    builder.output('x', 'float32', ['N'], 'y');
    expect(builder.build('g')).toMatchObject({
      outputs: [{ name: 'y', dtype: 'float32', shape: ['N'] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    });
  });

  it('build a graph that later additions do not reach', () => {
    const builder = new GraphBuilder(17);
    const graph = builder.build('early');
    builder.input('x', 'float32', []);
    builder.scalar('float32', 1);
    builder.op('Relu', ['x']);
    expect([graph.inputs.length, graph.nodes.length, graph.initializers.size]).toEqual([0, 0, 0]);
  });
});
