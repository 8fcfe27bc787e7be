/** From a picture file to the numbers a model takes. The same code serves training, previews and prediction. */
import sharp from 'sharp';
import { GraftError } from '#shared/messages/error.ts';
import { drawVariation, resampleVaried, type Augmentation } from './augment.ts';
import { resample, sourceBox, type Picture, type Resize } from './resample.ts';

export interface DecodeOptions {
  /** [height, width] of the result. */
  readonly size: readonly [number, number];
  readonly resize: Resize;
  /** Random variations; absent for validation, evaluation and prediction. */
  readonly augment?: Augmentation | undefined;
}

// Photos alone: a vector drawing named .png has no place in a dataset and its renderer none in the way of foreign bytes.
sharp.block({ operation: ['VipsForeignLoadSvg'] });
sharp.cache(false);
sharp.concurrency(1);

/**
 * Sources are first brought down to this many pixels on the shorter side (or four times the side asked for), with
 * the decoder's own fast shrinking; from there on the exact filter works. Up to this size the result is exact.
 */
const workingSide = 640;
/**
 * Longest side a source may have after that, pixels: what a JPEG can have at most. A PNG of one pixel by 268 million
 * would pass the decoder's own limit and take gigabytes to resample.
 */
const longestSide = 65_535;

/** A picture that can be decoded, but not brought to a model's size in reasonable memory. */
class TooNarrow extends Error {}

/**
 * Decodes picture number `position` of those the options speak of into `target`: planar RGB [3, height, width]
 * in 0–1. `input` is a path, a data URL or a file's bytes. Throws the decoder's own error; see `unreadableReason`.
 */
export async function decodeInto(
  input: string | Uint8Array,
  options: DecodeOptions,
  position: number,
  target: Float32Array,
): Promise<void> {
  const [height, width] = options.size;
  const picture = await readPicture(input, Math.max(workingSide, 4 * height, 4 * width));
  const box = sourceBox(picture, options.size, options.resize);
  const { augment } = options;
  if (!augment) return resample(picture, box, height, width, target);
  const index = augment.indices[position];
  if (index === undefined) throw new Error(`no sample index for picture ${position}`);
  const variation = drawVariation(augment, augment.seed, augment.counter, index);
  resampleVaried(picture, box, variation, height, width, target);
}

/**
 * One picture as planar RGB [3, height, width] in 0–1, from a path, a data URL or a file's bytes.
 * Throws `predict.bad-input`.
 */
export async function decodeOne(input: string | Uint8Array, options: DecodeOptions): Promise<Float32Array> {
  const pixels = new Float32Array(3 * options.size[0] * options.size[1]);
  try {
    await decodeInto(input, options, 0, pixels);
  } catch (thrown) {
    const path = typeof input !== 'string' || input.startsWith('data:') ? 'The picture given' : input;
    throw new GraftError('predict.bad-input', { path, reason: unreadableReason(thrown) });
  }
  return pixels;
}

/** The upright picture in sRGB without transparency, its shorter side not much above `shorterSide` pixels. */
async function readPicture(input: string | Uint8Array, shorterSide: number): Promise<Picture> {
  const source = typeof input === 'string' && input.startsWith('data:') ? bytesOfDataUrl(input) : input;
  const file = sharp(source, { failOn: 'error' });
  const { width, height } = await file.metadata();
  const shrinking = Math.min(1, shorterSide / Math.min(width, height));
  if (Math.max(width, height) * shrinking > longestSide) {
    throw new TooNarrow(`it is too narrow for its length (${width} × ${height} pixels).`);
  }
  const { data, info } = await file
    .autoOrient()
    .resize({ width: shorterSide, height: shorterSide, fit: 'outside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`the picture has ${info.channels} channels after conversion to RGB`);
  return { data, width: info.width, height: info.height };
}

function bytesOfDataUrl(url: string): Uint8Array {
  const comma = url.indexOf(',');
  if (comma < 0 || !url.slice(0, comma).endsWith(';base64')) throw new Error('the data URL is not in base64');
  return Buffer.from(url.slice(comma + 1), 'base64');
}

/** Why a picture could not be read, as the end of a sentence. */
export function unreadableReason(thrown: unknown): string {
  if (thrown instanceof TooNarrow) return thrown.message;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/file is missing|ENOENT/.test(text)) return 'the file is missing.';
  if (/is empty|Input Buffer is empty/i.test(text)) return 'the file is empty.';
  if (/unsupported image format|unable to load from|not a known file format|blocked/i.test(text)) {
    return 'it is not in a picture format Graft knows.';
  }
  if (/pixel limit/.test(text)) return 'it has more than 268 million pixels.';
  if (/EACCES|permission/i.test(text)) return 'access to the file is denied.';
  return `the file is damaged (${text.split('\n')[0]?.trim()}).`;
}
