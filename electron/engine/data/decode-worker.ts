/** A decoding thread: takes parts of batches and writes their pixels straight into the batch's shared memory. */
import { parentPort } from 'node:worker_threads';
import { decodeInto, unreadableReason, type DecodeOptions } from './decode.ts';

export interface DecodeTask {
  readonly paths: readonly string[];
  readonly options: DecodeOptions;
  /** Place of the first path within the batch. */
  readonly first: number;
  /** The whole batch, [n, 3, height, width]. */
  readonly pixels: SharedArrayBuffer;
}

export interface DecodeFailure {
  /** Place within the batch. */
  readonly index: number;
  readonly reason: string;
}

/** Two at a time: one is resampled here while the next is decompressed by the native thread pool. */
const lanes = 2;

async function decodeTask({ paths, options, first, pixels }: DecodeTask): Promise<DecodeFailure[]> {
  const length = 3 * options.size[0] * options.size[1];
  const failures: DecodeFailure[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < paths.length) {
      const at = next++;
      const index = first + at;
      try {
        const target = new Float32Array(pixels, index * length * Float32Array.BYTES_PER_ELEMENT, length);
        await decodeInto(paths[at] as string, options, index, target);
      } catch (thrown) {
        failures.push({ index, reason: unreadableReason(thrown) });
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failures;
}

parentPort?.on('message', (task: DecodeTask) => {
  void decodeTask(task).then((failures) => parentPort?.postMessage(failures));
});
