/**
 * What a picture's file says of itself before anything of it is decoded, and whether it is in a format that Graft reads:
 * by its first bytes, never by its name. JPEG and PNG are read here, since libvips takes a twelfth of a photo's whole
 * time for that; of the others libvips tells.
 */
import type { Metadata } from 'sharp';
import type { PictureFormat } from '#electron/engine/data/picture-format.ts';

export interface Header {
  readonly format: PictureFormat;
  /** Pixels, as stored: a turned picture is turned later. */
  readonly width: number;
  readonly height: number;
  /** Channels that are decoded, at most. */
  readonly channels: number;
  /** Bytes of each. */
  readonly sampleBytes: number;
  /** Whether its lines come in several passes, so that all of it has to be kept. */
  readonly isInterlaced: boolean;
}

/** What is known without a look from libvips; undefined where the file is in any way out of the ordinary. */
export function quickHeader(bytes: Uint8Array, format: PictureFormat): Header | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'png') return pngHeader(view);
  if (format === 'bmp') return bmpHeader(view);
  if (format === 'heic') return heicHeader(bytes, view);
  return format === 'jpeg' ? jpegHeader(view) : undefined;
}

/** Both headers of BMP: that of OS/2 counts in 16 bits, that of Windows has negative heights for lines from the top down. */
function bmpHeader(view: DataView): Header | undefined {
  const isCore = view.getUint32(14, true) === 12;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = isCore ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  if (width <= 0 || height <= 0) return undefined;
  return { format: 'bmp', width, height, channels: 4, sampleBytes: 1, isInterlaced: false };
}

/** The largest of the sizes that its properties give: of the picture, of its tiles, of a thumbnail (ISO 23008-12, 6.5.3). */
function heicHeader(bytes: Uint8Array, view: DataView): Header | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let largest: { width: number; height: number } | undefined;
  for (let at = head.indexOf('ispe'); at !== -1 && at + 16 <= bytes.length; at = head.indexOf('ispe', at + 4)) {
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (width * height > (largest ? largest.width * largest.height : 0)) largest = { width, height };
  }
  return largest && { format: 'heic', ...largest, channels: 4, sampleBytes: 1, isInterlaced: false };
}

/** Channels of PNG's types of colour, transparency included: it may come in a chunk of its own. */
const pngChannels: Readonly<Record<number, number>> = { 0: 2, 2: 4, 3: 4, 4: 2, 6: 4 };

function pngHeader(view: DataView): Header | undefined {
  if (view.byteLength < 33 || view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49_48_44_52) return undefined;
  const channels = pngChannels[view.getUint8(25)];
  if (channels === undefined) return undefined;
  return {
    format: 'png',
    width: view.getUint32(16),
    height: view.getUint32(20),
    channels,
    sampleBytes: view.getUint8(24) > 8 ? 2 : 1,
    isInterlaced: view.getUint8(28) !== 0,
  };
}

/** Segments up to the first scan, each directly behind the other as the standard has it. */
function jpegHeader(view: DataView): Header | undefined {
  let frame: { width: number; height: number; channels: number; isProgressive: boolean } | undefined;
  for (let at = 2; at + 4 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > view.byteLength) return undefined;
    if (marker === 0xda) {
      if (!frame || length < 3) return undefined;
      const { isProgressive, ...size } = frame;
      // With some of the channels in the first scan the others come in scans of their own.
      const isInterlaced = isProgressive || view.getUint8(at + 4) < size.channels;
      return { format: 'jpeg', ...size, sampleBytes: 1, isInterlaced };
    }
    if (marker >= 0xc0 && marker <= 0xc2) {
      if (frame || length < 8) return undefined;
      frame = {
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        channels: view.getUint8(at + 9),
        isProgressive: marker === 0xc2,
      };
      if (frame.width === 0 || frame.height === 0 || frame.channels > 4) return undefined;
    } else if (!isOrdinary(marker)) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** Tables, restart intervals, comments and what applications put in. */
function isOrdinary(marker: number): boolean {
  return marker === 0xc4 || marker === 0xdb || marker === 0xdd || marker === 0xfe || (marker >= 0xe0 && marker <= 0xef);
}

const sampleBytes: Readonly<Record<string, number>> = { uchar: 1, char: 1, ushort: 2, short: 2, float: 4 };

/** A header by what libvips has read of it. @param format by the first bytes */
export function headerOf(found: Metadata, format: PictureFormat): Header {
  const { width, height, channels, depth, bitsPerSample = 8, isProgressive } = found;
  return {
    format,
    width,
    height,
    channels,
    // Numbers of AVIF beyond 8 bits are told by their count alone.
    sampleBytes: Math.max(sampleBytes[depth] ?? 8, Math.ceil(bitsPerSample / 8)),
    isInterlaced: isProgressive,
  };
}
