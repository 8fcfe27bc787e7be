/**
 * The safetensors file format: an 8-byte little-endian header length, a JSON header, then the tensors' bytes
 * without gaps (https://github.com/huggingface/safetensors, "Format"). Decoded tensors are views into the file's
 * bytes; nothing is copied. A file from outside is distrusted: every size is checked before it is used.
 */
import { elementCount } from '#shared/core/shape.ts';
import { decodeUtf8 } from '#shared/core/utf8.ts';
import { bytesPerElement, type DType, type Tensor, type TensorType } from '#shared/ir/tensor.ts';

/** The format's own limit on the header. */
const headerLimitBytes = 100_000_000;

/** Thrown for bytes that are not a whole, consistent safetensors file; the message completes "…: ". */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** Where a tensor's bytes lie, counted from the end of the header. */
export interface SafetensorsEntry extends TensorType {
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: Map<string, SafetensorsEntry>;
  readonly metadata: Record<string, string>;
}

const fileNames: Record<Exclude<DType, 'string'>, string> = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
};
const dtypesByFileName = new Map(Object.entries(fileNames).map(([dtype, name]) => [name, dtype as DType]));

/**
 * A whole file of the tensors, which must not be of strings. Bytes are laid out widest element first, so that
 * each tensor starts aligned for its type; names keep the map's order in the header.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { bytes: header, entries } = encodeSafetensorsHeader(tensors, metadata);
  const length = Math.max(0, ...[...entries.values()].map((entry) => entry.end));
  const file = new Uint8Array(header.length + length);
  file.set(header);
  for (const [name, tensor] of tensors) {
    const { start, end } = entries.get(name) as SafetensorsEntry;
    if (tensor.data.length !== end - start) {
      throw new Error(`tensor ${name} has ${tensor.data.length} bytes where its shape needs ${end - start}`);
    }
    file.set(tensor.data, header.length + start);
  }
  return file;
}

/** The length and header of a file, for writers that append the tensors' bytes themselves at the places given. */
export function encodeSafetensorsHeader(
  types: ReadonlyMap<string, TensorType>,
  metadata: Readonly<Record<string, string>> = {},
): { bytes: Uint8Array; entries: Map<string, SafetensorsEntry> } {
  const places = new Map<string, SafetensorsEntry>();
  let at = 0;
  const widestFirst = [...types].toSorted(([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  for (const [name, { dtype, shape }] of widestFirst) {
    if (dtype === 'string') throw new Error(`tensor ${name} holds strings, which safetensors cannot`);
    if (name === '__metadata__') throw new Error('a tensor cannot be called __metadata__');
    const end = at + elementCount(shape) * bytesPerElement(dtype);
    places.set(name, { dtype, shape, start: at, end });
    at = end;
  }
  const entries = new Map([...types.keys()].map((name) => [name, places.get(name) as SafetensorsEntry]));
  const described = [...entries].map(([name, { dtype, shape, start, end }]): [string, unknown] => [
    name,
    { dtype: fileNames[dtype as Exclude<DType, 'string'>], shape, data_offsets: [start, end] },
  ]);
  const json = asciiJson(Object.fromEntries([['__metadata__', metadata], ...described]));
  const padded = json.padEnd(Math.ceil(json.length / 8) * 8, ' ');
  if (padded.length > headerLimitBytes) throw new Error(`the header would take ${padded.length} bytes`);
  const bytes = new Uint8Array(8 + padded.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  for (let index = 0; index < padded.length; index++) bytes[8 + index] = padded.charCodeAt(index);
  return { bytes, entries };
}

/** Every tensor of a file as a view into `bytes`. Throws SafetensorsError. */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
} {
  const length = safetensorsHeaderLength(bytes, bytes.length);
  const { entries, metadata } = decodeSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length - 8 - length);
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, start, end }] of entries) {
    tensors.set(name, { dtype, shape, data: data.subarray(start, end) });
  }
  return { tensors, metadata };
}

/** Length of the JSON header from a file's first eight bytes and the file's size. Throws SafetensorsError. */
export function safetensorsHeaderLength(start: Uint8Array, fileBytes: number): number {
  if (start.length < 8) throw new SafetensorsError('the file is shorter than eight bytes');
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(headerLimitBytes)) throw new SafetensorsError(`its header claims ${length} bytes`);
  if (8 + Number(length) > fileBytes) throw new SafetensorsError('the file ends within its header');
  return Number(length);
}

/**
 * Reads the JSON header and checks that the tensors fill the `dataBytes` after it exactly, none over another.
 * Throws SafetensorsError.
 */
export function decodeSafetensorsHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  const parsed = parseObject(json);
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') metadata = checkMetadata(value);
    else entries.set(name, checkEntry(name, value));
  }
  let reached = 0;
  for (const [name, { start, end }] of [...entries].toSorted(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (start !== reached) {
      throw new SafetensorsError(`tensor ${name} starts at byte ${start} where ${reached} was expected`);
    }
    reached = end;
  }
  if (reached !== dataBytes) throw new SafetensorsError(`its tensors take ${reached} bytes, the file has ${dataBytes}`);
  return { entries, metadata };
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(json));
  } catch {
    throw new SafetensorsError('its header is not JSON');
  }
  if (!isObject(value)) throw new SafetensorsError('its header is not a JSON object');
  return value;
}

function checkMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every((item) => typeof item === 'string')) {
    throw new SafetensorsError('its metadata is not a table of strings');
  }
  return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown): SafetensorsEntry {
  if (!isObject(value)) throw new SafetensorsError(`tensor ${name} is not described by an object`);
  const dtype = dtypesByFileName.get(String(value['dtype']));
  if (!dtype) throw new SafetensorsError(`tensor ${name} has the unknown type ${String(value['dtype'])}`);
  const shape = value['shape'];
  const offsets = value['data_offsets'];
  if (!isSizes(shape)) throw new SafetensorsError(`tensor ${name} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw new SafetensorsError(`tensor ${name} has no valid offsets`);
  const [start, end] = offsets as [number, number];
  const needed = elementCount(shape) * bytesPerElement(dtype);
  if (end - start !== needed) {
    throw new SafetensorsError(`tensor ${name} needs ${needed} bytes, its offsets leave ${end - start}`);
  }
  return { dtype, shape, start, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** JSON in ASCII alone, so that a header's length in bytes is its length in characters. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
