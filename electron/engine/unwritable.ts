/** Failed writes in the catalogue's words. */
import { GraftError } from '#shared/messages/error.ts';

const noSpace = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Runs `write`. @throws GraftError `document.disk-full`, `document.unwritable` for what the file system refuses */
export function writing<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (noSpace.has(code)) throw new GraftError('document.disk-full', { path });
    throw new GraftError('document.unwritable', { path, reason: message });
  }
}
