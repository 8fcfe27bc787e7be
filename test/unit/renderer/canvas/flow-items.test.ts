import { describe, expect, it } from 'vitest';
import { moveNodes, renameNode } from '#shared/document/edits.ts';
import { wireId } from '#shared/document/model.ts';
import { instantiate } from '#shared/document/templates.ts';
import { flowEdges, flowNodes } from '#renderer/canvas/flow-items.ts';

const template = instantiate('image-classification', { dataPath: '', backbone: 'nano' });

describe('flowNodes', () => {
  const items = flowNodes([], template.nodes, ['head']);

  it('reuses every item whose part of the document is the same', () => {
    const renamed = renameNode(template, 'loss', 'Mine');
    const next = flowNodes(items, renamed.nodes, ['head']);
    const changed = next.filter((item, index) => item !== items[index]).map(({ id }) => id);
    expect(changed).toEqual(['loss']);
    expect(next.find(({ id }) => id === 'loss')?.ariaLabel).toBe('Mine');
  });

  it('keeps what was measured, and the place of a card under a drag', () => {
    const dragged = items.map((item) =>
      item.id === 'loss' ? { ...item, position: { x: 7, y: 8 }, measured: { width: 240, height: 120 } } : item,
    );
    const next = flowNodes(dragged, renameNode(template, 'loss', 'Mine').nodes, []).find(({ id }) => id === 'loss');
    expect(next?.position).toEqual({ x: 7, y: 8 });
    expect(next?.measured).toEqual({ width: 240, height: 120 });
  });

  it("takes the document's position when that has changed", () => {
    const moved = moveNodes(template, new Map([['loss', { x: 1, y: 2 }]]));
    expect(flowNodes(items, moved.nodes, []).find(({ id }) => id === 'loss')?.position).toEqual({ x: 1, y: 2 });
  });

  it('marks the selected ones', () => {
    expect(items.filter(({ selected }) => selected).map(({ id }) => id)).toEqual(['head']);
  });
});

describe('flowEdges', () => {
  it('names each wire for a screen reader and knows what it carries', () => {
    const [first] = flowEdges([], template, []);
    expect(first?.ariaLabel).toBe('samples from Photos to Split');
    expect(first?.data?.type).toBe('samples');
  });

  it('reuses the items of wires that did not change', () => {
    const edges = flowEdges([], template, []);
    const [wire] = template.wires;
    const next = flowEdges(edges, template, wire === undefined ? [] : [wireId(wire)]);
    expect(next.filter((edge, index) => edge !== edges[index])).toHaveLength(1);
  });
});
