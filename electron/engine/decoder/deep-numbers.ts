/**
 * Pictures of more than 8 bits: microscopes, cameras and telescopes write 10, 12 or 14 bits into 16, or floating-point
 * numbers from 0 to 1 or to anything else. No file says which, so the range is the smallest usual one that holds the
 * largest number of the picture.
 */
import sharp, { type Metadata, type Sharp } from 'sharp';
import { whites } from '#shared/core/preparation.ts';

/** The picture with its numbers in the range that colours are converted from: 0–65,535 for 16 bits, else 0–255. */
export async function inFullRange(bytes: Uint8Array): Promise<Sharp> {
  const picture = sharp(bytes, { failOn: 'error' });
  const { depth, space, hasProfile } = await picture.metadata();
  if (depth === 'uchar' || depth === 'char') return picture;
  const full = depth === 'ushort' ? 65_535 : 255;
  const range = await rangeOfPicture(picture);
  if (range === full && depth === 'ushort') {
    // By their profile, colours of 16 bits are brought to the space sharp works in with them, which is not sRGB.
    return space === 'rgb16' && hasProfile ? picture.withIccProfile('srgb', { attach: false }) : picture;
  }
  // A profile would speak of other numbers than these. Halves are added, since what comes behind cuts off.
  return sharp(bytes, { failOn: 'error', ignoreIcc: true }).linear(full / range, full === 255 ? 0.5 : 128);
}

/** The number of the picture's file that becomes white. */
export async function rangeOfPicture(picture: Sharp): Promise<number> {
  const { depth, hasAlpha } = await picture.metadata();
  if (depth === 'uchar' || depth === 'char') return 255;
  const { channels } = await picture.clone().stats();
  const colours = hasAlpha && channels.length > 1 ? channels.slice(0, -1) : channels;
  // The largest number comes without what is behind its point: 0 for anything below 1.
  const isDim = colours.every(({ max }) => max === 0) && colours.some(({ sum }) => sum > 0);
  return rangeOf(depth, isDim ? 1 : Math.max(...colours.map(({ max }) => max)));
}

function rangeOf(depth: Metadata['depth'], largest: number): number {
  if (!Number.isFinite(largest) || largest <= 0) return 255;
  const isFloat = depth === 'float' || depth === 'double';
  return whites[isFloat ? 'float' : 'integer'].find((range) => largest <= range) ?? largest;
}
