import { describe, expect, it } from 'vitest';
import { findNode } from '#shared/document/graph.ts';
import { instantiate } from '#shared/document/templates.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import type { EditAction, Situation } from '#renderer/actions/action.ts';
import { alignLeft, alignTop, spreadHorizontally } from '#renderer/actions/align.ts';
import { deleteAndJoin } from '#renderer/actions/delete-and-join.ts';
import { deleteSelection } from '#renderer/actions/delete-selection.ts';
import { duplicateAction } from '#renderer/actions/duplicate.ts';
import { nudgeRight } from '#renderer/actions/nudge.ts';
import { gridSize } from '#renderer/canvas/measures.ts';

const template = instantiate('image-classification', { dataPath: '', backbone: 'nano' });

function situation(nodes: readonly string[], rest: Partial<Situation> = {}): Situation {
  const usual = { view: 'canvas', locked: false, canUndo: false, canRedo: false, run: 'idle' } as const;
  return { document: template, selection: { nodes, wires: [] }, ...usual, ...rest };
}

function x(document: GraftDocument, id: string): number | undefined {
  return findNode(document, id)?.position.x;
}

const hasWire = (document: GraftDocument, from: string, to: string): boolean =>
  document.wires.some((wire) => wire.from.node === from && wire.to.node === to);

describe('delete', () => {
  it('removes the nodes with their wires and heals nothing', () => {
    const { document, selection } = deleteSelection.edit(situation(['augment']));
    expect(findNode(document, 'augment')).toBeUndefined();
    expect(hasWire(document, 'split', 'backbone')).toBe(false);
    expect(selection).toEqual([]);
  });

  it('joins what the node stood between when asked to', () => {
    const { document } = deleteAndJoin.edit(situation(['augment']));
    expect(hasWire(document, 'split', 'backbone')).toBe(true);
  });
});

describe('duplicate', () => {
  it('selects the copies', () => {
    const { document, selection } = duplicateAction.edit(situation(['head', 'loss']));
    expect(selection).toEqual(['head-2', 'loss-2']);
    expect(hasWire(document, 'head-2', 'loss-2')).toBe(true);
    expect(hasWire(document, 'freeze', 'head-2')).toBe(false);
  });
});

describe('arranging', () => {
  it('aligns to the leftmost and the topmost', () => {
    const left = alignLeft.edit(situation(['data', 'head'])).document;
    expect(x(left, 'head')).toBe(x(template, 'data'));
    const top = alignTop.edit(situation(['data', 'head'])).document;
    expect(findNode(top, 'head')?.position.y).toBe(findNode(template, 'data')?.position.y);
  });

  it('spreads evenly between the outermost, in their present order', () => {
    const moved: GraftDocument = {
      ...template,
      nodes: template.nodes.map((node) => (node.id === 'split' ? { ...node, position: { x: 10, y: 0 } } : node)),
    };
    const spread = spreadHorizontally.edit(situation(['data', 'split', 'augment'], { document: moved })).document;
    const [first, middle, last] = ['data', 'split', 'augment'].map((id) => x(spread, id) ?? Number.NaN);
    expect(middle).toBe(Math.round(((first ?? 0) + (last ?? 0)) / 2));
  });

  it('nudges by one step of the grid and leaves the rest', () => {
    const { document } = nudgeRight.edit(situation(['head']));
    expect(x(document, 'head')).toBe((x(template, 'head') ?? 0) + gridSize);
    expect(findNode(document, 'loss')).toBe(findNode(template, 'loss'));
  });
});

describe('availability', () => {
  const actions: readonly EditAction[] = [deleteSelection, deleteAndJoin, duplicateAction, nudgeRight];

  it.each(actions.map((action) => [action.name, action] as const))('%s needs a selection', (_, action) => {
    expect(action.when?.(situation([]))).toBe(false);
    expect(action.when?.(situation(['head']))).toBe(true);
  });

  it.each(actions.map((action) => [action.name, action] as const))('%s respects the lock', (_, action) => {
    expect(action.when?.(situation(['head'], { locked: true }))).toBe(false);
  });
});
