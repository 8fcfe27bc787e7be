/**
 * Decodes batches of pictures on worker threads. A batch lives in one shared buffer that the threads write into,
 * so that its pixels are never copied; the threads share work in small parts, so that one slow picture holds up
 * nobody. The threads never load onnxruntime, whose sessions belong to the main thread.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecodeOptions } from './decode.ts';
import type { DecodeFailure, DecodeTask } from './decode-worker.ts';

export interface DecodedBatch {
  /** [n, 3, height, width], RGB, 0–1; all zero where a picture could not be read. */
  readonly pixels: Float32Array;
  /** By place in the batch, ascending. */
  readonly failures: readonly DecodeFailure[];
}

interface Job {
  readonly task: DecodeTask;
  readonly finish: (failures: DecodeFailure[]) => void;
  readonly fail: (reason: Error) => void;
}

/** The thread's program: a source beside this one, or its bundle beside the bundled engine. */
const decodeWorker = new URL(
  import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './decode-worker.js',
  import.meta.url,
);

/** Beyond this many threads the disk or the native thread pool is what limits. */
const mostThreads = 16;
/** Pictures handed to a thread at a time, at most. */
const mostPerTask = 8;

export class DecodePool {
  readonly #threads: number;
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, Job>();
  readonly #queue: Job[] = [];
  #closed = false;

  /** Threads are started when there is work for them. */
  constructor(threads: number = Math.min(mostThreads, availableParallelism())) {
    this.#threads = Math.max(1, threads);
  }

  /** Decodes the pictures in order. Unreadable ones are reported, never thrown. Batches may overlap. */
  async decode(paths: readonly string[], options: DecodeOptions): Promise<DecodedBatch> {
    const length = 3 * options.size[0] * options.size[1];
    const pixels = new SharedArrayBuffer(paths.length * length * Float32Array.BYTES_PER_ELEMENT);
    const perTask = Math.min(mostPerTask, Math.max(1, Math.ceil(paths.length / (2 * this.#threads))));
    const parts: Promise<DecodeFailure[]>[] = [];
    for (let first = 0; first < paths.length; first += perTask) {
      parts.push(this.#enqueue({ paths: paths.slice(first, first + perTask), options, first, pixels }));
    }
    const failures = (await Promise.all(parts)).flat().toSorted((a, b) => a.index - b.index);
    return { pixels: new Float32Array(pixels), failures };
  }

  /** Ends the threads; batches in progress are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const workers = [...this.#idle.splice(0), ...this.#running.keys()];
    const dropped = [...this.#running.values(), ...this.#queue.splice(0)];
    this.#running.clear();
    for (const job of dropped) job.fail(new Error('decoding was stopped'));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #enqueue(task: DecodeTask): Promise<DecodeFailure[]> {
    if (this.#closed) return Promise.reject(new Error('decoding was stopped'));
    return new Promise((finish, fail) => {
      this.#queue.push({ task, finish, fail });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? (this.#running.size < this.#threads ? this.#start() : undefined);
      if (!worker) return;
      const job = this.#queue.shift() as Job;
      this.#running.set(worker, job);
      worker.ref();
      worker.postMessage(job.task);
    }
  }

  #start(): Worker {
    const worker = new Worker(decodeWorker);
    worker.on('message', (failures: DecodeFailure[]) => {
      const job = this.#running.get(worker);
      this.#running.delete(worker);
      this.#idle.push(worker);
      // An idle thread does not keep the process alive.
      worker.unref();
      job?.finish(failures);
      this.#dispatch();
    });
    worker.on('error', (error) => {
      const job = this.#running.get(worker);
      this.#running.delete(worker);
      const place = this.#idle.indexOf(worker);
      if (place >= 0) this.#idle.splice(place, 1);
      job?.fail(error instanceof Error ? error : new Error(String(error)));
      this.#dispatch();
    });
    return worker;
  }
}
