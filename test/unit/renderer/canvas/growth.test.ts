/** Twice as many cards are twice the work, for what every edit asks of all of them. */
import { describe, expect, it } from 'vitest';
import { wireId, type GraftDocument } from '#shared/document/model.ts';
import { drawsOnlyWhatIsSeen, flowEdges, flowNodes } from '#renderer/canvas/flow-items.ts';
import { changedSince, isSameWork, standsElsewhere } from '#renderer/store/changes.ts';
import { isSelected } from '#renderer/store/selected.ts';
import { counted, operationsOf } from '#test/support/counted.ts';
import { largeDocuments } from '#test/support/large-documents.ts';

const idsOf = ({ nodes }: GraftDocument): string[] => nodes.map(({ id }) => id);

const works: Readonly<Record<string, (document: GraftDocument) => unknown>> = {
  flowItems: (document) => {
    const nodes = flowNodes([], document.nodes, idsOf(document));
    const edges = flowEdges([], document, document.wires.map(wireId));
    return [flowNodes(nodes, document.nodes, []), flowEdges(edges, document, [])];
  },
  isSameWork: (document) =>
    isSameWork(document, { ...document, nodes: [...document.nodes], wires: [...document.wires] }),
  changedSince: (document) => document.nodes.map((node) => changedSince({ ...document }, document, node)),
  standsElsewhere: (document) => standsElsewhere(document, { ...document, nodes: [...document.nodes] }),
  isSelected: (document) => {
    const ids = idsOf(document);
    return ids.filter((id) => isSelected(ids, id));
  },
};

describe.each(Object.entries(largeDocuments))('of a %s', (_, make) => {
  it.each(Object.entries(works))('%s takes twice as much for twice as many nodes', (__, work) => {
    const [small, large] = [500, 1000].map((size) => {
      const document = counted(make(size));
      return operationsOf(() => work(document));
    }) as [number, number];
    expect(large).toBeLessThan(2.3 * small + 200);
  });
});

describe('cards of a large project', () => {
  const { nodes } = largeDocuments.chain(1000);
  const cards = flowNodes([], nodes, []);

  it('are drawn only where they are seen', () => {
    expect(drawsOnlyWhatIsSeen(nodes)).toBe(true);
    expect(drawsOnlyWhatIsSeen(nodes.slice(0, 100))).toBe(false);
  });

  it('say beforehand how large they are and where their sockets are', () => {
    expect(cards[0]?.measured).toEqual({ width: 240, height: 132 });
    expect(cards[0]?.handles?.map(({ id, type, x, y }) => [id, type, x, y])).toEqual([
      ['samples', 'source', 229, 63],
      ['targets', 'source', 229, 99],
    ]);
    expect(cards.every(({ handles }) => handles !== undefined)).toBe(true);
  });

  it('keep what was measured when they were seen', () => {
    const seen = cards.map((card, index) => (index === 3 ? { ...card, measured: { width: 240, height: 150 } } : card));
    const next = flowNodes(seen, nodes, ['augment-2']);
    expect(next[3]?.measured).toEqual({ width: 240, height: 150 });
    expect(next.filter((card, index) => card !== seen[index])).toHaveLength(1);
  });

  it('get their outlines when a project has become large', () => {
    const few = flowNodes([], nodes.slice(0, 100), []);
    expect(few.every(({ handles }) => handles === undefined)).toBe(true);
    expect(flowNodes(few, nodes, []).every(({ handles }) => handles !== undefined)).toBe(true);
  });
});
