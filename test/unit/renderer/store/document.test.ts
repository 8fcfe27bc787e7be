import { beforeEach, describe, expect, it, vi } from 'vitest';
import { addNode, renameNode } from '#shared/document/edits.ts';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import {
  documentToWrite,
  edit,
  isUnsaved,
  markSaved,
  projectName,
  redo,
  replaceDocument,
  setViewport,
  undo,
  useDocument,
} from '#renderer/store/document.ts';

const withHead = addNode(emptyDocument, { kind: 'head', position: { x: 0, y: 0 } }).document;
const current = (): GraftDocument => useDocument.getState().document;
const titled = (title: string) => (document: GraftDocument) => renameNode(document, 'head', title);
const history = () => useDocument.temporal.getState();

beforeEach(() => replaceDocument(withHead, ''));

describe('edit', () => {
  it('makes one undo step of each edit', () => {
    edit(titled('a'));
    edit(titled('b'));
    undo();
    expect(current().nodes[0]?.title).toBe('a');
    undo();
    expect(current()).toBe(withHead);
    redo();
    redo();
    expect(current().nodes[0]?.title).toBe('b');
  });

  it('makes one undo step of a gesture, and another of the next one', () => {
    for (const title of ['h', 'he', 'hea']) edit(titled(title), 'head.title');
    edit(titled('other'), 'somewhere else');
    undo();
    expect(current().nodes[0]?.title).toBe('hea');
    undo();
    expect(current()).toBe(withHead);
  });

  it('begins a new step when a gesture rests', () => {
    vi.useFakeTimers();
    try {
      edit(titled('first'), 'head.title');
      vi.advanceTimersByTime(5000);
      edit(titled('second'), 'head.title');
      undo();
      expect(current().nodes[0]?.title).toBe('first');
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not continue a gesture across an undo', () => {
    edit(titled('first'), 'head.title');
    undo();
    edit(titled('second'), 'head.title');
    undo();
    expect(current()).toBe(withHead);
  });

  it('leaves no trace when nothing changes', () => {
    edit((document) => document);
    expect(history().pastStates).toHaveLength(0);
  });
});

describe('the viewport', () => {
  it('is written with the document and is no part of undo', () => {
    setViewport({ x: 3, y: 4, zoom: 0.5 });
    expect(history().pastStates).toHaveLength(0);
    edit(titled('a'));
    undo();
    expect(documentToWrite().viewport).toEqual({ x: 3, y: 4, zoom: 0.5 });
  });
});

describe('unsaved work', () => {
  it('is what differs from the file; undoing back to it makes it saved again', () => {
    expect(isUnsaved(useDocument.getState())).toBe(false);
    edit(titled('a'));
    expect(isUnsaved(useDocument.getState())).toBe(true);
    undo();
    expect(isUnsaved(useDocument.getState())).toBe(false);
  });

  it('ends with saving, under the name of the file', () => {
    edit(titled('a'));
    markSaved(current(), { path: '/home/me/pets.graft', version: 'v' });
    expect(isUnsaved(useDocument.getState())).toBe(false);
    expect(projectName(useDocument.getState())).toBe('pets.graft');
  });

  it('is there from the start in a recovered project, whose recovery file stays its own', () => {
    replaceDocument(withHead, '/home/me/pets.graft', { unsaved: true, recoveryKey: 'key' });
    expect(isUnsaved(useDocument.getState())).toBe(true);
    expect(useDocument.getState().recoveryKey).toBe('key');
  });
});

describe('replaceDocument', () => {
  it('starts the history afresh and counts the opening', () => {
    edit(titled('a'));
    const { openings } = useDocument.getState();
    replaceDocument(emptyDocument, '');
    expect(history().pastStates).toHaveLength(0);
    expect(useDocument.getState().openings).toBe(openings + 1);
  });
});
