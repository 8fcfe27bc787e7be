/**
 * Pictures of more than 8 bits: microscopes, cameras and telescopes write 10, 12 or 14 bits into 16, or floating-point
 * numbers from 0 to 1 or to anything else. No file says which, so the range is the smallest usual one that holds the
 * largest number of the picture.
 */
import type { Metadata, Sharp } from 'sharp';

/** Largest numbers of 8, 12, 14 and 16 bits; 10 are rare, and dark pictures of 12 would be taken for them. */
const integerRanges = [255, 4095, 16_383, 65_535];
const floatRanges = [1, ...integerRanges];

/** The same picture with its numbers in the range that colours are converted from: 0–65,535 for 16 bits, else 0–255. */
export async function inFullRange(picture: Sharp): Promise<Sharp> {
  const { depth } = await picture.metadata();
  if (depth === 'uchar' || depth === 'char') return picture;
  const full = depth === 'ushort' ? 65_535 : 255;
  const range = await rangeOfPicture(picture);
  // Halves are added, since what comes behind cuts off.
  return range === full && depth === 'ushort' ? picture : picture.linear(full / range, full === 255 ? 0.5 : 128);
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
  return (isFloat ? floatRanges : integerRanges).find((range) => largest <= range) ?? largest;
}
