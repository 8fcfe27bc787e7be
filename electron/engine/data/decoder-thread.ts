/** A thread of the engine that keeps the decoder; the rest is in `decoder-keeper.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { DecoderKeeper, type DecoderLaunch } from './decoder-keeper.ts';
import type { KeeperOrder } from './decoder-messages.ts';

const keeper = new DecoderKeeper(workerData as DecoderLaunch, (message) =>
  // Pixels change hands and are not copied.
  parentPort?.postMessage(message, message.type === 'done' ? [message.pixels.buffer] : []),
);
parentPort?.on('message', (order: KeeperOrder) => {
  if (order === 'wake') return keeper.wake();
  if (order !== 'close') return keeper.add(order);
  // Only whoever started a process clears it away: the thread lasts until the decoder has gone.
  void keeper.close().then(() => parentPort?.close());
});
