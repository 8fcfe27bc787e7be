import type { WeightFile } from '#shared/onnx/decode.ts';

/** A weight file whose bytes are in memory. */
export function weightFileOf(bytes: Uint8Array): WeightFile {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
