/**
 * The decoder as the engine sees it. Whatever native code does with a picture happens in a process of its own, which may
 * end; here a picture is read or there is a reason why not.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { formatBytes } from '#shared/core/format.ts';
import { GraftError } from '#shared/messages/error.ts';
import { pictureBytes, picturesBytes } from '#electron/engine/budget.ts';
import type { DecoderLaunch } from './decoder-keeper.ts';
import type {
  DecoderSettings,
  KeeperMessage,
  KeeperOrder,
  PictureJob,
  Pictures,
  PictureWork,
} from './decoder-messages.ts';

/** What else a test may want. */
export interface DecoderOptions {
  readonly settings?: Partial<DecoderSettings>;
  readonly idleMilliseconds?: number;
  readonly arguments?: readonly string[];
}

interface Pending {
  readonly finish: (pictures: Pictures) => void;
  readonly fail: (reason: Error) => void;
}

/** Beyond this many threads the disk or the native thread pool is what limits. */
const mostThreads = 16;
/** Starting takes a third of a second; at rest it holds a hundred megabytes. */
const idleMilliseconds = 60_000;
/** Processor time for one picture; all but the slowest kinds of 100 megapixels take less (docs/decisions/0047). */
const pictureSeconds = 2.5;

const isSource = import.meta.url.endsWith('.ts');
/** The thread's and the decoder's programs: sources, or their bundles beside the bundled engine. */
const thread = new URL(isSource ? './decoder-thread.ts' : './decoder-thread.js', import.meta.url);
const program = fileURLToPath(new URL(isSource ? '../decoder/main.ts' : './decoder.js', import.meta.url));

export class Decoder {
  readonly #launch: DecoderLaunch;
  readonly #pending = new Map<number, Pending>();
  #thread: Worker | undefined;
  #jobs = 0;
  #processId: number | undefined;
  #closed = false;

  /** Nothing is started before the first picture. */
  constructor({ settings = {}, ...options }: DecoderOptions = {}) {
    const threads = Math.min(mostThreads, availableParallelism());
    const usual = { threads, oneBytes: pictureBytes(), allBytes: picturesBytes(), seconds: pictureSeconds };
    this.#launch = { program, settings: { ...usual, ...settings }, idleMilliseconds, arguments: [], ...options };
  }

  /** The process that decodes, as far as is known here; none before the first picture and after a long rest. */
  get processId(): number | undefined {
    return this.#processId;
  }

  /**
   * Unreadable pictures are reported, never thrown. Calls may overlap; pictures are taken in the order of the calls.
   * @param inputs paths or data URLs
   * @returns failures by place, ascending
   * @throws GraftError `data.decoder-broken`, `run.out-of-memory`
   */
  async make(inputs: readonly string[], work: PictureWork): Promise<Pictures> {
    if (this.#closed) throw new Error('decoding was stopped');
    if (inputs.length === 0) return { failures: [], pixels: new Float32Array(), files: [] };
    const keeper = (this.#thread ??= this.#start());
    const job: PictureJob = { job: this.#jobs++, work, inputs };
    return new Promise<Pictures>((finish, fail) => {
      this.#pending.set(job.job, { finish, fail });
      keeper.ref();
      keeper.postMessage(job);
    });
  }

  /** Starts what decodes ahead of the first picture, which would otherwise wait a third of a second for it. */
  wake(): void {
    if (this.#closed) return;
    const keeper = (this.#thread ??= this.#start());
    keeper.postMessage('wake' satisfies KeeperOrder);
    if (this.#pending.size === 0) keeper.unref();
  }

  /** Ends thread and process; what is under way is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop(new Error('decoding was stopped'));
  }

  #start(): Worker {
    const worker = new Worker(thread, { workerData: this.#launch, execArgv: [] });
    worker.on('message', (message: KeeperMessage) => this.#hear(message));
    // A fault in the thread itself: the next picture starts anew.
    worker.on('error', (thrown) => void this.#drop(thrown instanceof Error ? thrown : new Error(String(thrown))));
    return worker;
  }

  #hear(message: KeeperMessage): void {
    if (message.type === 'process') this.#processId = message.id;
    else if (message.type === 'broken') this.#fail(new GraftError('data.decoder-broken', { reason: message.reason }));
    else {
      const pending = this.#pending.get(message.job);
      this.#pending.delete(message.job);
      if (message.type === 'done') pending?.finish(message);
      else pending?.fail(new GraftError('run.out-of-memory', { reason: tooMany(message.bytes) }));
    }
    // Idle, it does not keep the process alive.
    if (this.#pending.size === 0) this.#thread?.unref();
  }

  #fail(reason: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { fail } of pending) fail(reason);
  }

  async #drop(reason: Error): Promise<void> {
    const worker = this.#thread;
    this.#thread = undefined;
    this.#processId = undefined;
    this.#fail(reason);
    if (!worker) return;
    worker.removeAllListeners('message');
    // Of one that has failed already nothing more is heard, and its decoder hears the channel close and ends.
    const isOver = once(worker, 'exit').catch(() => undefined);
    worker.postMessage('close' satisfies KeeperOrder);
    await isOver;
  }
}

function tooMany(bytes: number): string {
  return `the pixels that are asked for take ${formatBytes(bytes)}.`;
}

let shared: Decoder | undefined;

/** One decoder serves everything in the process. */
export function sharedDecoder(): Decoder {
  shared ??= new Decoder();
  return shared;
}

/** Ends it; whoever asks for it next has another. */
export async function closeSharedDecoder(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await closing?.close();
}
