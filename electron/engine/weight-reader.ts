/** A weight file beside a model: only what the model asks for is read, and only as much as this machine can hold. */
import type { Hash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { basename } from 'node:path';
import type { WeightFile } from '#shared/onnx/decode.ts';
import { GraftError } from '#shared/messages/error.ts';
import { NotAFile, openFileSync, readFully } from '#electron/files/regular-file.ts';
import { modelMemoryBytes } from '#electron/engine/budget.ts';

/** Bytes read and hashed at a time: both count in 32 bits with a sign. */
const largestCall = 2 ** 30;
/** Bytes hashed at a time of what is not held. */
const pieceBytes = 16 << 20;
/**
 * A file is what its model's identity hangs on, whole, unless it holds much more than the model asks for: then it hangs
 * on what is asked for.
 */
const wholeShare = 4;
const wholeBytes = 64 << 20;

interface Slice {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class WeightReader implements WeightFile {
  readonly size: number;
  readonly #path: string;
  readonly #model: string;
  readonly #descriptor: number;
  readonly #others: readonly WeightReader[];
  readonly #slices = new Map<string, Slice>();
  #held = 0;

  private constructor(path: string, model: string, descriptor: number, others: readonly WeightReader[]) {
    this.#path = path;
    this.#model = model;
    this.#descriptor = descriptor;
    this.#others = others;
    this.size = fstatSync(descriptor).size;
  }

  /** @param others of the same model, with which it shares what may be held. @throws GraftError `model.not-onnx` */
  static open(path: string, model: string, others: readonly WeightReader[]): WeightReader {
    return reading(path, model, () => new WeightReader(path, model, openFileSync(path), others));
  }

  /** Tensors that share their bytes share them here. @throws GraftError `model.too-large`, `model.not-onnx` */
  read(offset: number, length: number): Uint8Array {
    const key = `${offset} ${length}`;
    const known = this.#slices.get(key);
    if (known) return known.bytes;
    const wanted = this.#others.reduce((sum, other) => sum + other.#held, this.#held + length);
    const limit = modelMemoryBytes();
    if (wanted > limit) throw new GraftError('model.too-large', { path: this.#model, needed: wanted, limit });
    const bytes = reading(this.#path, this.#model, () => readFully(this.#descriptor, offset, length));
    this.#slices.set(key, { offset, bytes });
    this.#held += length;
    return bytes;
  }

  /** Adds the file's bytes to the hash of its model. */
  hashInto(hash: Hash): void {
    const slices = [...this.#slices.values()].toSorted((left, right) => left.offset - right.offset);
    const whole = this.size <= wholeShare * this.#held + wholeBytes;
    let reached = 0;
    for (const { offset, bytes } of slices) {
      if (whole && offset > reached) this.#hashRange(hash, reached, offset);
      const fresh = bytes.subarray(Math.max(0, reached - offset));
      for (let at = 0; at < fresh.length; at += largestCall) hash.update(fresh.subarray(at, at + largestCall));
      reached = Math.max(reached, offset + bytes.length);
    }
    if (whole) this.#hashRange(hash, reached, this.size);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #hashRange(hash: Hash, start: number, end: number): void {
    for (let at = start; at < end; at += pieceBytes) {
      const length = Math.min(pieceBytes, end - at);
      hash.update(reading(this.#path, this.#model, () => readFully(this.#descriptor, at, length)));
    }
  }
}

/** What the file system refuses, in the words of a model that cannot be read. */
export function reading<Result>(path: string, model: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraftError && !(error instanceof NotAFile)) throw error;
    const which = path === model ? 'it' : basename(path);
    const what = error instanceof NotAFile ? `is ${error.kind}` : `cannot be read (${(error as Error).message})`;
    throw new GraftError('model.not-onnx', { path: model, reason: `${which} ${what}.` });
  }
}
