/**
 * From a picture's bytes to the numbers a model takes, and to files for the screen. The one place where native picture
 * code is loaded; the same code serves training, previews and prediction.
 */
import sharp, { type Sharp } from 'sharp';
import { background } from '#shared/core/preparation.ts';
import { drawVariation, resampleVaried } from '#electron/engine/data/augment.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import { resample, sourceBox, type Picture } from '#electron/engine/data/resample.ts';
import { formatOf, type PictureFormat } from '#electron/engine/data/picture-format.ts';
import { decodeForeign, isForeign } from './foreign.ts';
import { headerOf, quickHeader, type Header } from './header.ts';
import { inFullRange, rangeOfPicture } from './deep-numbers.ts';
import { free, Refused } from './picture-file.ts';

// Six formats out of memory alone: everything else that libvips can read has no place in a dataset, and its readers
// none in the way of foreign bytes.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((name) => `VipsForeignLoad${name}Buffer`),
});
sharp.cache(false);
sharp.concurrency(1);

/**
 * Sources are first brought down to this many pixels on the shorter side (or four times the side asked for), with
 * the decoder's own fast shrinking; from there on the exact filter works. Up to this size the result is exact.
 */
const leastWorkingSide = 640;
/**
 * Longest side a source may have after that, pixels: what a JPEG can have at most. A PNG of one pixel by 268 million
 * would pass the decoder's own limit and take gigabytes to resample.
 */
const longestSide = 65_535;
const webpQuality = 82;

/** What libvips says of a file. */
export async function readHeader(bytes: Uint8Array, format: PictureFormat): Promise<Header> {
  if (isForeign(format)) throw new Refused('its header is damaged.');
  return headerOf(await sharp(bytes, { failOn: 'error' }).metadata(), format);
}

/** Pixels of the shorter side that a source is brought down to for a result of this size. */
export function workingSide([height, width]: readonly [number, number]): number {
  return Math.max(leastWorkingSide, 4 * height, 4 * width);
}

/** Throws `Refused` for a picture that can be decoded, but not brought to a model's size in reasonable memory. */
export function requireBroad({ width, height }: Header, shorterSide: number): void {
  const shrinking = Math.min(1, shorterSide / Math.min(width, height));
  if (Math.max(width, height) * shrinking <= longestSide) return;
  throw new Refused(`it is too narrow for its length (${width} × ${height} pixels).`);
}

/**
 * Decodes a picture into `target`: planar RGB [3, height, width] in 0–1. Throws what sharp throws.
 * @param position of the picture among those the options speak of
 */
export async function decodeInto(
  bytes: Uint8Array,
  options: DecodeOptions,
  position: number,
  target: Float32Array,
): Promise<void> {
  const [height, width] = options.size;
  const picture = await readPicture(bytes, workingSide(options.size));
  const box = sourceBox(picture, options.size, options.resize);
  const { augment } = options;
  if (augment) {
    const index = augment.indices[position];
    if (index === undefined) throw new Error(`no sample index for picture ${position}`);
    const variation = drawVariation(augment, augment.seed, augment.counter, index);
    resampleVaried(picture, box, variation, height, width, target);
  } else resample(picture, box, height, width, target);
  free(picture.data);
}

/** The upright picture in sRGB without transparency, its shorter side not much above `shorterSide` pixels. */
async function readPicture(bytes: Uint8Array, shorterSide: number): Promise<Picture> {
  const { data, info } = await (
    await opened(bytes)
  )
    .autoOrient()
    .resize({ width: shorterSide, height: shorterSide, fit: 'outside', withoutEnlargement: true })
    .flatten({ background })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`the picture has ${info.channels} channels after conversion to RGB`);
  return { data, width: info.width, height: info.height };
}

/** A square of `side` pixels cut from the middle, as a WebP file. */
export async function thumbnail(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  return webp((await opened(bytes)).autoOrient().resize(side, side, { fit: 'cover' }).flatten({ background }));
}

/** The number that is taken for white: 255, or what pictures of more bits hold at most. */
export async function whiteOf(bytes: Uint8Array): Promise<number> {
  const format = formatOf(bytes);
  if (isForeign(format) || !isDeep(bytes, format)) return 255;
  return rangeOfPicture(sharp(bytes, { failOn: 'error' }));
}

/** What `decodeInto` gives, as a WebP file. */
export async function preview(bytes: Uint8Array, options: DecodeOptions, position: number): Promise<Uint8Array> {
  const [height, width] = options.size;
  const pixels = new Float32Array(3 * height * width);
  await decodeInto(bytes, options, position, pixels);
  return webp(sharp(interleaved(pixels, height * width), { raw: { width, height, channels: 3 } }));
}

/** Without limits of sharp's own for raw pixels: what a picture may take is looked at before. */
async function opened(bytes: Uint8Array): Promise<Sharp> {
  const format = formatOf(bytes);
  if (!isForeign(format)) return isDeep(bytes, format) ? inFullRange(bytes) : sharp(bytes, { failOn: 'error' });
  const { data, width, height } = await decodeForeign(bytes, format);
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** Of a PNG its header tells at once. */
function isDeep(bytes: Uint8Array, format: PictureFormat | undefined): boolean {
  if (format === 'tiff') return true;
  return format === 'png' && (quickHeader(bytes, format)?.sampleBytes ?? 2) > 1;
}

function webp(picture: Sharp): Promise<Buffer> {
  return picture.webp({ quality: webpQuality, effort: 2 }).toBuffer();
}

/** Planar 0–1 to interleaved bytes. */
function interleaved(pixels: Float32Array, plane: number): Uint8Array {
  const bytes = new Uint8ClampedArray(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      bytes[3 * pixel + channel] = (pixels[channel * plane + pixel] as number) * 255;
    }
  }
  return new Uint8Array(bytes.buffer);
}
