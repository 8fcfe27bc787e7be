/** Folders of generated pictures, one sub-folder a class. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const side = 96;
/** Pictures that differ; the rest are copies of these under names of their own. */
const different = 50;

/** Makes `classes` folders of `each` JPEGs, whose classes differ in colour. */
export async function drawPictures(folder: string, classes: number, each: number): Promise<void> {
  const distinct = Math.ceil(different / classes);
  for (let label = 0; label < classes; label++) {
    const into = join(folder, `class ${label}`);
    mkdirSync(into, { recursive: true });
    const name = (at: number): string => join(into, `picture-${at}.jpg`);
    const hue = (255 * label) / classes;
    for (let at = 0; at < Math.min(distinct, each); at++) {
      const background = { r: hue, g: 255 - hue, b: (37 * at) % 256 };
      const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
      await sharp({ create: { width: side, height: side, channels: 3, background, noise } })
        .composite([{ input: { create: { width: 40, height: 40, channels: 3, background } } }])
        .jpeg()
        .toFile(name(at));
    }
    for (let at = distinct; at < each; at++) copyFileSync(name(at % distinct), name(at));
  }
}
