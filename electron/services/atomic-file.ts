/** Writes whole files so that a crash, a full disk or a pulled plug leaves the old content or the new, never a mixture. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';

const noSpace = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Write, fsync, rename. Throws `document.disk-full` or `document.unwritable`; the file is then as it was. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // A link stays a link: what it points to is replaced.
    await replace(await realpath(path).catch(() => path), text);
  } catch (error) {
    if (noSpace.has(errorCode(error))) throw new GraftError('document.disk-full', { path });
    throw new GraftError('document.unwritable', { path, reason: reasonOf(error) });
  }
}

async function replace(target: string, text: string): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const mode = await stat(target).then(
      (found) => found.mode,
      () => 0o666,
    );
    const handle = await open(temporary, 'wx', mode);
    try {
      // A full disk can end a single write half-way without an error; this one goes on until all is written.
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Makes the new name survive a power cut. Windows cannot open folders and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Text of a file; undefined when there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The system's code of a failed call, for example `ENOENT`; '' for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is a file, not a folder',
  ENOENT: 'it does not exist',
  EBUSY: 'another program is using it',
};

/** A failed file system call in plain words. */
export function reasonOf(error: unknown): string {
  return reasons[errorCode(error)] ?? (error instanceof Error ? error.message : String(error));
}
