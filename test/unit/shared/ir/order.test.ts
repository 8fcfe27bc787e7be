import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '#shared/ir/graph.ts';
import { inOrder } from '#shared/ir/order.ts';

const node = (inputs: string[], output: string): Node => ({
  name: output,
  op: 'Add',
  domain: '',
  inputs,
  outputs: [output],
  attributes: {},
});

const graphOf = (...nodes: Node[]): Graph => ({
  name: 'g',
  inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
  outputs: [],
  nodes,
  initializers: new Map(),
});

describe('topological order', () => {
  it('is the very same graph where it is kept', () => {
    const graph = graphOf(node(['x', ''], 'a'), node(['a'], 'b'));
    expect(inOrder(graph)).toBe(graph);
  });

  it('is made where it is not, moving no more than it must', () => {
    const graph = graphOf(node(['b'], 'c'), node(['x'], 'a'), node(['a'], 'b'), node(['x'], 'd'));
    const sorted = inOrder(graph) as Graph;
    expect(sorted.nodes.map(({ name }) => name)).toEqual(['a', 'b', 'd', 'c']);
  });

  it('names the reader of what nothing makes', () => {
    const graph = graphOf(node(['b'], 'c'), node(['lost'], 'b'));
    expect(inOrder(graph)).toEqual({ reader: graph.nodes[1], value: 'lost' });
  });

  it('names a node of a circle', () => {
    const graph = graphOf(node(['b'], 'a'), node(['a'], 'b'));
    expect(inOrder(graph)).toMatchObject({ value: 'b' });
  });
});
