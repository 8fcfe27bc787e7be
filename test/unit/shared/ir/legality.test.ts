import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Attribute, Graph, Model, Node } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';

const node = (op: string, inputs: string[], outputs: string[], attributes: Record<string, Attribute> = {}): Node => ({
  name: `${op.toLowerCase()}-node`,
  op,
  domain: '',
  inputs,
  outputs,
  attributes,
});
const value = (name: string) => ({ name, dtype: 'float32' as const, shape: [] });

/** x + w → y, legal, with changes. */
function graphWith(changes: Partial<Graph> = {}): Graph {
  return {
    name: 'g',
    inputs: [value('x')],
    outputs: [value('y')],
    nodes: [node('Add', ['x', 'w'], ['y'])],
    initializers: new Map([['w', float32Tensor([], [1])]]),
    ...changes,
  };
}
const modelOf = (graph: Graph, opsets: Record<string, number> = { '': 17 }): Model => ({
  graph,
  opsets,
  irVersion: 8,
  metadata: {},
});

/** A Loop whose body has the nodes and initializers given, reading `carried` and giving `next`. */
function withBody(nodes: readonly Node[], initializers = new Map([['two', float32Tensor([], [2])]])): Graph {
  const body: Graph = {
    name: 'body',
    inputs: [value('carried')],
    outputs: [value('next')],
    nodes,
    initializers,
  };
  return graphWith({ nodes: [node('Loop', ['x'], ['y'], { body: { type: 'graph', value: body } })] });
}

describe('a legal model', () => {
  it('has no violations', () => {
    expect(violations(modelOf(graphWith()))).toEqual([]);
    expect(violations(modelOf(withBody([node('Add', ['carried', 'w'], ['next'])])))).toEqual([]);
  });

  it('may omit inputs and outputs, give its inputs back, and hold strings', () => {
    const graph = graphWith({
      nodes: [node('Clip', ['x', '', 'w'], ['y', '', ''])],
      outputs: [value('y'), value('x'), value('w')],
      initializers: new Map([
        ['w', float32Tensor([], [1])],
        ['s', { dtype: 'string' as const, shape: [1], data: new Uint8Array(), strings: ['a'] }],
      ]),
    });
    expect(violations(modelOf(graph))).toEqual([]);
  });
});

describe('every violation is found and named', () => {
  it.each<[string, Model, string]>([
    ['an unknown domain', modelOf(graphWith(), { '': 17, 'my.ops': 1 }), 'unknown domain my.ops'],
    [
      'a domain that is not imported',
      modelOf(graphWith({ nodes: [{ ...node('Add', ['x', 'w'], ['y']), domain: 'com.microsoft' }] })),
      'Add add-node is of domain “com.microsoft”, which the model does not import',
    ],
    [
      'a value read before it is made',
      modelOf(graphWith({ nodes: [node('Add', ['z', 'w'], ['y']), node('Neg', ['x'], ['z'])] })),
      'Add add-node reads z before it is made',
    ],
    [
      'a value made twice',
      modelOf(graphWith({ nodes: [node('Add', ['x', 'w'], ['y']), node('Neg', ['x'], ['y'])] })),
      'y is defined twice, the second time by Neg neg-node',
    ],
    [
      'an initializer that is an input too',
      modelOf(graphWith({ inputs: [value('x'), value('w')] })),
      'w is defined twice, the second time by an initializer',
    ],
    [
      'an input that is there twice',
      modelOf(graphWith({ inputs: [value('x'), value('x')] })),
      'x is defined twice, the second time by an input',
    ],
    ['an output nobody makes', modelOf(graphWith({ outputs: [value('z')] })), 'output z is never made'],
    [
      'weights of the wrong size',
      modelOf(graphWith({ initializers: new Map([['w', { ...float32Tensor([], [1]), shape: [2] }]]) })),
      'w has 4 bytes, not 8',
    ],
    [
      'a body that hides an outer value',
      modelOf(withBody([node('Add', ['carried', 'w'], ['x']), node('Neg', ['x'], ['next'])])),
      'x, defined by Add add-node, hides an outer value',
    ],
    [
      'a body that reads what nobody makes',
      modelOf(withBody([node('Add', ['carried', 'nowhere'], ['next'])])),
      'Add add-node reads nowhere before it is made',
    ],
    [
      'a body that reads what is made only later outside',
      modelOf({
        ...withBody([node('Add', ['carried', 'late'], ['next'])]),
        nodes: [...withBody([node('Add', ['carried', 'late'], ['next'])]).nodes, node('Neg', ['x'], ['late'])],
      }),
      'Loop loop-node reads late before it is made',
    ],
    ['a body whose output is never made', modelOf(withBody([])), 'output next is never made'],
  ])('%s', (_title, model, expected) => {
    expect(violations(model)).toContain(expected);
  });
});

it('agrees with the builder', () => {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2]);
  builder.output(builder.slice(builder.cast('x', 'float64'), [0], [0], [1]), 'float64', [1], 'y');
  expect(violations(modelOf(builder.build('g')))).toEqual([]);
});
