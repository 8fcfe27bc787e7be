/** Small pictures for the screen, as WebP data URLs. */
import { stat } from 'node:fs/promises';
import type { AugmentRange } from './augment.ts';
import { sharedDecoder } from './decoder.ts';

/** Memory the remembered thumbnails may take, counted in characters of their URLs. */
const memoryLimit = 48_000_000;

/** Insertion order is order of use, oldest first. */
const remembered = new Map<string, string>();
let rememberedLength = 0;

/**
 * Square thumbnails of `size` pixels, by path, cut from the middle. Unreadable files are missing from the result.
 * Those made before are remembered until their file changes.
 * @throws GraftError `data.decoder-broken`
 */
export async function thumbnails(paths: readonly string[], size: number): Promise<Record<string, string>> {
  const asked = await Promise.all([...new Set(paths)].map(async (path) => [path, await keyOf(path, size)] as const));
  const there = asked.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const made = new Map(there.map(([path, key]) => [path, recall(key)]));
  const missing = there.filter(([path]) => made.get(path) === undefined);
  const { files } = await sharedDecoder().make(
    missing.map(([path]) => path),
    { kind: 'thumbnail', side: size },
  );
  for (const [index, [path, key]] of missing.entries()) {
    const file = files[index];
    if (!file) continue;
    const url = dataUrl(file);
    made.set(path, url);
    remember(key, url);
  }
  return Object.fromEntries([...made].filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/**
 * One variation of each picture as a data URL of `size`×`size`, made by the very code that varies training
 * pictures; another `seed` gives other variations. Unreadable files give ''.
 * @throws GraftError `data.decoder-broken`
 */
export async function augmentPreviews(
  paths: readonly string[],
  augment: AugmentRange,
  size: number,
  seed: number,
): Promise<string[]> {
  const indices = paths.map((_, index) => index);
  const options = {
    size: [size, size],
    resize: 'stretch',
    augment: { ...augment, seed, counter: 0, indices },
  } as const;
  const { files } = await sharedDecoder().make(paths, { kind: 'preview', options });
  return files.map((file) => (file ? dataUrl(file) : ''));
}

/** What a thumbnail is known by; undefined where there is no file. */
async function keyOf(path: string, size: number): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && `${size} ${found.mtimeMs} ${found.size} ${path}`;
}

function recall(key: string): string | undefined {
  const known = remembered.get(key);
  if (known !== undefined) {
    remembered.delete(key);
    remembered.set(key, known);
  }
  return known;
}

function remember(key: string, url: string): void {
  // Two who asked at once both bring it.
  rememberedLength += url.length - (remembered.get(key)?.length ?? 0);
  remembered.set(key, url);
  for (const [oldest, { length }] of remembered) {
    if (rememberedLength <= memoryLimit) return;
    remembered.delete(oldest);
    rememberedLength -= length;
  }
}

function dataUrl(file: Uint8Array): string {
  return `data:image/webp;base64,${Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('base64')}`;
}
