import { describe, expect, it } from 'vitest';
import { resolveBranches } from '#shared/compiler/branches.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { boolTensor } from '#shared/ir/tensor.ts';

/** One operator on a value from outside, its result called `value`. */
function branch(op: string, source: string, inner?: (builder: GraphBuilder) => string): Graph {
  const builder = new GraphBuilder(17);
  builder.append({ name: '', op, domain: '', inputs: [source], outputs: ['value'], attributes: {} });
  builder.output(inner ? inner(builder) : 'value', 'float32', [2]);
  return builder.build(op);
}

function choose(builder: GraphBuilder, condition: string, whenTrue: Graph, otherwise: Graph): string {
  const branches = {
    then_branch: { type: 'graph', value: whenTrue },
    else_branch: { type: 'graph', value: otherwise },
  } as const;
  return builder.op('If', [condition], branches);
}

function outer(): GraphBuilder {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2]);
  builder.input('computed', 'bool', []);
  builder.initializer('yes', boolTensor([], [true]));
  builder.initializer('no', boolTensor([1], [false]));
  return builder;
}

const legal = (graph: Graph): Graph => {
  expect(violations({ graph, opsets: { '': 17 }, irVersion: 8, metadata: {} })).toEqual([]);
  return graph;
};

describe('an If whose condition is known', () => {
  it.each([
    ['yes', 'Sin'],
    ['no', 'Cos'],
  ])('is the branch it takes: %s', (condition, op) => {
    const builder = outer();
    builder.output(choose(builder, condition, branch('Sin', 'x'), branch('Cos', 'x')), 'float32', [2], 'y');
    const resolved = legal(resolveBranches(builder.build('g')));
    expect(resolved.nodes.map((node) => node.op)).toEqual([op, 'Identity', 'Identity']);
  });

  it('gives two branches that call a value alike names of their own', () => {
    const builder = outer();
    const first = choose(builder, 'yes', branch('Sin', 'x'), branch('Cos', 'x'));
    builder.output(choose(builder, 'yes', branch('Exp', first), branch('Cos', 'x')), 'float32', [2], 'y');
    const resolved = legal(resolveBranches(builder.build('g')));
    expect(resolved.nodes.map((node) => node.op)).toEqual(['Sin', 'Identity', 'Exp', 'Identity', 'Identity']);
  });

  it('is taken inside a branch that is taken', () => {
    const builder = outer();
    const nested = branch('Sin', 'x', (inner) => choose(inner, 'no', branch('Exp', 'value'), branch('Tanh', 'x')));
    builder.output(choose(builder, 'yes', nested, branch('Cos', 'x')), 'float32', [2], 'y');
    const resolved = legal(resolveBranches(builder.build('g')));
    expect(resolved.nodes.map((node) => node.op).filter((op) => op !== 'Identity')).toEqual(['Sin', 'Tanh']);
  });

  it('leaves an If whose condition is computed, and does not hide its values', () => {
    const builder = outer();
    const kept = choose(builder, 'computed', branch('Sin', 'x'), branch('Cos', 'x'));
    builder.output(choose(builder, 'yes', branch('Exp', kept), branch('Cos', 'x')), 'float32', [2], 'y');
    const resolved = legal(resolveBranches(builder.build('g')));
    expect(resolved.nodes.map((node) => node.op)).toEqual(['If', 'Exp', 'Identity', 'Identity']);
  });

  it('is the very same graph when there is nothing to take', () => {
    const builder = outer();
    builder.output(choose(builder, 'computed', branch('Sin', 'x'), branch('Cos', 'x')), 'float32', [2], 'y');
    const graph = builder.build('g');
    expect(resolveBranches(graph)).toBe(graph);
  });
});
