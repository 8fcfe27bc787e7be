/** ONNX files on disk, with the weight files beside them. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Model } from '#shared/ir/graph.ts';
import { sound } from '#shared/ir/soundness.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { upgrade } from '#shared/onnx/upgrade.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { writing } from '#electron/engine/unwritable.ts';

/** Bytes handed to the file system or the hash at a time: both count in 32 bits with a sign. */
const largestCall = 2 ** 30;
/** Weights of more bytes than this in all go to a file of their own: protobuf's limit is 2 GiB for a whole model. */
const largestEmbedded = 1.5 * 2 ** 30;
/** Smaller weights stay in the model all the same: shapes and the like, which a reader may want to see at once. */
const smallestExternal = 1024;

/**
 * Any ONNX file, its weight files beside it included, in operators of set 17 or newer; the hash is over all files.
 * @throws GraftError `model.file-missing`, `model.not-onnx`, `model.external-data-…`, `model.opset-unsupported`
 */
export function readModel(path: string): { model: Model; hash: string } {
  if (!existsSync(path)) throw new GraftError('model.file-missing', { path });
  const bytes = readWhole(path, path);
  const hash = createHash('sha256');
  const add = (data: Uint8Array): void => {
    for (let at = 0; at < data.length; at += largestCall) hash.update(data.subarray(at, at + largestCall));
  };
  add(bytes);
  // Hundreds of weights may lie in one file.
  const beside = new Map<string, Uint8Array>();
  const model = decodeModel(bytes, {
    path,
    readExternal: (location) => {
      const known = beside.get(location);
      if (known) return known;
      const file = join(dirname(path), location);
      if (!existsSync(file)) throw new GraftError('model.external-data-missing', { path, file: location });
      const data = readWhole(file, path);
      add(data);
      beside.set(location, data);
      return data;
    },
  });
  const checked = sound(model.graph);
  if ('flaw' in checked) throw new GraftError('model.not-onnx', { path, reason: checked.flaw });
  return { model: upgrade({ ...model, graph: checked.graph }, 17, path), hash: hash.digest('hex') };
}

/** @param model the model that the file is, or belongs to */
function readWhole(file: string, model: string): Uint8Array {
  try {
    return readAll(file);
  } catch (error) {
    const which = file === model ? 'it' : basename(file);
    throw new GraftError('model.not-onnx', {
      path: model,
      reason: `${which} cannot be read (${(error as Error).message}).`,
    });
  }
}

/** A file of any size, unlike `readFileSync`, which stops at 2 GiB. */
function readAll(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = new Uint8Array(fstatSync(descriptor).size);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(descriptor, bytes, read, Math.min(largestCall, bytes.length - read), null);
      if (count === 0) return bytes.subarray(0, read);
      read += count;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a model under a temporary name and renames it, so that a failed write leaves what was there. Weights that
 * are too large for one ONNX file go to `<file>.data` beside it.
 * @param embedded bytes of weights that the model itself may hold
 * @returns bytes written in all
 * @throws GraftError `document.disk-full`, `document.unwritable`
 */
export function writeModel(file: string, model: Model, embedded = largestEmbedded): number {
  const external = externalWeights(model, embedded);
  const location = `${basename(file)}.data`;
  const bytes = encodeModel(model, [], external.size > 0 ? { location, weights: new Set(external.keys()) } : undefined);
  const parts = new Map<string, readonly Uint8Array[]>([[file, [bytes]]]);
  if (external.size > 0)
    parts.set(
      join(dirname(file), location),
      [...external.values()].map(({ data }) => data),
    );
  try {
    for (const [path, pieces] of parts) writing(file, () => writeAll(`${path}.part`, pieces));
    for (const path of parts.keys()) writing(file, () => renameSync(`${path}.part`, path));
  } catch (error) {
    for (const path of parts.keys()) rmSync(`${path}.part`, { force: true });
    throw error;
  }
  return [...parts.values()].flat().reduce((total, { byteLength }) => total + byteLength, 0);
}

function externalWeights({ graph }: Model, embedded: number): Map<string, Tensor> {
  const total = [...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total <= embedded) return new Map();
  return new Map([...graph.initializers].filter(([, { data }]) => data.byteLength >= smallestExternal));
}

function writeAll(path: string, pieces: readonly Uint8Array[]): void {
  const descriptor = openSync(path, 'w');
  try {
    for (const piece of pieces) {
      for (let written = 0; written < piece.length;) {
        written += writeSync(descriptor, piece, written, Math.min(largestCall, piece.length - written));
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
