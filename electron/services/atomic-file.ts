/** Writes whole files so that a crash, a full disk or a pulled plug leaves the old content or the new, never a mixture. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { GraftError } from '#shared/messages/error.ts';

const noSpace = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Write, fsync, rename. Throws `document.disk-full` or `document.unwritable`; the file is then as it was. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, text, { encoding: 'utf8', fsync: true });
  } catch (error) {
    if (noSpace.has(errorCode(error))) throw new GraftError('document.disk-full', { path });
    throw new GraftError('document.unwritable', { path, reason: reasonOf(error) });
  }
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
