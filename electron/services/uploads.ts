/**
 * Files dropped on a browser window, kept under the data home because the engine reads pictures from disk.
 * A window sends a large folder in several calls: the first names it, the others say the path that was answered.
 * Two folders that happen to have one name never mix.
 */
import { lstat, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { numberedFolder } from './numbered-folder.ts';
import { GraftError } from '#shared/messages/error.ts';
import { isDiskFull, reasonOf } from '#electron/files/failures.ts';
import { privateFile, privateFolder, writeAtomically } from '#electron/files/replace.ts';

export interface UploadedFile {
  /** Inside the folder, with forward slashes. */
  readonly path: string;
  /** Base64. */
  readonly content: string;
}

/** Largest content of one call, bytes; keeps one message from filling the host's memory. */
export const uploadLimit = 64 * 1024 ** 2;

const reservedOnWindows = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Writes the files into a new folder of this name, or into one that an earlier call answered, and answers its path.
 * Throws `files.upload-refused`, `document.disk-full`.
 */
export async function keepUpload(root: string, folder: string, files: readonly UploadedFile[]): Promise<string> {
  const continued = dirname(folder) === root && isPlainName(basename(folder));
  if (!continued && !isPlainName(folder)) refuse(folder, 'it is not a plain folder name');
  const bytes = files.reduce((sum, { content }) => sum + content.length * 0.75, 0);
  if (bytes > uploadLimit) refuse(folder, `more than ${uploadLimit / 1024 ** 2} MiB at once`);
  // All are looked at before anything is written.
  const inside = files.map(({ path, content }) => ({ parts: partsInside(path), content }));
  const base = continued ? folder : await refusable(folder, () => numberedFolder(root, folder));
  for (const { parts, content } of inside) {
    const target = join(base, ...parts);
    await refusable(target, async () => {
      await enterFolder(base, parts.slice(0, -1));
      await writeAtomically(target, Buffer.from(content, 'base64'), privateFile);
    });
  }
  return base;
}

/** The folders on the way to a file, made where they are missing; a link among them would lead elsewhere. */
async function enterFolder(base: string, parts: readonly string[]): Promise<void> {
  let folder = base;
  for (const part of ['', ...parts]) {
    folder = join(folder, part);
    const found = await lstat(folder).catch(() => undefined);
    if (found && !found.isDirectory()) refuse(folder, 'there is something else of that name');
    if (!found) await mkdir(folder, { mode: privateFolder });
  }
}

async function refusable<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GraftError && error.code !== 'document.unwritable') throw error;
    if (isDiskFull(error)) throw new GraftError('document.disk-full', { path });
    return refuse(path, reasonOf(error));
  }
}

function partsInside(path: string): string[] {
  const parts = path.split('/');
  if (!parts.every(isPlainName)) refuse(path, 'it does not stay inside its folder');
  return parts;
}

/** Bytes of a name that every file system takes. */
const longestName = 255;

/** One step of a path that means the same everywhere: no separator, no drive, no way up, no device name. */
export function isPlainName(name: string): boolean {
  if (name === '' || Buffer.byteLength(name) > longestName) return false;
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return !/^\.+$/.test(name) && !/[/\\:\u0000-\u001f]/.test(name) && !reservedOnWindows.test(name);
}

function refuse(path: string, reason: string): never {
  const shown = path.length > longestShown ? `${path.slice(0, longestShown)}…` : path;
  throw new GraftError('files.upload-refused', { path: shown, reason });
}

/** Characters of a name that are said again. */
const longestShown = 120;
