/** Holds a packed program against the list in its archive before any of it is used. A checkout has no list to keep to. */
import { basename, dirname } from 'node:path';
import { app, dialog } from 'electron';
import { toProblem } from '#shared/messages/error.ts';
import { checkBeside, readBesideList } from '#electron/services/beside-files.ts';
import type { Program } from '#electron/services/program.ts';

export interface Integrity {
  /** What the window shows is as it was installed. Fails with a `program.…` error when it is not. */
  readonly pages: Promise<void>;
  /** So is everything else: engine, command line, Node. Takes a second or less; see docs/decisions/0041. */
  readonly all: Promise<void>;
}

export function isPacked({ root }: Pick<Program, 'root'>): boolean {
  return basename(root) === 'app.asar';
}

/** Begins at once; whoever needs a part waits for it. */
export function verifyProgram(program: Pick<Program, 'root'>): Integrity {
  if (!isPacked(program)) return { pages: Promise.resolve(), all: Promise.resolve() };
  const folder = dirname(program.root);
  const list = readBesideList(program.root);
  const pages = list.then((found) => checkBeside(folder, found, 'pages'));
  // The pages are few and what a person waits for: they go first.
  const all = pages.then(async () => checkBeside(folder, await list));
  // Whoever waits hears of it; nobody may be waiting yet.
  for (const part of [pages, all]) part.catch(() => undefined);
  return { pages, all };
}

/** Says why the program does not start, and ends it. */
export async function refuse(error: unknown): Promise<void> {
  const { message, remedy, code } = toProblem(error);
  // Before that, Linux has no window to say it in.
  await app.whenReady();
  dialog.showErrorBox('Graft does not start', `${message}\n\n${remedy}\n\n${code}`);
  app.exit(1);
}
