/** How many rows a run may hold: all of them where they fit, else the few it is at. */
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import { rowMemoryBytes } from '#electron/engine/paths.ts';

/** A row is of float32. */
const bytesPerValue = Float32Array.BYTES_PER_ELEMENT;
/** Beyond this, rows that are read at a time come no faster. */
const largestChunkBytes = 64 << 20;
/** One chunk is in use while two are being read, and the runtime copies what it is given. */
const chunkShare = 1 / 8;

/**
 * Where nothing is frozen a row is a picture. Up to this size, 104 by 104 pixels, reading it costs next to nothing
 * beside decoding its photo; one of 224 by 224 takes ten times its JPEG, and training on it hides the decoding.
 */
const largestPictureBytes = 128 << 10;
/** Pictures decoded ahead of their use, so that every thread has work whatever the batch. */
const picturesAhead = 64;

/** Whether this many rows are too much to hold. @param width elements of one row */
export function exceedsMemory(rows: number, width: number): boolean {
  return rows * width * bytesPerValue > rowMemoryBytes();
}

/** Batches of rows that are read or made at a time: one at least. @param width elements of one row */
export function batchesAtOnce(batch: number, width: number): number {
  const bytes = Math.min(largestChunkBytes, rowMemoryBytes() * chunkShare);
  return Math.max(1, Math.floor(bytes / (batch * width * bytesPerValue)));
}

/** Whether rows that exceed the memory are to be put into a file rather than made again every epoch. */
export function worthAFile({ prefix, cut }: Plan): boolean {
  return prefix !== undefined || elementCount(cut.shape) * bytesPerValue <= largestPictureBytes;
}

/** Batches of pictures to decode ahead. */
export function decodedAhead(batch: number): number {
  return Math.max(2, Math.ceil(picturesAhead / batch));
}
