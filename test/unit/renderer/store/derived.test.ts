import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, disconnect, moveNodes, renameNode, setParameter } from '#shared/document/edits.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { followDerived, useDerived } from '#renderer/store/derived.ts';
import { edit, replaceDocument, setViewport, undo } from '#renderer/store/document.ts';
import { at, project } from '#test/support/documents.ts';

// Facts come over a connection, which there is none of here.
vi.mock(import('#renderer/store/facts.ts'), async () => {
  const { create } = await import('zustand');
  const facts = { facts: { problems: [] }, loading: false, forecasting: false };
  return { useFacts: create(() => facts), followFacts: () => () => undefined };
});

let end: () => void;

beforeEach(() => {
  replaceDocument(project(), '');
  end = followDerived();
});
afterEach(() => end());

/** Whether a change made anything be looked at anew. */
function lookedAnewAfter(change: (document: GraftDocument) => GraftDocument): boolean {
  const before = useDerived.getState().live;
  edit(change);
  return useDerived.getState().live !== before;
}

describe('what follows from the document', () => {
  it.each<[string, (document: GraftDocument) => GraftDocument]>([
    ['settings', (document) => setParameter(document, 'head', 'dropout', 0.5)],
    ['titles', (document) => renameNode(document, 'head', 'Mine')],
    ['wires', (document) => disconnect(document, document.wires.slice(0, 1))],
    ['other wires', (document) => connect(document, at('data.samples'), at('backbone.samples'))],
    ['nodes that are gone', (document) => ({ ...document, nodes: document.nodes.slice(1) })],
    ['nodes in another order', (document) => ({ ...document, nodes: document.nodes.toReversed() })],
  ])('follows %s', (_, change) => expect(lookedAnewAfter(change)).toBe(true));

  it('stays while cards are moved or the view is', () => {
    expect(lookedAnewAfter((document) => moveNodes(document, new Map([['head', { x: 1, y: 2 }]])))).toBe(false);
    const before = useDerived.getState();
    setViewport({ x: 1, y: 2, zoom: 1 });
    expect(useDerived.getState()).toBe(before);
  });

  it('is right after a move and then something else, and back', () => {
    edit((document) => moveNodes(document, new Map([['head', { x: 1, y: 2 }]])));
    edit((document) => setParameter(document, 'head', 'dropout', 2));
    expect([...useDerived.getState().sentences.keys()]).toEqual(['head']);
    undo();
    expect(useDerived.getState().problems).toEqual([]);
  });
});
