/**
 * Writes whole files so that a crash, a full disk or a pulled plug leaves the old content or the new, never a mixture.
 * What is written first lies beside its goal under a name nobody can foresee, is made anew and never through a link.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import { errorCode, writeError } from './failures.ts';
import { readText } from './regular-file.ts';

/** For the eyes of its owner alone: everything in the data home. */
export const privateFile = 0o600;
export const privateFolder = 0o700;

/** Bytes handed to the file system at a time, which counts in 32 bits with a sign. */
const largestCall = 2 ** 30;

/** Longest part of a goal's name in that of its unfinished file: a name of 255 bytes is all some file systems take. */
const keptName = 40;

/** Where a file lies until it is whole. */
export function unfinishedName(path: string): string {
  // Half a character at the cut would be no name on some systems.
  const name = basename(path).slice(0, keptName).toWellFormed();
  return join(dirname(path), `.${name}.${randomBytes(9).toString('hex')}.tmp`);
}

/**
 * Write, fsync, rename. The file is the owner's own where its folder is; one that is there keeps its mode.
 * Throws `document.disk-full`, `document.unwritable`, `files.is-link`; the file is then as it was.
 */
export async function writeAtomically(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const unfinished = unfinishedName(path);
  try {
    await mkdir(dirname(path), { recursive: true, ...(mode === privateFile ? { mode: privateFolder } : {}) });
    requireNoLink(path);
    const found = await stat(path).catch(() => undefined);
    const handle = await open(unfinished, 'wx', mode ?? found?.mode ?? 0o666);
    try {
      // A full disk can end a single write half-way without an error; this one goes on until all is written.
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
  await syncFolder(dirname(path));
}

/** Makes the new name survive a power cut. Windows cannot open folders and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

export interface ReplaceOptions {
  /** Of a new file; one that is the owner's own unless said otherwise. */
  readonly mode?: number;
  /** Whether it must outlast a power cut. */
  readonly durable?: boolean;
  /** Looks at what was written under its first name; what it throws keeps the goal as it was. */
  readonly prove?: (unfinished: string) => void;
  /** Where what was there before is kept. */
  readonly keep?: string;
}

/** Puts new content into the place of a file, in this thread. Throws as `writeAtomically`. */
export function replaceFile(path: string, pieces: readonly Uint8Array[], options: ReplaceOptions = {}): void {
  const unfinished = unfinishedName(path);
  try {
    writeNewFile(unfinished, pieces, options);
    options.prove?.(unfinished);
    if (options.keep !== undefined && lstatSync(path, { throwIfNoEntry: false })) renameSync(path, options.keep);
    renameSync(unfinished, path);
    if (options.durable) syncFolderNow(dirname(path));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw writeError(path, error);
  }
}

/** Makes a file that must not be there yet. Throws the system's errors. */
export function writeNewFile(path: string, pieces: readonly Uint8Array[], options: ReplaceOptions = {}): void {
  const descriptor = openSync(path, 'wx', options.mode ?? privateFile);
  try {
    for (const piece of pieces) {
      for (let written = 0; written < piece.length;)
        written += writeSync(descriptor, piece, written, Math.min(largestCall, piece.length - written));
    }
    if (options.durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function syncFolderNow(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {}
}

/** @throws GraftError `files.is-link`: what a link points to is not for this program to replace */
export function requireNoLink(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new GraftError('files.is-link', { path, target: resolve(dirname(path), readlinkSync(path)) });
}

/** A folder of the data home, and those above it that are missing. Throws the system's errors. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: privateFolder });
}

/** Text of a file; undefined when there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
