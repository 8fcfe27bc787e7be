/** How many rows a run may hold: all of them where they fit, else the few it is at. */
import { rowMemoryBytes } from '#electron/engine/paths.ts';

/** A row is of float32. */
const bytesPerValue = Float32Array.BYTES_PER_ELEMENT;
/** Beyond this, rows that are read at a time come no faster. */
const largestChunkBytes = 64 << 20;
/** One chunk is in use while two are being read, and the runtime copies what it is given. */
const chunkShare = 1 / 8;

/** Whether this many rows are too much to hold. @param width elements of one row */
export function exceedsMemory(rows: number, width: number): boolean {
  return rows * width * bytesPerValue > rowMemoryBytes();
}

/** Batches of rows that are read or made at a time: one at least. @param width elements of one row */
export function batchesAtOnce(batch: number, width: number): number {
  const bytes = Math.min(largestChunkBytes, rowMemoryBytes() * chunkShare);
  return Math.max(1, Math.floor(bytes / (batch * width * bytesPerValue)));
}
