/** Copies of what was brought, which the data home holds: to be seen with their sizes, and to be removed. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import type { BroughtCopy } from '#shared/protocol/look.ts';
import type { DataHome } from './data-home.ts';

type Places = Pick<DataHome, 'uploads' | 'unpacked' | 'gathered'>;

/** The largest first. What is on its way has a name that begins with a dot, and is no copy yet. */
export async function listCopies(places: Places): Promise<BroughtCopy[]> {
  const kinds = ['uploads', 'unpacked', 'gathered'] as const;
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const names = (await readdir(places[kind]).catch((): string[] => [])).filter((name) => !name.startsWith('.'));
      return Promise.all(names.map((name) => measure(join(places[kind], name), kind)));
    }),
  );
  return found.flat().toSorted((left, right) => right.bytes - left.bytes || (left.path < right.path ? -1 : 1));
}

/** Removes one of those that are listed, and nothing else. Links in it are removed, not what they lead to. */
export async function removeCopy(places: Places, path: string): Promise<void> {
  const isCopy = Object.values({
    uploads: places.uploads,
    unpacked: places.unpacked,
    gathered: places.gathered,
  }).includes(dirname(path));
  if (!isCopy || basename(path).startsWith('.')) throw new GraftError('files.not-a-copy', { path });
  await rm(path, { recursive: true, force: true });
}

async function measure(path: string, kind: BroughtCopy['kind']): Promise<BroughtCopy> {
  const root = await lstat(path);
  let [bytes, files] = [0, 0];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    files++;
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return { path, name: basename(path), kind, files, bytes, made: root.birthtime.toISOString() };
}
