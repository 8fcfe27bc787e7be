/**
 * Reading what is a file. A pipe, a device or a socket under a file's name would be waited for without end, or do
 * something by being opened, so its kind is asked for first; what takes its place in between is met without waiting.
 */
import { constants, closeSync, fstatSync, openSync, readFileSync, readSync, statSync, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { nativePath } from './byte-path.ts';
import { encodingOf } from '#shared/core/encoding.ts';
import { GraftError } from '#shared/messages/error.ts';

/** Opening a pipe for reading would wait for a writer. Windows has neither the flag nor such files. */
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** What something is that is no file, as the object of a sentence; undefined for a file. */
function otherKind(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

/** Thrown for what is no file; `kind` says what it is instead, for those who have a sentence of their own. */
export class NotAFile extends GraftError {
  readonly kind: string;

  constructor(path: string, kind: string) {
    super('files.not-a-file', { path, kind });
    this.kind = kind;
  }
}

function requireFile(path: string, found: Stats): void {
  const kind = otherKind(found);
  if (kind !== undefined) throw new NotAFile(path, kind);
}

/** A descriptor for reading, to be closed by whoever asked for it. Throws `files.not-a-file` and the system's errors. */
export function openFileSync(path: string): number {
  const native = nativePath(path);
  requireFile(path, statSync(native));
  const descriptor = openSync(native, readOnly);
  try {
    requireFile(path, fstatSync(descriptor));
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** As `openFileSync`. */
export async function openFile(path: string): Promise<FileHandle> {
  requireFile(path, await stat(path));
  const handle = await open(path, readOnly);
  try {
    requireFile(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Bytes asked of the file system at a time: it counts in 32 bits with a sign. */
const largestCall = 2 ** 30;

/** The bytes from `position` on. Throws where the file has become shorter meanwhile. */
export function readFully(descriptor: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let read = 0; read < length;) {
    const count = readSync(descriptor, bytes, read, Math.min(largestCall, length - read), position + read);
    if (count === 0) throw new Error('it has become shorter');
    read += count;
  }
  return bytes;
}

/** Bytes hashed at a time. */
const pieceBytes = 16 << 20;

/** CRC-32 of a file's content, of which little is held at a time. Throws `files.not-a-file` and the system's errors. */
export function checksumOfFile(path: string): number {
  const descriptor = openFileSync(path);
  try {
    const { size } = fstatSync(descriptor);
    let checksum = 0;
    for (let at = 0; at < size; at += pieceBytes)
      checksum = crc32(readFully(descriptor, at, Math.min(pieceBytes, size - at)), checksum);
    return checksum;
  } finally {
    closeSync(descriptor);
  }
}

/** Largest of the files that are only read to be looked at: cards, cases, records, lists. Bytes. */
const smallFile = 64 * 1024 ** 2;

/** The text of a file. @param limit bytes; throws `files.not-a-file`, `files.too-large` and the system's errors */
export function readTextSync(path: string, limit: number = smallFile): string {
  const descriptor = openFileSync(path);
  try {
    requireSize(path, fstatSync(descriptor).size, limit);
    return decoded(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** Without its byte order mark, in whatever Unicode it is. */
function decoded(bytes: Buffer): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function requireSize(path: string, bytes: number, limit: number): void {
  if (bytes > limit) throw new GraftError('files.too-large', { path, bytes, limit });
}

/**
 * The whole of a file.
 * @param limit bytes; a larger file is refused by `files.too-large` before anything of it is read
 */
export async function readBytes(path: string, limit: number = smallFile): Promise<Buffer> {
  const handle = await openFile(path);
  try {
    requireSize(path, (await handle.stat()).size, limit);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The text of a file; as `readBytes`. */
export async function readText(path: string, limit: number = smallFile): Promise<string> {
  return decoded(await readBytes(path, limit));
}
