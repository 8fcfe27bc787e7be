import { describe, expect, test } from 'vitest';
import { appendGradient, blockedNodes, firstBlocked } from '#shared/compiler/5-grad.ts';
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Node, TypedGraph } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

const node = (op: string, inputs: string[], outputs: string[]): Node => ({
  name: `the ${op}`,
  op,
  domain: '',
  inputs,
  outputs,
  attributes: {},
});

/** A graph whose values all have the same float shape, unless said otherwise. */
function graphOf(nodes: Node[], output: string, shapes: Record<string, Shape> = {}): TypedGraph {
  const names = new Set(nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  const types = new Map<string, TensorType>(
    [...names].map((name) => [name, { dtype: 'float32', shape: shapes[name] ?? [2, 3] }]),
  );
  const outputs = [{ name: output, dtype: 'float32' as const, shape: types.get(output)?.shape ?? [] }];
  return { name: 'test', inputs: [], outputs, nodes, initializers: new Map(), types };
}

function gradient(graph: TypedGraph, wrt: string[]): { added: Node[]; gradients: Map<string, string> } {
  const builder = new GraphBuilder(17, graph);
  const seeds = new Map(graph.outputs.map(({ name }) => [name, 'seed']));
  const gradients = appendGradient(builder, graph, seeds, wrt);
  return { added: builder.nodes.slice(graph.nodes.length), gradients };
}

describe('appendGradient', () => {
  test('passes values without elements by', () => {
    const concat: Node = { ...node('Concat', ['x', 'none'], ['y']), attributes: { axis: { type: 'int', value: 1 } } };
    const graph = graphOf([node('Exp', ['z'], ['none']), concat], 'y', { z: [2, 0], none: [2, 0] });
    const { added, gradients } = gradient(graph, ['x', 'z']);
    expect(added.map(({ op }) => op)).toEqual(['Slice', 'Expand']);
    expect(gradients.get('z')).toBe(added.at(-1)?.outputs[0]);
  });

  test('computes only what was asked for', () => {
    const graph = graphOf([node('Exp', ['x'], ['a']), node('Mul', ['a', 'w'], ['y'])], 'y');
    const { added } = gradient(graph, ['w']);
    expect(added.map(({ op, inputs }) => [op, ...inputs])).toEqual([['Mul', 'seed', 'a']]);
  });

  test('adds up what comes from several uses', () => {
    const graph = graphOf([node('Mul', ['x', 'x'], ['y'])], 'y');
    const { added, gradients } = gradient(graph, ['x']);
    expect(added.map(({ op }) => op)).toEqual(['Mul', 'Mul', 'Add']);
    expect(gradients.get('x')).toBe(added.at(-1)?.outputs[0]);
  });

  test('sums over axes an input was broadcast along', () => {
    const graph = graphOf([node('Add', ['x', 'b'], ['y'])], 'y', { b: [3] });
    expect(gradient(graph, ['b']).added.map(({ op }) => op)).toEqual(['ReduceSum']);
    const both = graphOf([node('Add', ['x', 'b'], ['y'])], 'y', { x: [4, 2, 3], y: [4, 2, 3], b: [2, 1] });
    expect(gradient(both, ['b']).added.map(({ op }) => op)).toEqual(['ReduceSum', 'Reshape']);
  });

  test('gives zeros to a value nothing depends on', () => {
    const graph = graphOf([node('Exp', ['x'], ['y']), node('Exp', ['w'], ['unused'])], 'y');
    const { added, gradients } = gradient(graph, ['w']);
    expect(added.map(({ op }) => op)).toEqual(['Expand']);
    expect(gradients.get('w')).toBe(added[0]?.outputs[0]);
  });

  test('stops where the table says so', () => {
    const graph = graphOf([node('Floor', ['x'], ['a']), node('Mul', ['a', 'w'], ['y'])], 'y');
    expect(gradient(graph, ['x']).added.map(({ op }) => op)).toEqual(['Expand']);
  });

  test('a value may be wanted and passed through at once', () => {
    const graph = graphOf([node('Exp', ['x'], ['a']), node('Neg', ['a'], ['y'])], 'y');
    const { added, gradients } = gradient(graph, ['x', 'a', 'y']);
    expect(added.map(({ op }) => op)).toEqual(['Neg', 'Mul']);
    expect(gradients.get('y')).toBe('seed');
  });

  test('names the operator it cannot pass', () => {
    const graph = graphOf([node('Mystery', ['x'], ['a']), node('Mul', ['a', 'w'], ['y'])], 'y');
    expect(() => gradient(graph, ['x'])).toThrow(GraftError);
    expect(() => gradient(graph, ['x'])).toThrow(/Operator Mystery \(node “the Mystery”\)/);
    expect(() => gradient(graph, ['w'])).not.toThrow();
  });

  test('refuses an operator it has never heard of', () => {
    const graph = graphOf([node('Frobnicate', ['x'], ['y'])], 'y');
    expect(() => gradient(graph, ['x'])).toThrow(/Frobnicate/);
  });
});

describe('blockedNodes', () => {
  const graph = graphOf(
    [
      node('Mystery', ['x'], ['a']),
      node('Exp', ['a'], ['b']),
      node('Riddle', ['b'], ['c']),
      node('Mul', ['c', 'w'], ['y']),
      node('Mystery', ['x'], ['aside']),
    ],
    'y',
  );

  test('lists all on the way, in order, and none beside it', () => {
    expect(blockedNodes(graph, ['x']).map(({ position }) => position)).toEqual([0, 2]);
    expect(blockedNodes(graph, ['b']).map(({ position }) => position)).toEqual([2]);
    expect(blockedNodes(graph, ['w'])).toEqual([]);
    expect(blockedNodes(graph, ['x'], ['aside']).map(({ position }) => position)).toEqual([4]);
  });

  test('firstBlocked is the first of them', () => {
    expect(firstBlocked(graph, ['x'])?.node.op).toBe('Mystery');
    expect(firstBlocked(graph, ['w'])).toBeUndefined();
  });

  test('a node can be refused for its attributes', () => {
    const layer: Node = {
      ...node('RNN', ['x', 'w', 'v'], ['y']),
      attributes: { activations: { type: 'strings', value: ['Hope'] } },
    };
    expect(firstBlocked(graphOf([layer], 'y'), ['x'])?.reason).toMatch(/Hope/);
  });
});
