/** A decoding thread: takes pictures of a batch until none is left and writes them into the batch's shared memory. */
import { parentPort } from 'node:worker_threads';
import { decodeInto, unreadableReason, type DecodeOptions } from './decode.ts';

/** A batch, handed to every thread at once. */
export interface DecodeTask {
  readonly id: number;
  readonly paths: readonly string[];
  readonly options: DecodeOptions;
  /** One 32-bit integer: the place of the next picture that no thread has taken. */
  readonly next: SharedArrayBuffer;
  /** [n, 3, height, width]. */
  readonly pixels: SharedArrayBuffer;
}

export interface DecodeFailure {
  /** Place within the batch. */
  readonly index: number;
  readonly reason: string;
}

/** What a thread says when nothing of a batch is left for it. */
export interface DecodeReply {
  readonly id: number;
  readonly failures: readonly DecodeFailure[];
}

/** Two at a time: one is resampled here while the next is decompressed by the native thread pool. */
const lanes = 2;

async function decodeShare({ id, paths, options, next, pixels }: DecodeTask): Promise<DecodeReply> {
  const counter = new Int32Array(next);
  const length = 3 * options.size[0] * options.size[1];
  const failures: DecodeFailure[] = [];
  const lane = async (): Promise<void> => {
    for (let index = Atomics.add(counter, 0, 1); index < paths.length; index = Atomics.add(counter, 0, 1)) {
      try {
        const target = new Float32Array(pixels, index * length * Float32Array.BYTES_PER_ELEMENT, length);
        await decodeInto(paths[index] as string, options, index, target);
      } catch (thrown) {
        failures.push({ index, reason: unreadableReason(thrown) });
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { id, failures };
}

/** Batches are worked off in the order they came. */
let working: Promise<void> = Promise.resolve();

parentPort?.on('message', (task: DecodeTask) => {
  working = working.then(async () => parentPort?.postMessage(await decodeShare(task)));
});
