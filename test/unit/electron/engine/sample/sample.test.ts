import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readFolder } from '#electron/engine/data/folder.ts';
import { fruits } from '#electron/engine/sample/fruits.ts';
import {
  drawPicture,
  pictureFile,
  picturesPerClass,
  pictureSide,
  renderPicture,
} from '#electron/engine/sample/picture.ts';

const folder = fileURLToPath(new URL('../../../../../resources/sample/orchard', import.meta.url));

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] as number)), 0) / a.length;
}

describe('the sample dataset', () => {
  test('is one the data node reads: six balanced classes, under 5 MB, without a stray file', async () => {
    const { facts } = await readFolder({ path: folder, validation: 0.2, seed: 1, limitPerClass: 0 });
    expect(facts.classes).toEqual(fruits.map(({ name }) => ({ name, train: 160, validation: 40, test: 0 })));
    expect(facts.unreadable).toEqual([]);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files).toHaveLength(fruits.length * picturesPerClass);
    const sizes = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(5_000_000);
  });

  // Encoders and the drawing library may change a little from version to version; another picture differs by far more.
  test.each([
    [0, 0],
    [1, 57],
    [2, 121],
    [3, 33],
    [4, 199],
    [5, 8],
  ])('is what the program draws: class %i, picture %i', async (label, number) => {
    const file = join(folder, pictureFile(label, number));
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([pictureSide, pictureSide, 3]);
    expect(meanDifference(data, await renderPicture(label, number))).toBeLessThan(6);
    expect(meanDifference(data, await renderPicture(label, (number + 1) % picturesPerClass))).toBeGreaterThan(25);
  });

  test('draws every picture differently, and each the same every time', () => {
    const drawn = fruits.flatMap((_, label) => Array.from({ length: 20 }, (__, number) => drawPicture(label, number)));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawPicture(3, 4)).toBe(drawPicture(3, 4));
  });
});
