/**
 * Memory that decoding a picture takes, by what its header says; upper bounds of what was measured with libvips 8.18
 * (docs/decisions/0047). Whatever takes more all the same is found by watching.
 */
import type { Header } from './header.ts';
import type { TiffBlocks } from './tiff-blocks.ts';

export interface Wanted {
  /** Side that the shorter one of the picture is brought down to, pixels. */
  readonly shorterSide: number;
  /** Bytes of what is made of it. */
  readonly resultBytes: number;
}

/** Lines that libvips keeps while it shrinks a picture that comes line by line. */
const keptLines = 2048;
/** What every picture takes: buffers of the codecs, tables. */
const basicBytes = 8 * 2 ** 20;
const largestTaken = 50 * 2 ** 20;
/** Bytes a pixel of formats that are decoded as a whole; GIF keeps a frame to go back to, AVIF planes in several forms. */
const wholeBytes = { webp: 5, gif: 9, avif: 20, deepAvif: 27, bmp: 13, heic: 24 };

/** @param fileBytes size of the file, which is in memory as a whole */
export function decodingBytes(
  header: Header,
  fileBytes: number,
  { shorterSide, resultBytes }: Wanted,
  blocks?: TiffBlocks,
): number {
  const { width, height, channels, sampleBytes } = header;
  const pixelBytes = channels * sampleBytes;
  const shrink = Math.max(1, Math.min(width, height) / shorterSide);
  const onLoad = header.format === 'jpeg' ? shrinkOnLoad(shrink) : 1;
  const lines = Math.min(Math.ceil(height / onLoad), keptLines) * Math.ceil(width / onLoad) * pixelBytes;
  // Of the smaller picture: as it comes, turned, and as it is handed over.
  const smaller = 3.5 * Math.ceil(width / shrink) * Math.ceil(height / shrink) * 3;
  // libtiff takes a strip out of the file before it decodes it, and nothing larger than this.
  const taken = header.format === 'tiff' ? Math.min(fileBytes, largestTaken) : 0;
  return basicBytes + fileBytes + taken + heldBytes(header, blocks) + lines + smaller + resultBytes;
}

/** How far libjpeg makes a picture smaller as it decodes it; sharp asks for this much. */
function shrinkOnLoad(shrink: number): number {
  const factor = [8, 4, 2].find((candidate) => shrink >= candidate) ?? 1;
  return factor > 1 && Math.floor(shrink) === factor ? factor / 2 : factor;
}

/** What has to be held of the whole picture at once. */
function heldBytes(
  { format, width, height, channels, sampleBytes, isInterlaced }: Header,
  blocks?: TiffBlocks,
): number {
  const pixels = width * height;
  switch (format) {
    case 'jpeg':
      // Coefficients of 16 bits, and blocks are whole at the edges.
      return isInterlaced ? 2.1 * channels * (width + 32) * (height + 32) : 0;
    case 'png':
      return isInterlaced ? 1.05 * pixels * channels * sampleBytes : 0;
    case 'webp':
      return wholeBytes.webp * pixels;
    case 'gif':
      return wholeBytes.gif * pixels;
    case 'avif':
      return (sampleBytes > 1 ? wholeBytes.deepAvif : wholeBytes.avif) * pixels;
    case 'bmp':
    case 'heic':
      return wholeBytes[format] * pixels;
    case 'tiff':
      return blocks ? blockBytes(blocks, width, channels * sampleBytes) : 0;
  }
}

/** A row of tiles or a strip, some of them at a time. */
function blockBytes({ isTiled, isPlanar, isByLine, ...block }: TiffBlocks, width: number, pixelBytes: number): number {
  const bytes = block.width * block.height * pixelBytes;
  if (isTiled) return 2.4 * bytes * Math.ceil(width / Math.max(1, block.width));
  if (isPlanar) return 1.4 * bytes;
  return isByLine ? 0 : 2.4 * bytes;
}
