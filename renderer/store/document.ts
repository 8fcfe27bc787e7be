/**
 * The open project and its undo history. The document itself is immutable and is only replaced; one call of
 * `edit` is one undo step unless it continues a gesture (typing in a field, dragging a slider).
 */
import { temporal } from 'zundo';
import { create } from 'zustand';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';

export type Viewport = NonNullable<GraftDocument['viewport']>;

interface DocumentState {
  readonly document: GraftDocument;
  /** Absolute path of the .graft file; '' while never saved. */
  readonly path: string;
  /** The document as it is on disk; it is unsaved work that differs from it. */
  readonly saved: GraftDocument;
  /** Names this project's recovery file: the path, or an id made up for a project that was never saved. */
  readonly recoveryKey: string;
  /** What the file held when it was read or written last; undefined where that is not known. */
  readonly version: string | undefined;
  /** Where the person looks. Written with the document, never part of undo. */
  readonly viewport: Viewport | undefined;
  /** Counts the projects shown so far, so that the canvas knows a new one. */
  readonly openings: number;
}

/** Edits with the same gesture name within this time are one undo step. */
const gestureMilliseconds = 1000;
const historyLength = 500;

export const useDocument = create<DocumentState>()(
  temporal(
    (): DocumentState => ({
      document: emptyDocument,
      path: '',
      version: undefined,
      saved: emptyDocument,
      recoveryKey: newRecoveryKey(),
      viewport: undefined,
      openings: 0,
    }),
    {
      partialize: ({ document }) => ({ document }),
      equality: (past, current) => past.document === current.document,
      limit: historyLength,
    },
  ),
);

let lastGesture = { name: '', time: 0 };

function newRecoveryKey(): string {
  return `unsaved-${crypto.randomUUID()}`;
}

/**
 * Changes the document. `gesture` names what the person is doing when it takes many changes, for example
 * `head.dropout`: changes of one gesture in quick succession are undone together.
 */
export function edit(change: (document: GraftDocument) => GraftDocument, gesture = ''): void {
  const { document } = useDocument.getState();
  const next = change(document);
  if (next === document) return;
  const now = Date.now();
  const continues = gesture !== '' && gesture === lastGesture.name && now - lastGesture.time < gestureMilliseconds;
  const history = useDocument.temporal.getState();
  if (continues) history.pause();
  useDocument.setState({ document: next });
  if (continues) history.resume();
  lastGesture = { name: gesture, time: now };
}

export function undo(): void {
  lastGesture = { name: '', time: 0 };
  useDocument.temporal.getState().undo();
}

export function redo(): void {
  lastGesture = { name: '', time: 0 };
  useDocument.temporal.getState().redo();
}

/** Puts another project in the window and starts its history afresh. `saved` is what its file holds, if it has one. */
export function replaceDocument(
  document: GraftDocument,
  path: string,
  options: { readonly unsaved?: boolean; readonly recoveryKey?: string; readonly version?: string } = {},
): void {
  useDocument.setState(({ openings }) => ({
    document,
    path,
    version: options.version,
    saved: options.unsaved === true ? { ...document } : document,
    recoveryKey: options.recoveryKey ?? (path === '' ? newRecoveryKey() : path),
    viewport: document.viewport,
    openings: openings + 1,
  }));
  lastGesture = { name: '', time: 0 };
  useDocument.temporal.getState().clear();
}

/** What its runs are called by: the title, else the file's name without its ending. */
export function projectTitle(title: string, path: string): string {
  return title === '' ? path.replace(/^.*[\\/]/u, '').replace(/\.graft$/iu, '') : title;
}

/** Whether there is anything on the canvas to go back to. */
export function hasProject({ document, path }: Pick<DocumentState, 'document' | 'path'>): boolean {
  return path !== '' || document.nodes.length > 0;
}

/** Notes that `document` is now what the file at `path` holds. */
export function markSaved(document: GraftDocument, { path, version }: { path: string; version: string }): void {
  useDocument.setState({ saved: document, path, version, recoveryKey: path });
}

export function setViewport(viewport: Viewport): void {
  useDocument.setState({ viewport });
}

/** The document as it should be written: with the viewport. */
export function documentToWrite(): GraftDocument {
  const { document, viewport } = useDocument.getState();
  return viewport === undefined ? document : { ...document, viewport };
}

export function isUnsaved(state: Pick<DocumentState, 'document' | 'saved'>): boolean {
  return state.document !== state.saved;
}

/** What the window shows as the project's name. */
export function projectName(state: Pick<DocumentState, 'document' | 'path'>): string {
  const file = state.path.split(/[\\/]/).at(-1) ?? '';
  if (file !== '') return file;
  return state.document.title === '' ? 'Untitled' : state.document.title;
}
