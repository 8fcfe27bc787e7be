/**
 * Which files are pictures that Graft reads: in a folder by the ending, or where there is none by the first bytes; when one
 * is read, by its first bytes alone.
 */
import { closeSync, readSync } from 'node:fs';
import { extname } from 'node:path';
import { openFileSync } from '#electron/files/regular-file.ts';

const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp', 'heic'] as const;
export type PictureFormat = (typeof formats)[number];

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** The format by the first bytes; undefined for anything Graft does not read. */
export function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  const start = ascii(bytes, 0, 12);
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (/^RIFF[^]{4}WEBP/.test(start)) return 'webp';
  if (/^GIF8[79]a/.test(start)) return 'gif';
  // The second of each is for files beyond 4 GiB.
  if (/^(?:II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  if (start.startsWith('BM') && bytes.length > 26) return 'bmp';
  if (!start.startsWith('ftyp', 4)) return undefined;
  const brands = brandsOf(bytes);
  if (/avi[fs]/.test(brands)) return 'avif';
  return /hei[cxms]|hev[cxms]|mif1|msf1/.test(brands) ? 'heic' : undefined;
}

/** What an ISO media file says it may be read as. */
function brandsOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ascii(bytes, 8, Math.min(view.getUint32(0), bytes.length, 128));
}

/** Endings of these formats. */
const pictureEndings = new Set(
  '.jpg .jpeg .jpe .jfif .png .webp .gif .tif .tiff .avif .bmp .dib .heic .heif .hif'.split(' '),
);

/** Endings of pictures that are not read. A folder of nothing else is a class that somebody misses. */
const foreignEndings = new Set(
  '.jp2 .j2k .jpx .jxl .svg .psd .psb .tga .pcx .ppm .pgm .pbm .pnm .exr .hdr .ico .dng .raw .cr2 .cr3 .nef .arw .raf .orf .rw2 .pef .srw'.split(
    ' ',
  ),
);

export function isForeignPicture(ending: string): boolean {
  return foreignEndings.has(ending);
}

/** The ending of a name as files are counted by it: small, with its dot; '' where there is none. */
export function endingOf(name: string): string {
  return extname(name).toLowerCase();
}

export function isPictureEnding(ending: string): boolean {
  return pictureEndings.has(ending);
}

/** Bytes at the start of a file that tell its format. */
const tellingBytes = 128;

/** Whether a file begins as a picture does that Graft reads; one that cannot be opened does not. */
export function beginsAsPicture(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openFileSync(path);
    const bytes = new Uint8Array(tellingBytes);
    const count = readSync(descriptor, bytes, 0, tellingBytes, 0);
    return formatOf(bytes.subarray(0, count)) !== undefined;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
