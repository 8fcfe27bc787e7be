/** What a folder's card says of pictures with more than 8 bits. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { withRanges } from '#electron/engine/data/ranges.ts';
import { codes, numbered, PictureFolder } from '#test/support/picture-folder.ts';
import { imageFolder } from '#shared/nodes/image-folder.ts';

const folder = new PictureFolder();

/** A TIFF or PNG of 16-bit grey from 0 to `largest`. */
async function deep(largest: number, format: 'tiff' | 'png'): Promise<Buffer> {
  const numbers = Uint16Array.from({ length: 64 }, (_, index) => (largest * index) / 63);
  const raw = { width: 8, height: 8, channels: 1 } as const;
  return sharp(numbers, { raw }).toColourspace('grey16').toFormat(format, { compression: 'lzw' }).toBuffer();
}

test('the number that is white is said, with how many of the pictures looked at have it', async () => {
  await folder.put(['a/1.tif', 'a/2.tif', 'a/3.png', 'b/1.tif', 'b/2.tif']);
  for (const path of ['a/1.tif', 'a/2.tif', 'b/1.tif', 'b/2.tif'])
    writeFileSync(join(folder.root, path), await deep(path === 'b/2.tif' ? 60_000 : 4000, 'tiff'));
  writeFileSync(join(folder.root, 'a/3.png'), await deep(4000, 'png'));
  const { facts } = await folder.read({ validation: 0.01 });
  const paths = ['a/1.tif', 'a/2.tif', 'a/3.png', 'b/1.tif', 'b/2.tif'];
  const examples = paths.map((path) => ({ path: join(folder.root, path), label: 0 }));
  const found = await withRanges({ ...facts, examples });
  expect(found.ranges).toEqual([
    { white: 4095, count: 4 },
    { white: 65_535, count: 1 },
  ]);
  expect(codes(found)).toEqual(['data.deep-numbers']);
  const [said] =
    imageFolder.check?.({ path: 'x', limitPerClass: 0, corrections: [] }, 'data', { dataset: found, problems: [] }) ??
    [];
  expect(said?.message).toBe(
    'Numbers of more than 8 bits are taken to run from 0 to 4,095 in 4, 0 to 65,535 in 1 of 5 pictures looked at.',
  );
});

test('pictures of 8 bits are not spoken of', async () => {
  await folder.put([...numbered('a', 2), ...numbered('b', 2)]);
  expect((await withRanges((await folder.read()).facts)).ranges).toEqual([]);
});
