/**
 * The bytes of a picture. libvips is given those and never a name: it takes what stands in brackets at the end of a
 * name for options, and opens whatever is behind it.
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { NotAFile, openFileSync } from '#electron/files/regular-file.ts';

/** A picture that is there but is not decoded; the message is the end of a sentence. */
export class Refused extends Error {}

export interface PictureFile {
  readonly size: number;
  /** @throws Refused, and what the system throws */
  read: () => Buffer;
  close: () => void;
}

/** @param input a path, or a data URL in base64. Throws `Refused` and what the system throws. */
export function openPicture(input: string): PictureFile {
  if (input.startsWith('data:')) return openDataUrl(input);
  const descriptor = openRegular(input);
  try {
    const { size } = fstatSync(descriptor);
    return { size, read: () => readAll(descriptor, size), close: () => closeSync(descriptor) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openRegular(path: string): number {
  try {
    return openFileSync(path);
  } catch (error) {
    if (error instanceof NotAFile) throw new Refused(`it is ${error.kind}, not a file.`);
    throw error;
  }
}

function readAll(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, filled);
    // It has become shorter since it was opened.
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function openDataUrl(url: string): PictureFile {
  const comma = url.indexOf(',');
  if (comma < 0 || !url.slice(0, comma).endsWith(';base64')) throw new Refused('the data URL is not in base64.');
  return {
    size: Buffer.byteLength(url.slice(comma + 1), 'base64'),
    read: () => Buffer.from(url.slice(comma + 1), 'base64'),
    close: () => undefined,
  };
}

/** Gives memory back that nothing reads any more: left to the collector, hundreds of megabytes would lie about. */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // Small ones share theirs with others.
  if (buffer instanceof ArrayBuffer && bytes.length === buffer.byteLength) buffer.transfer(0);
}

/** Why a picture could not be read, as the end of a sentence. */
export function unreadableReason(thrown: unknown): string {
  if (thrown instanceof Refused) return thrown.message;
  const { code } = thrown as NodeJS.ErrnoException;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'the file is missing.';
  if (code === 'EACCES' || code === 'EPERM') return 'access to the file is denied.';
  if (code !== undefined) return `the file cannot be read (${code}).`;
  if (/unsupported image format|unable to load from|not a known file format|blocked/i.test(text)) {
    return 'it is not in a picture format Graft knows.';
  }
  if (/pixel limit/.test(text)) return 'it has more than 268 million pixels.';
  return `the file is damaged (${firstWords(text)}).`;
}

/** What a codec says of a file may hold anything that the file does. */
function firstWords(text: string): string {
  const [line = ''] = text.replaceAll(/[^\P{C}\n]/gu, '').split('\n');
  return line.trim().slice(0, 200);
}
