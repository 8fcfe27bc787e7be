/**
 * What a frozen prefix said of every sample, kept on disk so that it is computed once. One entry is one safetensors
 * file whose name is a hash over all its contents depend on, so an entry is never out of date, only unused; the ones
 * unused for longest make room for new ones. Any safetensors reader can open the files.
 */

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import {
  decodeSafetensorsHeader,
  encodeSafetensorsHeader,
  SafetensorsError,
  safetensorsHeaderLength,
} from '#shared/ir/safetensors.ts';
import { GraftError } from '#shared/messages/error.ts';
import { canonicalJson } from './canonical-json.ts';

export interface CachedFeatures {
  /** [rows, …shape], row-major. */
  readonly features: Float32Array;
  /** Of one sample. */
  readonly shape: number[];
  readonly rows: number;
}

/** A run goes on without its cache where it could not be stored. */
export type CacheWrite =
  | { readonly stored: true }
  | { readonly stored: false; readonly reason: 'over-limit' | 'disk-full' | 'unwritable'; readonly detail: string };

const ending = '.safetensors';
const unfinishedEnding = '.partial';
/** An unfinished file untouched for so long was left behind by a process that is gone. */
const abandonedMilliseconds = 3_600_000;
/** Bytes read, hashed and written at a time. */
const pieceBytes = 16 << 20;
const diskFullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** One of these serves one run: what it read or wrote is not deleted to make room for what it writes next. */
export class FeatureCache {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #inUse = new Set<string>();

  /** The folder is made when first written to. A limit of 0 keeps nothing. */
  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** SHA-256 over the parts, whatever the order of their keys: everything the features depend on. */
  key(parts: Record<string, unknown>): string {
    return createHash('sha256').update(canonicalJson(parts)).digest('hex');
  }

  /** Whether an entry is there; whether it is whole shows when it is read. */
  async has(key: string): Promise<boolean> {
    return stat(this.#path(key)).then(
      (state) => state.isFile(),
      () => false,
    );
  }

  /** The entry, checked to its last byte. Throws `cache.damaged`, having deleted the file. */
  async read(key: string): Promise<CachedFeatures | undefined> {
    const path = this.#path(key);
    const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) return undefined;
    let entry: CachedFeatures | undefined;
    try {
      entry = await readEntry(file, key);
    } catch (thrown) {
      if (!(thrown instanceof SafetensorsError)) throw thrown;
    } finally {
      await file.close();
    }
    if (!entry) {
      await rm(path, { force: true });
      throw new GraftError('cache.damaged', { path });
    }
    this.#inUse.add(key);
    const now = new Date();
    // The time of last use. A cache that cannot be written to can still be read.
    await utimes(path, now, now).catch(() => undefined);
    return entry;
  }

  /** Keeps `features`, [rows, …shape] with the shape of one sample, deleting what was unused for longest to make room. */
  async write(key: string, shape: Shape, features: Float32Array): Promise<CacheWrite> {
    const path = this.#path(key);
    const unfinished = join(this.#folder, `${key}.${randomUUID()}${unfinishedEnding}`);
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    const rows = features.length / elementCount(shape);
    if (!Number.isInteger(rows)) throw new Error(`${features.length} values are no rows of [${shape.join(', ')}]`);
    const tensors = new Map([['features', { dtype: 'float32' as const, shape: [rows, ...shape] }]]);
    const header = encodeSafetensorsHeader(tensors, { 'graft.key': key, 'graft.crc32': checksum(bytes) }).bytes;
    try {
      await mkdir(this.#folder, { recursive: true });
      if (!(await this.#makeRoom(key, header.length + bytes.length))) {
        const detail = `${header.length + bytes.length} bytes are needed, ${this.#limitBytes} are allowed`;
        return { stored: false, reason: 'over-limit', detail };
      }
      await writeEntry(unfinished, header, bytes);
      await rename(unfinished, path);
      this.#inUse.add(key);
      return { stored: true };
    } catch (thrown) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === undefined) throw thrown;
      return { stored: false, reason: diskFullCodes.has(code) ? 'disk-full' : 'unwritable', detail: message };
    }
  }

  #path(key: string): string {
    return join(this.#folder, key + ending);
  }

  /** Deletes unused entries, oldest use first, until `bytes` more fit under the limit; false when they cannot. */
  async #makeRoom(key: string, bytes: number): Promise<boolean> {
    if (bytes > this.#limitBytes) return false;
    const names = await readdir(this.#folder);
    const states = await Promise.all(
      names.map(async (name) => ({ name, state: await stat(join(this.#folder, name)).catch(() => undefined) })),
    );
    const entries: { name: string; bytes: number; used: number }[] = [];
    for (const { name, state } of states) {
      if (!state) continue;
      if (name.endsWith(ending) && name !== key + ending)
        entries.push({ name, bytes: state.size, used: state.mtimeMs });
      if (name.endsWith(unfinishedEnding) && Date.now() - state.mtimeMs > abandonedMilliseconds) {
        await rm(join(this.#folder, name), { force: true });
      }
    }
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const deletable = entries.filter(({ name }) => !this.#inUse.has(name.slice(0, -ending.length)));
    for (const entry of deletable.toSorted((a, b) => a.used - b.used)) {
      if (total + bytes <= this.#limitBytes) break;
      // Another process may hold the file open, which on Windows keeps it from being deleted.
      const deleted = await rm(join(this.#folder, entry.name), { force: true }).then(
        () => true,
        () => false,
      );
      if (deleted) total -= entry.bytes;
    }
    return total + bytes <= this.#limitBytes;
  }
}

/** Measured on 500 MB: CRC-32 104 ms, SHA-256 281 ms, BLAKE2b 547 ms. It guards against decay, not against people. */
function checksum(bytes: Uint8Array): string {
  let value = 0;
  for (let at = 0; at < bytes.length; at += pieceBytes) value = crc32(bytes.subarray(at, at + pieceBytes), value);
  return value.toString(16).padStart(8, '0');
}

async function writeEntry(path: string, header: Uint8Array, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(header);
    for (let at = 0; at < bytes.length; at += pieceBytes) await file.writeFile(bytes.subarray(at, at + pieceBytes));
  } finally {
    await file.close();
  }
}

/** Throws SafetensorsError for a file that is not what was written. */
async function readEntry(file: FileHandle, key: string): Promise<CachedFeatures> {
  const { size } = await file.stat();
  const start = await readBytes(file, new Uint8Array(Math.min(8, size)), 0);
  const headerLength = safetensorsHeaderLength(start, size);
  const json = await readBytes(file, new Uint8Array(headerLength), 8);
  const { entries, metadata } = decodeSafetensorsHeader(json, size - 8 - headerLength);
  const entry = entries.get('features');
  if (!entry || entry.dtype !== 'float32' || entry.shape.length === 0 || metadata['graft.key'] !== key) {
    throw new SafetensorsError('it does not hold the features it is named after');
  }
  const features = new Float32Array(elementCount(entry.shape));
  const bytes = await readBytes(file, new Uint8Array(features.buffer), 8 + headerLength + entry.start);
  if (checksum(bytes) !== metadata['graft.crc32']) throw new SafetensorsError('its checksum does not match');
  const [rows, ...shape] = entry.shape as [number, ...number[]];
  return { features, shape, rows };
}

/** Fills `target` from `position` on. */
async function readBytes(file: FileHandle, target: Uint8Array, position: number): Promise<Uint8Array> {
  for (let at = 0; at < target.length;) {
    const length = Math.min(pieceBytes, target.length - at);
    const { bytesRead } = await file.read(target, at, length, position + at);
    if (bytesRead === 0) throw new SafetensorsError('it is shorter than its header says');
    at += bytesRead;
  }
  return target;
}
