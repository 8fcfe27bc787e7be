/** Small pictures for the screen, as WebP data URLs. */
import { stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import type { AugmentRange } from './augment.ts';
import { decodeInto } from './decode.ts';

const quality = 82;
/** Memory the remembered thumbnails may take, counted in characters of their URLs. */
const memoryLimit = 48_000_000;
/** Pictures worked on at a time. */
const lanes = 4;

/** Insertion order is order of use, oldest first. */
const remembered = new Map<string, string>();
let rememberedLength = 0;

/**
 * Square thumbnails of `size` pixels, by path, cut from the middle. Unreadable files are missing from the result.
 * Those made before are remembered until their file changes.
 */
export async function thumbnails(paths: readonly string[], size: number): Promise<Record<string, string>> {
  const made = await inLanes([...new Set(paths)], async (path) => {
    try {
      return [[path, await thumbnail(path, size)] as const];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(made.flat());
}

/**
 * One variation of each picture as a data URL of `size`×`size`, made by the very code that varies training
 * pictures; another `seed` gives other variations. Unreadable files give ''.
 */
export async function augmentPreviews(
  paths: readonly string[],
  augment: AugmentRange,
  size: number,
  seed: number,
): Promise<string[]> {
  const indices = paths.map((_, index) => index);
  return inLanes(paths, async (path, position) => {
    const pixels = new Float32Array(3 * size * size);
    try {
      const augmentation = { ...augment, seed, counter: 0, indices };
      await decodeInto(path, { size: [size, size], resize: 'stretch', augment: augmentation }, position, pixels);
    } catch {
      return '';
    }
    return dataUrl(sharp(interleaved(pixels, size), { raw: { width: size, height: size, channels: 3 } }));
  });
}

async function thumbnail(path: string, size: number): Promise<string> {
  const { mtimeMs, size: bytes } = await stat(path);
  const key = `${size} ${mtimeMs} ${bytes} ${path}`;
  const known = remembered.get(key);
  if (known !== undefined) {
    remembered.delete(key);
    remembered.set(key, known);
    return known;
  }
  const picture = sharp(path, { failOn: 'error' })
    .autoOrient()
    .resize(size, size, { fit: 'cover' })
    .flatten({ background: 'white' });
  const url = await dataUrl(picture);
  remember(key, url);
  return url;
}

function remember(key: string, url: string): void {
  remembered.set(key, url);
  rememberedLength += url.length;
  for (const [oldest, { length }] of remembered) {
    if (rememberedLength <= memoryLimit) return;
    remembered.delete(oldest);
    rememberedLength -= length;
  }
}

async function dataUrl(picture: Sharp): Promise<string> {
  const encoded = await picture.webp({ quality, effort: 2 }).toBuffer();
  return `data:image/webp;base64,${encoded.toString('base64')}`;
}

/** Planar 0–1 to interleaved bytes. */
function interleaved(pixels: Float32Array, size: number): Uint8Array {
  const plane = size * size;
  const bytes = new Uint8ClampedArray(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      bytes[3 * pixel + channel] = (pixels[channel * plane + pixel] as number) * 255;
    }
  }
  return new Uint8Array(bytes.buffer);
}

/** Results in the order of the items, a few at a time. */
async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as Item, at);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
