import { expect, test } from 'vitest';
import { lower } from '#shared/compiler/3-lower.ts';
import type { Node, TypedGraph } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

const type: TensorType = { dtype: 'float32', shape: [1, 4, 2, 2] };
const node = (op: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node => ({
  name: op,
  op,
  domain: '',
  inputs,
  outputs,
  attributes,
});

function graphOf(nodes: Node[]): TypedGraph {
  const names = nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  return {
    name: 'test',
    inputs: [{ name: 'x', ...type }],
    outputs: [{ name: 'y', ...type }],
    nodes,
    initializers: new Map(),
    types: new Map(names.map((name) => [name, type])),
  };
}

test('leaves nodes with rules of their own untouched', () => {
  const nodes = [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['y'])];
  const lowered = lower(graphOf(nodes), 17);
  expect(lowered.nodes).toEqual(nodes);
  expect(lowered.nodes[0]).toBe(nodes[0]);
});

test('keeps the names of values around a decomposed node', () => {
  const nodes = [node('Relu', ['x'], ['a']), node('Selu', ['a'], ['b']), node('Exp', ['b'], ['y'])];
  const lowered = lower(graphOf(nodes), 17);
  expect(lowered.nodes.map(({ op }) => op)).toEqual(['Relu', 'Elu', 'Mul', 'Exp']);
  expect(lowered.nodes[1]?.inputs).toEqual(['a']);
  expect(lowered.nodes[2]?.outputs).toEqual(['b']);
  expect(lowered.nodes[2]?.name).toBe('Selu');
});

test('gives the name of a decomposed node to one node only, which the runtime insists on', () => {
  const nodes = [node('Relu', ['x'], ['a']), node('Selu', ['a'], ['b']), node('Exp', ['b'], ['y'])];
  expect(lower(graphOf(nodes), 17).nodes.map(({ name }) => name)).toEqual(['Relu', '', 'Selu', 'Exp']);
});

test('never reuses a name the graph has', () => {
  const nodes = [node('Selu', ['x'], ['elu']), node('Selu', ['elu'], ['y'])];
  const outputs = lower(graphOf(nodes), 17).nodes.flatMap((each) => each.outputs);
  expect(new Set(outputs).size).toBe(outputs.length);
});
