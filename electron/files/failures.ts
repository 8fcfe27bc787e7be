/** What the file system refuses, in the catalogue's words. */
import { GraftError } from '#shared/messages/error.ts';

const noSpace = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is a file, not a folder',
  ENOENT: 'it does not exist',
  EBUSY: 'another program is using it',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a link that leads to itself',
};

/** The system's code of a failed call, for example `ENOENT`; '' for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A failed file system call in plain words. */
export function reasonOf(error: unknown): string {
  return reasons[errorCode(error)] ?? (error instanceof Error ? error.message : String(error));
}

/** Whether a write failed because nothing more fits. */
export function isDiskFull(error: unknown): boolean {
  return noSpace.has(errorCode(error));
}

/** The catalogue's error of a write to `path`; what did not come from the file system stays as it is. */
export function writeError(path: string, error: unknown): unknown {
  if (error instanceof GraftError || errorCode(error) === '') return error;
  if (isDiskFull(error)) return new GraftError('document.disk-full', { path });
  return new GraftError('document.unwritable', { path, reason: reasonOf(error) });
}

/** Runs `write`. @throws GraftError `document.disk-full`, `document.unwritable` for what the file system refuses */
export function writing<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    throw writeError(path, error);
  }
}
