/**
 * What large folders held when they were listed last, kept in memory and in `listings/` of the data home: the
 * assistant describes a folder, the estimator and the trainer read it after that, and each is a process of its own.
 */
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readTextSync } from '#electron/files/regular-file.ts';
import { makePrivateFolder, replaceFile } from '#electron/files/replace.ts';
import { listingsFolder } from '#electron/engine/paths.ts';
import type { ListedFolders } from './listing.ts';

/** Smaller folders are listed again in less time than their file is read. */
const worthAFile = 1000;
/** Files of folders that were listed least recently make room. */
const keptFiles = 16;
/** Bytes of one; a million pictures take a tenth of it. */
const largestListing = 2 ** 30;
/** Folders whose listing stays in memory. */
const keptInMemory = 2;

const numbers = z.array(z.number());
const names = z.array(z.string());
const folderSchema = z.object({
  mark: z.string(),
  folders: names,
  links: names,
  pictures: names,
  linked: names,
  others: z.record(z.string(), z.number()),
  states: z.object({ bytes: numbers, modified: numbers }).exactOptional(),
});
const fileSchema = z.object({ format: z.literal(2), path: z.string(), folders: z.record(z.string(), folderSchema) });

/** Most recently used last. */
const remembered = new Map<string, ListedFolders>();
const nothing: ListedFolders = new Map();

/** What a folder held when it was listed last; empty where nobody knows. */
export function recallListing(path: string): ListedFolders {
  return remembered.get(path) ?? readListing(path) ?? nothing;
}

/** Where keeping is refused, the next process lists for itself. */
export function keepListing(path: string, folders: ListedFolders): void {
  const isNews = remembered.get(path) !== folders;
  remembered.delete(path);
  remembered.set(path, folders);
  for (const oldest of [...remembered.keys()].slice(0, -keptInMemory)) remembered.delete(oldest);
  const pictures = [...folders.values()].reduce((sum, folder) => sum + folder.pictures.length, 0);
  if (!isNews || pictures < worthAFile) return;
  const file = fileOf(path);
  try {
    makePrivateFolder(listingsFolder());
    const content = JSON.stringify({ format: 2, path, folders: Object.fromEntries(folders) });
    replaceFile(file, [Buffer.from(content)]);
    makeRoom();
  } catch {}
}

function readListing(path: string): ListedFolders | undefined {
  try {
    const kept = fileSchema.parse(JSON.parse(readTextSync(fileOf(path), largestListing)));
    if (kept.path !== path) return undefined;
    const folders: ListedFolders = new Map(Object.entries(kept.folders));
    remembered.set(path, folders);
    return folders;
  } catch {
    return undefined;
  }
}

function makeRoom(): void {
  const folder = listingsFolder();
  const files = readdirSync(folder).map((name) => join(folder, name));
  const newestFirst = files
    .map((file) => ({ file, written: statSync(file).mtimeMs }))
    .toSorted((left, right) => right.written - left.written);
  for (const { file } of newestFirst.slice(keptFiles)) rmSync(file, { force: true });
}

function fileOf(path: string): string {
  return join(listingsFolder(), `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
}
