/**
 * The file of one entry of the feature cache: safetensors with the one tensor `features`, [rows, …shape], written from
 * its first row to its last and read in any order. Neither needs more memory than the rows in hand.
 */
import { read as readAt } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import {
  decodeSafetensorsHeader,
  encodeSafetensorsHeader,
  SafetensorsError,
  safetensorsHeaderLength,
} from '#shared/ir/safetensors.ts';
import { errorCode } from '#electron/files/failures.ts';
import { openFile } from '#electron/files/regular-file.ts';
import { privateFile } from '#electron/files/replace.ts';
import { GraftError } from '#shared/messages/error.ts';

/** Bytes read, hashed and written at a time; whole float32 values. */
const pieceBytes = 16 << 20;

/** Measured on 500 MB: CRC-32 104 ms, SHA-256 281 ms, BLAKE2b 547 ms. It guards against decay, not against people. */
const written = (checksum: number): string => checksum.toString(16).padStart(8, '0');

function headerOf(key: string, shape: Shape, checksum: number): Uint8Array {
  const tensors = new Map([['features', { dtype: 'float32' as const, shape }]]);
  return encodeSafetensorsHeader(tensors, { 'graft.key': key, 'graft.crc32': written(checksum) }).bytes;
}

/** Bytes that the file of such an entry takes. @param shape [rows, …shape of one row] */
export function featureFileBytes(key: string, shape: Shape): number {
  return headerOf(key, shape, 0).length + elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
}

/** Writes an entry whose rows come one after the other. Every failure is the file system's own error. */
export class FeatureWriter {
  readonly #file: FileHandle;
  readonly #key: string;
  readonly #shape: Shape;
  #checksum = 0;
  #bytesLeft: number;

  private constructor(file: FileHandle, key: string, shape: Shape) {
    this.#file = file;
    this.#key = key;
    this.#shape = shape;
    this.#bytesLeft = elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
  }

  /** @param path of a file that is not there yet; `shape` [rows, …shape of one row] */
  static async create(path: string, key: string, shape: Shape): Promise<FeatureWriter> {
    const writer = new FeatureWriter(await open(path, 'wx', privateFile), key, shape);
    try {
      // Its checksum, of the same length, is put in when all rows are known.
      await writer.#file.writeFile(headerOf(key, shape, 0));
    } catch (thrown) {
      await writer.close();
      throw thrown;
    }
    return writer;
  }

  async append(rows: Float32Array): Promise<void> {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    this.#bytesLeft -= bytes.length;
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      this.#checksum = crc32(piece, this.#checksum);
      await this.#file.writeFile(piece);
    }
  }

  /** The last word on an entry whose rows were all appended; it still has to be closed. */
  async finish(): Promise<void> {
    if (this.#bytesLeft !== 0) throw new Error(`the rows of an entry were ${this.#bytesLeft} bytes off`);
    const header = headerOf(this.#key, this.#shape, this.#checksum);
    await this.#file.write(header, 0, header.length, 0);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

export class FeatureFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #checksum: string | undefined;
  /** Byte of the file at which the first row begins. */
  readonly #start: number;
  readonly #reading = new Set<Promise<void>>();
  readonly rows: number;
  /** Of one row. */
  readonly shape: readonly number[];

  private constructor(path: string, file: FileHandle, shape: Shape, start: number, checksum: string | undefined) {
    this.#path = path;
    this.#file = file;
    this.#start = start;
    this.#checksum = checksum;
    this.rows = shape[0] as number;
    this.shape = shape.slice(1);
  }

  /** @returns undefined where there is no such file. @throws SafetensorsError for one that does not hold this entry */
  static async open(path: string, key: string): Promise<FeatureFile | undefined> {
    const file = await openFile(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      const length = safetensorsHeaderLength(await fill(file, new Uint8Array(Math.min(8, size)), 0), size);
      const json = await fill(file, new Uint8Array(length), 8);
      const { entries, metadata } = decodeSafetensorsHeader(json, size - 8 - length);
      const entry = entries.get('features');
      if (!entry || entry.dtype !== 'float32' || entry.shape.length === 0 || metadata['graft.key'] !== key)
        throw new SafetensorsError('it does not hold the features it is named after');
      return new FeatureFile(path, file, entry.shape, 8 + length + entry.start, metadata['graft.crc32']);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  /**
   * Reads the file once from end to end.
   * @param visit is shown every piece and the place of its first value among all; false from it ends the reading
   * @throws SafetensorsError when the bytes are not those that were written
   */
  async check(visit: (values: Float32Array, first: number) => boolean | Promise<boolean>): Promise<void> {
    const total = this.rows * elementCount(this.shape);
    const piece = new Float32Array(Math.min(total, pieceBytes / Float32Array.BYTES_PER_ELEMENT));
    let checksum = 0;
    for (let at = 0; at < total; at += piece.length) {
      const values = piece.subarray(0, Math.min(piece.length, total - at));
      const bytes = new Uint8Array(values.buffer, 0, values.byteLength);
      await fill(this.#file, bytes, this.#start + at * Float32Array.BYTES_PER_ELEMENT);
      checksum = crc32(bytes, checksum);
      if (!(await visit(values, at))) return;
    }
    if (written(checksum) !== this.#checksum) throw new SafetensorsError('its checksum does not match');
  }

  /**
   * The rows at these places, in this order: [places, …shape]. All reads are handed to the system at once, which goes
   * on with them while a session holds this thread; by callback, since a promise for each costs more than a short row
   * (14 against 2 µs for 1.5 KB).
   * @throws GraftError `cache.damaged` when the file has become shorter since it was opened
   */
  async read(places: ArrayLike<number>): Promise<Float32Array> {
    const width = elementCount(this.shape);
    const bytesPerRow = width * Float32Array.BYTES_PER_ELEMENT;
    const rows = new Float32Array(places.length * width);
    const reading = this.#readInto(new Uint8Array(rows.buffer), places, bytesPerRow);
    this.#reading.add(reading);
    try {
      await reading;
    } finally {
      this.#reading.delete(reading);
    }
    return rows;
  }

  #readInto(target: Uint8Array, places: ArrayLike<number>, bytesPerRow: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = 1;
      const done = (): void => {
        if (--left === 0) resolve();
      };
      for (let first = 0, end = 1; first < places.length; first = end++) {
        // Neighbours are read together.
        while (places[end] === (places[end - 1] as number) + 1 && (end - first + 1) * bytesPerRow <= pieceBytes) end++;
        const [length, position] = [(end - first) * bytesPerRow, (places[first] as number) * bytesPerRow];
        left++;
        readAt(this.#file.fd, target, first * bytesPerRow, length, this.#start + position, (error, bytesRead) => {
          if (error) reject(error);
          else if (bytesRead < length) reject(new GraftError('cache.damaged', { path: this.#path }));
          else done();
        });
      }
      done();
    });
  }

  /** Once what is being read has been read. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#reading);
    await this.#file.close();
  }
}

/** Fills `target` from `position` on. */
async function fill(file: FileHandle, target: Uint8Array, position: number): Promise<Uint8Array> {
  for (let at = 0; at < target.length;) {
    const length = Math.min(pieceBytes, target.length - at);
    const { bytesRead } = await file.read(target, at, length, position + at);
    if (bytesRead === 0) throw new SafetensorsError('it is shorter than its header says');
    at += bytesRead;
  }
  return target;
}
