/**
 * One writer a folder. Whoever means to write puts a file of its own into the folder that says which process it is, and
 * then looks whether another process that still runs has one there: two that begin at the same moment both see each
 * other, and both are refused. What a process leaves behind that has ended holds nothing, and the next one clears it away.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { GraftError } from '#shared/messages/error.ts';
import { errorCode } from './failures.ts';
import { isRunning, processMark } from './process-mark.ts';
import { readText } from './regular-file.ts';
import { privateFile, writeAtomically } from './replace.ts';

const lockSchema = z.object({
  process: z.object({ id: z.number(), started: z.string() }),
  computer: z.string(),
  /** ISO 8601. */
  since: z.string(),
  /** Whether the holder goes on although the program that started it has gone, and may be taken over. */
  alone: z.boolean(),
});
export type Holder = z.infer<typeof lockSchema>;

const lockName = /^writer-[0-9a-f]+\.lock$/;

/** Held until it is released, or its process ends. */
export interface Lock {
  /** Says that the holder goes on without the program that started it. */
  readonly standAlone: () => Promise<void>;
  readonly release: () => Promise<void>;
}

/** @throws GraftError `run.locked`, naming who writes there; `document.disk-full`, `document.unwritable` */
export async function lockFolder(folder: string): Promise<Lock> {
  const own = `writer-${randomBytes(9).toString('hex')}.lock`;
  const file = join(folder, own);
  const mark = await processMark(process.pid);
  const since = new Date().toISOString();
  const write = (alone: boolean): Promise<void> => {
    const content: Holder = { process: mark, computer: hostname(), since, alone };
    return writeAtomically(file, `${JSON.stringify(content)}\n`, privateFile);
  };
  await write(false);
  const release = (): Promise<void> => rm(file, { force: true });
  try {
    const holder = await holderOf(folder, own);
    if (holder) throw new GraftError('run.locked', { path: folder, who: describe(holder) });
    return { release, standAlone: () => write(true) };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Who writes in a folder; undefined when nobody does. What others left behind is cleared away. */
export async function holderOf(folder: string, except = ''): Promise<Holder | undefined> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => lockName.test(name));
  for (const name of names.filter((other) => other !== except)) {
    const file = join(folder, name);
    const holder = await readHolder(file);
    if (holder && (await holds(holder))) return holder;
    await rm(file, { force: true }).catch(() => undefined);
  }
  return undefined;
}

/** Nothing is known of the processes of another computer that has the folder, too: they are believed. */
async function holds({ process: mark, computer }: Holder): Promise<boolean> {
  return computer !== hostname() || isRunning(mark);
}

/** Undefined for a file that says nothing: it is written whole, so nobody is at it. Throws what the system refuses. */
async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readText(file).catch((error: unknown) => {
    // Released meanwhile. What cannot be read for another reason may well be held.
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function describe({ process: { id }, computer, since }: Holder): string {
  return `process ${id}${computer === hostname() ? '' : ` on ${computer}`}, since ${since}`;
}
