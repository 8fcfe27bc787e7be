/**
 * Files dropped on a browser window, kept under the data home because the engine reads pictures from disk.
 * A window sends a large folder in several calls with the same folder name.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import { errorCode, reasonOf } from './atomic-file.ts';

export interface UploadedFile {
  /** Inside the folder, with forward slashes. */
  readonly path: string;
  /** Base64. */
  readonly content: string;
}

/** Largest content of one call, bytes; keeps one message from filling the host's memory. */
export const uploadLimit = 64 * 1024 ** 2;

const reservedOnWindows = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Writes the files and answers their folder. Throws `files.upload-refused`, `document.disk-full`. */
export async function keepUpload(root: string, folder: string, files: readonly UploadedFile[]): Promise<string> {
  if (!isPlainName(folder)) refuse(folder, 'it is not a plain folder name');
  const bytes = files.reduce((sum, { content }) => sum + content.length * 0.75, 0);
  if (bytes > uploadLimit) refuse(folder, `more than ${uploadLimit / 1024 ** 2} MiB at once`);
  const base = join(root, folder);
  const placed = files.map(({ path, content }) => ({ target: placeInside(base, path), content }));
  await mkdir(base, { recursive: true });
  for (const { target, content } of placed) {
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, Buffer.from(content, 'base64'));
    } catch (error) {
      if (errorCode(error) === 'ENOSPC') throw new GraftError('document.disk-full', { path: target });
      refuse(target, reasonOf(error));
    }
  }
  return base;
}

function placeInside(base: string, path: string): string {
  const parts = path.split('/');
  if (!parts.every(isPlainName)) refuse(path, 'it does not stay inside its folder');
  const target = join(base, ...parts);
  if (!target.startsWith(base + sep)) refuse(path, 'it does not stay inside its folder');
  return target;
}

/** One step of a path that means the same everywhere: no separator, no drive, no way up, no device name. */
function isPlainName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return name !== '' && !/^\.+$/.test(name) && !/[/\\:\u0000-\u001f]/.test(name) && !reservedOnWindows.test(name);
}

function refuse(path: string, reason: string): never {
  throw new GraftError('files.upload-refused', { path, reason });
}
