/**
 * What a frozen prefix said of every sample, kept on disk so that it is computed once. One entry is one safetensors
 * file whose name is a hash over all its contents depend on, so an entry is never out of date, only unused; the ones
 * unused for longest make room for new ones. Any safetensors reader can open the files.
 */

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { SafetensorsError } from '#shared/ir/safetensors.ts';
import { GraftError } from '#shared/messages/error.ts';
import { isDiskFull } from '#electron/files/failures.ts';
import { privateFolder } from '#electron/files/replace.ts';
import { canonicalJson } from './canonical-json.ts';
import { FeatureFile, featureFileBytes, FeatureWriter } from './feature-file.ts';

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

  /** The whole entry, checked to its last byte. Throws `cache.damaged`, having deleted the file. */
  async read(key: string): Promise<CachedFeatures | undefined> {
    let features = new Float32Array();
    const file = await this.open(key, (values, first, { rows, shape }) => {
      if (first === 0) features = new Float32Array(rows * elementCount(shape));
      features.set(values, first);
      return true;
    });
    if (!file) return undefined;
    await file.close();
    return { features, shape: [...file.shape], rows: file.rows };
  }

  /**
   * The entry, not held: its rows are read as they are wanted, until it is closed.
   * @param visit is shown all values piece by piece, as by `FeatureFile.check`, before anything else; an entry that
   * this run has just written can do without
   * @throws GraftError `cache.damaged`, having deleted the file
   */
  async open(
    key: string,
    visit?: (values: Float32Array, first: number, file: FeatureFile) => boolean | Promise<boolean>,
  ): Promise<FeatureFile | undefined> {
    const path = this.#path(key);
    let file: FeatureFile | undefined;
    try {
      file = await FeatureFile.open(path, key);
      if (visit) await file?.check((values, first) => visit(values, first, file as FeatureFile));
    } catch (thrown) {
      await file?.close();
      if (!(thrown instanceof SafetensorsError)) throw thrown;
      await rm(path, { force: true });
      throw new GraftError('cache.damaged', { path });
    }
    if (!file) return undefined;
    this.#inUse.add(key);
    const now = new Date();
    // The time of last use. A cache that cannot be written to can still be read.
    await utimes(path, now, now).catch(() => undefined);
    return file;
  }

  /** Whether entries of so many bytes together could be kept if nothing else were. */
  holds(bytes: number): boolean {
    return bytes <= this.#limitBytes;
  }

  /** Keeps `features`, [rows, …shape] with the shape of one sample, deleting what was unused for longest to make room. */
  async write(key: string, shape: Shape, features: Float32Array): Promise<CacheWrite> {
    const rows = features.length / elementCount(shape);
    if (!Number.isInteger(rows)) throw new Error(`${features.length} values are no rows of [${shape.join(', ')}]`);
    const written = await this.writeRows(key, [rows, ...shape], async (append) => {
      await append(features);
      return true;
    });
    return written as CacheWrite;
  }

  /**
   * Keeps an entry whose rows are appended one after the other while they are made. An entry that is there already
   * can be read until this one takes its place.
   * @param shape [rows, …shape of one sample]
   * @param make appends all rows; when it returns false, or throws, nothing is kept
   * @returns undefined when `make` gave up
   */
  async writeRows(
    key: string,
    shape: Shape,
    make: (append: (rows: Float32Array) => Promise<void>) => Promise<boolean>,
  ): Promise<CacheWrite | undefined> {
    const unfinished = join(this.#folder, `${key}.${randomUUID()}${unfinishedEnding}`);
    /** What the file system refused; anything else that is thrown is not about the cache. */
    let refusal: NodeJS.ErrnoException | undefined;
    const refusable = <Value>(work: Promise<Value>): Promise<Value> =>
      work.catch((error: NodeJS.ErrnoException) => {
        if (error.code !== undefined) refusal = error;
        throw error;
      });
    let writer: FeatureWriter | undefined;
    try {
      await refusable(mkdir(this.#folder, { recursive: true, mode: privateFolder }));
      const bytes = featureFileBytes(key, shape);
      if (!(await refusable(this.#makeRoom(key, bytes)))) return tooLittle('over-limit', bytes, this.#limitBytes);
      const { bavail, bsize } = await refusable(statfs(this.#folder));
      if (bavail * bsize < bytes) return tooLittle('disk-full', bytes, bavail * bsize);
      const opened = await refusable(FeatureWriter.create(unfinished, key, shape));
      writer = opened;
      if (!(await make((rows) => refusable(opened.append(rows))))) return undefined;
      await refusable(opened.finish());
      await refusable(opened.close());
      writer = undefined;
      await refusable(rename(unfinished, this.#path(key)));
      this.#inUse.add(key);
      return { stored: true };
    } catch (thrown) {
      if (thrown !== refusal) throw thrown;
      const { message } = refusal as NodeJS.ErrnoException;
      return { stored: false, reason: isDiskFull(refusal) ? 'disk-full' : 'unwritable', detail: message };
    } finally {
      await writer?.close().catch(() => undefined);
      await rm(unfinished, { force: true }).catch(() => undefined);
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

function tooLittle(reason: 'over-limit' | 'disk-full', needed: number, there: number): CacheWrite {
  const detail = `${needed} bytes are needed, ${there} are ${reason === 'disk-full' ? 'free' : 'allowed'}`;
  return { stored: false, reason, detail };
}
