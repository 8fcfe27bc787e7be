/** Opening, saving and leaving projects. Nothing here replaces unsaved work without asking. */
import { notifications } from '@mantine/notifications';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import type { ErrorCode } from '#shared/messages/catalogue.ts';
import { host, problemOf } from '#renderer/platform/host.ts';
import { documentToWrite, isUnsaved, markSaved, projectName, replaceDocument, useDocument } from './document.ts';
import { useComparison } from './comparison.ts';
import { useRun } from './run.ts';
import { ask, askForPath, select, useInterface } from './interface.ts';

/** Shows a failed call as its sentence and remedy. */
export function reportFailure(thrown: unknown): void {
  const { message, remedy } = problemOf(thrown);
  notifications.show({ color: 'red', title: message, message: remedy, autoClose: 8000 });
}

function show(document: GraftDocument, path: string, options: Parameters<typeof replaceDocument>[2] = {}): void {
  select([]);
  useRun.getState().clear();
  useComparison.setState({ runs: new Map() });
  replaceDocument(document, path, options);
  useInterface.setState({ view: 'canvas' });
}

/** Asks what to do with unsaved work; true when the window may show something else. */
async function mayLeave(): Promise<boolean> {
  const state = useDocument.getState();
  if (!isUnsaved(state)) return true;
  const choice = await ask({
    title: 'Unsaved work',
    message: `${projectName(state)} has changes that are not saved.`,
    choices: [
      { name: 'discard', label: 'Discard changes' },
      { name: 'save', label: 'Save', primary: true },
    ],
  });
  if (choice === 'save') return saveProject();
  if (choice !== 'discard') return false;
  await host.documents.dropRecovery({ key: state.recoveryKey }).catch(reportFailure);
  return true;
}

export async function newProject(document: GraftDocument = emptyDocument): Promise<void> {
  if (await mayLeave()) show(document, '');
}

/** Opens a .graft file; one that an older version wrote is migrated, a newer one is refused with a sentence. */
export async function openProject(path: string): Promise<void> {
  if (!(await mayLeave())) return;
  try {
    const opened = await host.documents.open({ path });
    show(opened.document, opened.path, { unsaved: opened.recovered, version: opened.version });
  } catch (thrown) {
    reportFailure(thrown);
  }
}

/** Opens the text of a .graft file that was dropped on a browser window, as a project not saved yet. */
export async function openProjectText(text: string, name: string): Promise<void> {
  if (!(await mayLeave())) return;
  try {
    const opened = await host.documents.parse({ text, name });
    show(opened.document, opened.path, { unsaved: true });
  } catch (thrown) {
    reportFailure(thrown);
  }
}

export async function chooseAndOpenProject(): Promise<void> {
  const path = await askForPath({ title: 'Open project', mode: 'open', endings: ['.graft'] });
  if (path !== undefined) await openProject(path);
}

/** Takes up work that a crash or a closed window left behind. */
export function restoreRecovery(recovery: { key: string; path: string; document: GraftDocument }): void {
  show(recovery.document, recovery.path, { unsaved: true, recoveryKey: recovery.key });
}

/** Refusals to replace a file, and what a person is asked then. */
const replacing: Partial<Record<ErrorCode, string>> = {
  'document.exists': 'Replace the project that is there?',
  'document.changed-elsewhere': 'The file has changed',
};

/** @param over the version that may be replaced; '' for nothing, undefined for whatever is there */
async function write(path: string, over: string | undefined): Promise<boolean> {
  const { document, recoveryKey } = useDocument.getState();
  try {
    const saved = await host.documents.save({
      document: documentToWrite(),
      path,
      ...(over === undefined ? {} : { over }),
    });
    markSaved(document, saved);
    // Of the project as it was, and of what was there before under the same name.
    for (const key of new Set([recoveryKey, saved.path])) await host.documents.dropRecovery({ key });
    return true;
  } catch (thrown) {
    const { code, message } = problemOf(thrown);
    const title = replacing[code];
    if (title === undefined) {
      reportFailure(thrown);
      return false;
    }
    const choice = await ask({
      title,
      message,
      choices: [
        { name: 'replace', label: 'Replace it' },
        { name: 'elsewhere', label: 'Save under another name…', primary: true },
      ],
    });
    if (choice === 'replace') return write(path, undefined);
    return choice === 'elsewhere' ? saveProjectAs() : false;
  }
}

/** Saves to the project's file, asking for one the first time. False when it was not saved. */
export async function saveProject(): Promise<boolean> {
  const { path, version } = useDocument.getState();
  return path === '' ? saveProjectAs() : write(path, version);
}

export async function saveProjectAs(): Promise<boolean> {
  const state = useDocument.getState();
  const title = state.document.title === '' ? 'project' : state.document.title;
  const suggestedName = state.path === '' ? `${title.replaceAll(/[^\p{L}\p{N} ._-]/gu, '')}.graft` : projectName(state);
  const path = await askForPath({ title: 'Save project', mode: 'save', endings: ['.graft'], suggestedName });
  if (path === undefined) return false;
  return write(path, path === state.path ? state.version : '');
}

/** Seconds between copies of unsaved work; a crash loses no more than this. */
const recoverySeconds = 3;

/** Keeps unsaved work in a recovery file and warns before the window is closed; answers a function that ends it. */
export function guardUnsavedWork(): () => void {
  let kept: GraftDocument | undefined;
  const keep = async (): Promise<void> => {
    const state = useDocument.getState();
    if (!isUnsaved(state) || state.document === kept) return;
    kept = state.document;
    try {
      await host.documents.keepRecovery({ key: state.recoveryKey, document: state.document, path: state.path });
    } catch {
      // Tried again with the next tick; the connection banner already says what is wrong.
      kept = undefined;
    }
  };
  const timer = window.setInterval(() => void keep(), recoverySeconds * 1000);
  const warn = (event: BeforeUnloadEvent): void => {
    if (isUnsaved(useDocument.getState())) event.preventDefault();
  };
  window.addEventListener('beforeunload', warn);
  return () => {
    window.clearInterval(timer);
    window.removeEventListener('beforeunload', warn);
  };
}
