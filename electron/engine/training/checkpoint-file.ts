/**
 * A checkpoint as a safetensors file: parameters and optimizer state, with the run's progress in the metadata and a
 * CRC-32 over all bytes of the file, itself counted as zeros. A flipped bit of a weight would train on without a word.
 */
import { closeSync, fstatSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  decodeSafetensors,
  decodeSafetensorsHeader,
  encodeSafetensors,
  SafetensorsError,
  safetensorsHeaderLength,
} from '#shared/ir/safetensors.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { openFileSync, readFully } from '#electron/files/regular-file.ts';
import { progressSchema, type Progress } from '#electron/engine/training/progress.ts';

export interface Checkpoint {
  readonly tensors: Map<string, Tensor>;
  readonly progress: Progress;
}

const checksumKey = 'graft.crc32';
const zeros = '00000000';
const start = `"${checksumKey}":"`;

export function encodeCheckpoint(tensors: ReadonlyMap<string, Tensor>, progress: Progress): Uint8Array {
  const bytes = encodeSafetensors(tensors, { [checksumKey]: zeros, progress: JSON.stringify(progress) });
  const checksum = crc32(bytes).toString(16).padStart(zeros.length, '0');
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).write(checksum, placeOf(bytes), 'latin1');
  return bytes;
}

/**
 * Nothing but the header is read of a file that is not as long as it says.
 * @param strict whether there must be a checksum: earlier versions wrote none
 * @throws Error for a file that is not what was written, and the system's errors
 */
export function readCheckpointFile(path: string, strict: boolean): Checkpoint {
  const descriptor = openFileSync(path);
  try {
    const { size } = fstatSync(descriptor);
    const length = safetensorsHeaderLength(readFully(descriptor, 0, Math.min(8, size)), size);
    decodeSafetensorsHeader(readFully(descriptor, 8, length), size - 8 - length);
    return decodeCheckpoint(readFully(descriptor, 0, size), strict);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * @param strict whether there must be a checksum: earlier versions wrote none
 * @throws Error for bytes that are not what was written
 */
function decodeCheckpoint(bytes: Uint8Array, strict: boolean): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const written = metadata[checksumKey];
  if (written === undefined ? strict : written !== checksumOf(bytes))
    throw new SafetensorsError('its checksum does not match');
  return { tensors, progress: progressSchema.parse(JSON.parse(metadata['progress'] ?? '')) };
}

/** Of a file that holds one, in three pieces, so that nothing is copied. */
function checksumOf(bytes: Uint8Array): string {
  const place = placeOf(bytes);
  const before = crc32(bytes.subarray(0, place));
  const there = crc32(zeros, before);
  return crc32(bytes.subarray(place + zeros.length), there)
    .toString(16)
    .padStart(zeros.length, '0');
}

/** Quotes inside the other metadata are escaped, so that this is found nowhere else. */
function placeOf(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(start) + start.length;
}
