import { describe, expect, it } from 'vitest';
import { downstream, findCycle, findPort, nodeTitle, topologicalOrder, upstream } from '#shared/document/graph.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { at, graph, project } from '#test/support/documents.ts';

/** A file by hand can hold circles that no edit would make. */
function withCircle(): GraftDocument {
  const document = graph(['split', 'augment', 'note'], ['split.samples > augment.samples']);
  return { ...document, wires: [...document.wires, { from: at('augment.samples'), to: at('split.samples') }] };
}

describe('walking the graph', () => {
  it('finds what feeds a node and what it feeds', () => {
    expect([...upstream(project(), ['head'])].toSorted()).toEqual(['augment', 'backbone', 'data', 'freeze', 'split']);
    expect([...downstream(project(), ['optimizer'])].toSorted()).toEqual([
      'evaluation',
      'export',
      'schedule',
      'training',
    ]);
    expect(upstream(project(), ['data']).size).toBe(0);
  });

  it('counts a node among its own sources only in a circle', () => {
    expect(upstream(withCircle(), ['split'])).toEqual(new Set(['split', 'augment']));
  });

  it('orders nodes so that every wire leads forward', () => {
    const document = { ...project(), nodes: project().nodes.toReversed() };
    const order = topologicalOrder(document) ?? [];
    expect(order).toHaveLength(document.nodes.length);
    for (const { from, to } of document.wires) {
      expect(order.indexOf(from.node)).toBeLessThan(order.indexOf(to.node));
    }
  });

  it('keeps document order where wires leave a choice', () => {
    expect(topologicalOrder(graph(['note', 'head', 'split']))).toEqual(['note', 'head', 'split']);
  });

  it('finds circles, and only circles', () => {
    expect(topologicalOrder(withCircle())).toBeUndefined();
    expect(findCycle(withCircle())?.id).toBe('split');
    expect(findCycle(project())).toBeUndefined();
  });

  it('is not confused by wires to nodes that are not there', () => {
    const document = project();
    const dangling = { ...document, wires: [...document.wires, { from: at('gone.x'), to: at('head.features') }] };
    expect(topologicalOrder(dangling)).toHaveLength(document.nodes.length);
  });
});

describe('ports and titles', () => {
  it('finds ports by side', () => {
    expect(findPort(project(), at('split.samples'), 'input')?.type).toBe('samples');
    expect(findPort(project(), at('data.targets'), 'input')).toBeUndefined();
    expect(findPort(project(), at('nobody.targets'), 'output')).toBeUndefined();
  });

  it('prefers the title a person gave', () => {
    const [data] = project().nodes;
    expect(nodeTitle(data!)).toBe('Photos');
    expect(nodeTitle({ ...data!, title: 'Cats' })).toBe('Cats');
    expect(nodeTitle({ ...data!, kind: 'future' })).toBe('future');
  });
});
