/** Folder listings for the in-app file dialog, the same in every host. */
import { access, readdir, stat } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GraftError } from '#shared/messages/error.ts';
import { errorCode, reasonOf } from '#electron/files/failures.ts';

interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly folder: boolean;
  readonly bytes: number;
}

export interface FolderListing {
  /** Absolute; '' is the list of drives on Windows. */
  readonly folder: string;
  readonly parent: string | null;
  readonly entries: readonly FolderEntry[];
  /** Which of its files was asked for in its place. */
  readonly file?: string;
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** A path as people paste it: in quotes, from a terminal or an address bar. */
export function meantPath(text: string, home: string): string {
  const bare = text.trim().replace(/^(["'])(.*)\1$/su, '$2');
  if (/^file:\/\//iu.test(bare)) {
    try {
      return fileURLToPath(bare);
    } catch {
      return bare;
    }
  }
  return /^~(?=$|[\\/])/u.test(bare) ? home + bare.slice(1) : bare;
}

/**
 * Sub-folders first, then files with one of the endings (all files when there are none); hidden entries are left
 * out. '' starts at `start`. Throws `files.folder-unreadable`.
 */
export async function listFolder(
  folder: string,
  endings: readonly string[],
  start: string,
  platform: NodeJS.Platform = process.platform,
): Promise<FolderListing> {
  if (folder === drives && platform === 'win32') return { folder, parent: null, entries: await listDrives() };
  const asked = resolve(folder === '' ? start : folder);
  const file = (await stat(asked).catch(() => undefined))?.isFile() === true ? asked : undefined;
  const path = file === undefined ? asked : dirname(asked);
  const entries = await readEntries(path, endings);
  const parent = dirname(path);
  const above = parent === path ? (platform === 'win32' ? drives : null) : parent;
  return { folder: path, parent: above, entries, ...(file === undefined ? {} : { file }) };
}

/** The parent of a drive's root on Windows. */
const drives = 'drives:';

async function readEntries(path: string, endings: readonly string[]): Promise<FolderEntry[]> {
  try {
    const names = await readdir(path);
    const entries = await Promise.all(
      names
        .filter((name) => !name.startsWith('.'))
        .map(async (name): Promise<FolderEntry[]> => {
          const entry = join(path, name);
          // A link to nowhere, or an entry removed meanwhile.
          const found = await stat(entry).catch(() => undefined);
          if (!found) return [];
          const folder = found.isDirectory();
          if (!folder && !(found.isFile() && hasEnding(name, endings))) return [];
          return [{ name, path: entry, folder, bytes: folder ? 0 : found.size }];
        }),
    );
    return entries.flat().toSorted(compareEntries);
  } catch (error) {
    throw new GraftError('files.folder-unreadable', {
      path,
      reason: errorCode(error) === 'ENOTDIR' ? 'it is not a folder' : reasonOf(error),
    });
  }
}

function hasEnding(name: string, endings: readonly string[]): boolean {
  return endings.length === 0 || endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
}

function compareEntries(left: FolderEntry, right: FolderEntry): number {
  return left.folder === right.folder ? byName.compare(left.name, right.name) : left.folder ? -1 : 1;
}

async function listDrives(): Promise<FolderEntry[]> {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const found = await Promise.all(
    letters.map(async (letter): Promise<FolderEntry[]> => {
      const path = `${letter}:\\`;
      const present = await access(path).then(
        () => true,
        () => false,
      );
      return present ? [{ name: parse(path).root, path, folder: true, bytes: 0 }] : [];
    }),
  );
  return found.flat();
}
