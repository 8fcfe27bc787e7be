/** ONNX files on disk, with the weight files beside them. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Model } from '#shared/ir/graph.ts';
import { sound } from '#shared/ir/soundness.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { upgrade } from '#shared/onnx/upgrade.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { writing } from '#electron/files/failures.ts';
import { openFileSync, readFully } from '#electron/files/regular-file.ts';
import { requireNoLink, unfinishedName, writeNewFile } from '#electron/files/replace.ts';
import { weightFile } from '#electron/files/beside-model.ts';
import { reading, WeightReader } from '#electron/engine/weight-reader.ts';

/** Bytes handed to the hash at a time: it counts in 32 bits with a sign. */
const largestCall = 2 ** 30;
/** What protobuf allows a message, and with it a model without the weight files beside it. */
const largestModel = 2 ** 31;
/** Weights of more bytes than this in all go to a file of their own: protobuf's limit is 2 GiB for a whole model. */
const largestEmbedded = 1.5 * 2 ** 30;
/** Smaller weights stay in the model all the same: shapes and the like, which a reader may want to see at once. */
const smallestExternal = 1024;

/**
 * Any ONNX file, its weight files beside it included, in operators of set 17 or newer; the hash is over all files.
 * @throws GraftError `model.file-missing`, `model.not-onnx`, `model.external-data-…`, `model.opset-unsupported`,
 * `model.too-large`, `files.not-a-file`
 */
export function readModel(path: string): { model: Model; hash: string } {
  if (!existsSync(path)) throw new GraftError('model.file-missing', { path });
  const bytes = readWhole(path);
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += largestCall) hash.update(bytes.subarray(at, at + largestCall));
  // Hundreds of weights may lie in one file.
  const beside = new Map<string, WeightReader>();
  try {
    const model = decodeModel(bytes, {
      path,
      readExternal: (location) => {
        const known = beside.get(location);
        if (known) return known;
        const reader = WeightReader.open(weightFile(path, location), path, [...beside.values()]);
        beside.set(location, reader);
        return reader;
      },
    });
    const checked = sound(model.graph);
    if ('flaw' in checked) throw new GraftError('model.not-onnx', { path, reason: checked.flaw });
    for (const reader of beside.values()) reader.hashInto(hash);
    return { model: upgrade({ ...model, graph: checked.graph }, 17, path), hash: hash.digest('hex') };
  } finally {
    for (const reader of beside.values()) reader.close();
  }
}

/** A file of any size, unlike `readFileSync`, which stops at 2 GiB. */
function readWhole(path: string): Uint8Array {
  return reading(path, path, () => {
    const descriptor = openFileSync(path);
    try {
      const { size } = fstatSync(descriptor);
      if (size > largestModel)
        throw new GraftError('model.not-onnx', {
          path,
          reason: `it has ${size} bytes, which is more than a model can`,
        });
      return readFully(descriptor, 0, size);
    } finally {
      closeSync(descriptor);
    }
  });
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
  requireNoLink(file);
  const unfinished = new Map([...parts.keys()].map((path) => [path, unfinishedName(path)]));
  const unfinishedOf = (path: string): string => unfinished.get(path) as string;
  try {
    for (const [path, pieces] of parts)
      writing(file, () => writeNewFile(unfinishedOf(path), pieces, { mode: 0o666, durable: true }));
    for (const path of parts.keys()) writing(file, () => renameSync(unfinishedOf(path), path));
  } catch (error) {
    for (const path of unfinished.values()) rmSync(path, { force: true });
    throw error;
  }
  return [...parts.values()].flat().reduce((total, { byteLength }) => total + byteLength, 0);
}

function externalWeights({ graph }: Model, embedded: number): Map<string, Tensor> {
  const total = [...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total <= embedded) return new Map();
  return new Map([...graph.initializers].filter(([, { data }]) => data.byteLength >= smallestExternal));
}
