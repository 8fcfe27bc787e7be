/**
 * Decodes batches of pictures on worker threads. A batch lives in one shared buffer that the threads write into, so
 * that its pixels are never copied. Every thread is told of every batch and takes the next picture by itself: the
 * main thread, which a session blocks while it runs, has no part in it until the batch is done. The threads never
 * load onnxruntime, whose sessions belong to the main thread.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecodeOptions } from './decode.ts';
import type { DecodeFailure, DecodeReply, DecodeTask } from './decode-worker.ts';

export interface DecodedBatch {
  /** [n, 3, height, width], RGB, 0–1; all zero where a picture could not be read. */
  readonly pixels: Float32Array;
  /** By place in the batch, ascending. */
  readonly failures: readonly DecodeFailure[];
}

/** A batch the threads are at. */
interface Pending {
  readonly failures: DecodeFailure[];
  threadsLeft: number;
  readonly finish: (failures: readonly DecodeFailure[]) => void;
  readonly fail: (reason: Error) => void;
}

/** The thread's program: a source beside this one, or its bundle beside the bundled engine. */
const decodeWorker = new URL(
  import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './decode-worker.js',
  import.meta.url,
);

/** Beyond this many threads the disk or the native thread pool is what limits. */
const mostThreads = 16;

export class DecodePool {
  readonly #threads: number;
  #workers: Worker[] = [];
  readonly #pending = new Map<number, Pending>();
  #batches = 0;
  #closed = false;

  /** Threads are started with the first batch. */
  constructor(threads: number = Math.min(mostThreads, availableParallelism())) {
    this.#threads = Math.max(1, threads);
  }

  /** Decodes the pictures in order. Unreadable ones are reported, never thrown. Batches may overlap. */
  async decode(paths: readonly string[], options: DecodeOptions): Promise<DecodedBatch> {
    if (this.#closed) throw new Error('decoding was stopped');
    const length = 3 * options.size[0] * options.size[1];
    const pixels = new SharedArrayBuffer(paths.length * length * Float32Array.BYTES_PER_ELEMENT);
    const next = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const task: DecodeTask = { id: this.#batches++, paths, options, next, pixels };
    if (this.#workers.length === 0) this.#workers = Array.from({ length: this.#threads }, () => this.#start());
    const failures = await new Promise<readonly DecodeFailure[]>((finish, fail) => {
      this.#pending.set(task.id, { failures: [], threadsLeft: this.#threads, finish, fail });
      for (const worker of this.#workers) {
        worker.ref();
        worker.postMessage(task);
      }
    });
    return { pixels: new Float32Array(pixels), failures: failures.toSorted((a, b) => a.index - b.index) };
  }

  /** Ends the threads; batches in progress are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop(new Error('decoding was stopped'));
  }

  #start(): Worker {
    const worker = new Worker(decodeWorker);
    worker.on('message', (reply: DecodeReply) => this.#collect(reply));
    // What a broken thread had taken is lost, so every batch is given up; the next one starts anew.
    worker.on('error', (thrown) => void this.#drop(thrown instanceof Error ? thrown : new Error(String(thrown))));
    return worker;
  }

  #collect({ id, failures }: DecodeReply): void {
    const batch = this.#pending.get(id);
    if (!batch) return;
    batch.failures.push(...failures);
    batch.threadsLeft--;
    if (batch.threadsLeft > 0) return;
    this.#pending.delete(id);
    // Idle threads do not keep the process alive.
    if (this.#pending.size === 0) for (const worker of this.#workers) worker.unref();
    batch.finish(batch.failures);
  }

  async #drop(reason: Error): Promise<void> {
    const workers = this.#workers;
    const batches = [...this.#pending.values()];
    this.#workers = [];
    this.#pending.clear();
    for (const { fail } of batches) fail(reason);
    await Promise.all(workers.map(async (worker) => worker.terminate()));
  }
}
