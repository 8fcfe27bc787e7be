/** What lies in a folder, quickly: one directory read a folder, and file states in parallel. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Endings of the formats every build of the decoder reads. */
const pictureEndings = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);

const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Natural order, the same on every machine; names the collator holds equal are ordered by their characters. */
export function compareNames(a: string, b: string): number {
  return naturalOrder.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Names of the sub-folders and pictures directly in a folder, sorted; system and hidden ones are passed over. */
export async function listFolder(
  path: string,
  { followLinks = true } = {},
): Promise<{ folders: string[]; pictures: string[] }> {
  const folders: string[] = [];
  const pictures: string[] = [];
  const visible = (await readdir(path, { withFileTypes: true })).filter(isVisible);
  for (const entry of visible) {
    const linked = followLinks && entry.isSymbolicLink() && (await isFolder(join(path, entry.name)));
    if (entry.isDirectory() || linked) folders.push(entry.name);
    else if (isPicture(entry.name)) pictures.push(entry.name);
  }
  return { folders: folders.toSorted(compareNames), pictures: pictures.toSorted(compareNames) };
}

/** Every picture in `folder` and below, as paths relative to `root`, sorted. Linked folders within are not entered. */
export async function listPictures(root: string, folder: string): Promise<string[]> {
  const { folders, pictures } = await listFolder(join(root, folder), { followLinks: false });
  const deeper = await Promise.all(folders.map((name) => listPictures(root, join(folder, name))));
  return [...pictures.map((name) => join(folder, name)), ...deeper.flat()];
}

export interface Stamp {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Requests in flight at a time: more than the native thread pool has threads, so that it never idles. */
const inFlight = 64;

/** Size and time of each file, by path; files that vanished meanwhile, and broken links, count as empty. */
export async function stamp(root: string, paths: readonly string[]): Promise<Map<string, Stamp>> {
  const states: Stamp[] = Array.from({ length: paths.length });
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < paths.length) {
      const at = next++;
      states[at] = await stat(join(root, paths[at] as string)).then(
        ({ size, mtimeMs }) => ({ bytes: size, modified: mtimeMs }),
        () => ({ bytes: 0, modified: 0 }),
      );
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return new Map(paths.map((path, index) => [path, states[index] as Stamp]));
}

function isVisible({ name }: Dirent): boolean {
  return !name.startsWith('.') && name !== '__MACOSX';
}

function isPicture(name: string): boolean {
  return pictureEndings.has(extname(name).toLowerCase());
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (state) => state.isDirectory(),
    () => false,
  );
}
