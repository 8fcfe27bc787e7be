/**
 * Draws the sample dataset into resources/sample/orchard: `npm run sample`. Development only; the pictures are part
 * of the repository, so that the first run works offline and is the same for everyone.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { fruits } from './fruits.ts';
import { pictureFile, pictureSide, picturesPerClass, renderPicture } from './picture.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../../resources/sample/orchard', import.meta.url));
const raw = { width: pictureSide, height: pictureSide, channels: 3 } as const;

for (const [label, { name }] of fruits.entries()) {
  await rm(join(folder, name), { recursive: true, force: true });
  await mkdir(join(folder, name), { recursive: true });
  for (let number = 0; number < picturesPerClass; number++) {
    const pixels = await renderPicture(label, number);
    const encoded = sharp(pixels, { raw }).webp({ quality: 80, effort: 6, smartSubsample: true });
    await encoded.toFile(join(folder, pictureFile(label, number)));
  }
}
