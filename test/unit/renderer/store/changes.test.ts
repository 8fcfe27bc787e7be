import { describe, expect, it } from 'vitest';
import { disconnect, moveNodes, removeNodes, renameNode, setParameter } from '#shared/document/edits.ts';
import { instantiate } from '#shared/document/templates.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { changedSince, isSameWork } from '#renderer/store/changes.ts';

const started = instantiate('image-classification', { dataPath: '/data', backbone: 'nano' });

function changed(document: GraftDocument): string[] {
  return document.nodes.filter((node) => changedSince(started, document, node)).map(({ id }) => id);
}

describe('changedSince', () => {
  it('names the nodes whose settings or wires differ', () => {
    expect(changed(setParameter(started, 'head', 'dropout', 0.5))).toEqual(['head']);
    const cut = disconnect(
      started,
      started.wires.filter(({ to }) => to.node === 'loss'),
    );
    expect(changed(cut)).toEqual(['loss']);
  });

  it('does not mind where a card stands or what it is called', () => {
    const moved = moveNodes(started, new Map([['head', { x: 9, y: 9 }]]));
    expect(changed(renameNode(moved, 'head', 'Mine'))).toEqual([]);
  });

  it('forgets a change that was taken back', () => {
    const there = setParameter(started, 'head', 'dropout', 0.5);
    expect(changed(setParameter(there, 'head', 'dropout', undefined))).toEqual([]);
  });

  it('counts a new node', () => {
    const without = { ...started, nodes: started.nodes.filter(({ id }) => id !== 'split') };
    const node = started.nodes.find(({ id }) => id === 'split');
    expect(node && changedSince(without, started, node)).toBe(true);
  });
});

describe('isSameWork', () => {
  it('minds settings, wires and nodes that are gone, and nothing else', () => {
    expect(isSameWork(started, moveNodes(started, new Map([['head', { x: 9, y: 9 }]])))).toBe(true);
    expect(isSameWork(started, setParameter(started, 'head', 'dropout', 0.5))).toBe(false);
    expect(isSameWork(started, removeNodes(started, ['export']))).toBe(false);
    expect(isSameWork(removeNodes(started, ['export']), started)).toBe(false);
  });
});
