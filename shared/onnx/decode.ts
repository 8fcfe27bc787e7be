/** Model file → ir. Tensor bytes stay views into the file's buffer: keep the buffer alive and unchanged. */
import protobuf from 'protobufjs';
import { elementCount } from '#shared/core/shape.ts';
import type { Attribute, Dimension, Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { onnxType } from '#shared/ir/builder.ts';
import { bytesPerElement, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import {
  attributeTypes,
  modelProto,
  type AttributeMessage,
  type GraphMessage,
  type Int64,
  type ModelMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from '#shared/onnx/schema.ts';

/** A file beside a model that holds weights. */
export interface WeightFile {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `offset` on, which lie within the file. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** How a model's weight files are reached; `location` is as written in the model. */
export type ExternalReader = (location: string) => WeightFile;

export interface DecodeOptions {
  /** Named in errors. */
  readonly path?: string;
  readonly readExternal?: ExternalReader;
}

/** The newest that onnxruntime reads. Later ones add nothing to what is decoded here, and exporters write them early. */
const newestIrVersion = 13;

const dtypeOf = new Map<number, DType>(Object.entries(onnxType).map(([dtype, number]) => [number, dtype as DType]));

/**
 * Bodies within bodies. A file may hold messages a hundred deep, which are some thirty bodies; steps and loops are put
 * around the model, and everything has to fit a file again.
 */
const deepestBody = 20;

interface Context {
  readonly path: string;
  readonly readExternal: ExternalReader | undefined;
}

/** @param reason completes "… is not an ONNX model: " */
function refusal({ path }: Context, reason: string): GraftError {
  return new GraftError('model.not-onnx', { path, reason });
}

/**
 * Reads a model file.
 * @throws GraftError `model.not-onnx`, `model.external-data-missing`, `model.external-data-outside`
 */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): Model {
  const context: Context = { path: options.path ?? 'the model', readExternal: options.readExternal };
  const message = parse(bytes, context);
  if (!message.graph || message.opsetImport.length === 0) throw refusal(context, 'it holds no graph.');
  if (message.functions.length > 0) throw refusal(context, 'it defines functions of its own, which are not supported.');
  return {
    graph: decodeGraph(message.graph, context, 0),
    opsets: Object.fromEntries(
      message.opsetImport.map((entry) => [entry.domain === 'ai.onnx' ? '' : entry.domain, toNumber(entry.version)]),
    ),
    irVersion: Math.min(toNumber(message.irVersion), newestIrVersion),
    metadata: Object.fromEntries(message.metadataProps.map((entry) => [entry.key, entry.value])),
  };
}

function parse(bytes: Uint8Array, context: Context): ModelMessage {
  if (bytes.byteLength === 0) throw refusal(context, 'the file is empty.');
  try {
    // A plain view: what is cut from a Node Buffer would be Buffers, whose methods differ.
    return modelProto.decode(bytesOf(bytes)) as unknown as ModelMessage;
  } catch (error) {
    throw refusal(context, `its bytes are not a model (${(error as Error).message}).`);
  }
}

function decodeGraph(message: GraphMessage, context: Context, level: number): Graph {
  if (level > deepestBody)
    throw refusal(context, `its branches and loops are nested more than ${deepestBody} levels deep.`);
  if (message.sparseInitializer.length > 0) throw refusal(context, 'it has sparse weights, which are not supported.');
  const initializers = new Map(
    message.initializer.map((tensor) => [tensor.name, decodeTensor(tensor, context)] as const),
  );
  return {
    name: message.name,
    // Files of IR version 3 list initializers among the inputs too.
    inputs: message.input.map(decodeValueInfo).filter((input) => !initializers.has(input.name)),
    outputs: message.output.map(decodeValueInfo),
    nodes: message.node.map((node) => decodeNode(node, context, level)),
    initializers,
  };
}

function decodeNode(message: NodeMessage, context: Context, level: number): Node {
  return {
    name: message.name,
    op: message.opType,
    domain: message.domain === 'ai.onnx' ? '' : message.domain,
    inputs: message.input,
    outputs: message.output,
    attributes: Object.fromEntries(
      message.attribute.map((attribute) => [attribute.name, decodeAttribute(attribute, context, level)]),
    ),
  };
}

function decodeAttribute(message: AttributeMessage, context: Context, level: number): Attribute {
  switch (message.type) {
    case attributeTypes.float:
      return { type: 'float', value: message.f };
    case attributeTypes.int:
      return { type: 'int', value: toNumber(message.i) };
    case attributeTypes.string:
      return { type: 'string', value: text(message.s) };
    case attributeTypes.tensor:
      if (!message.t) throw refusal(context, `attribute ${message.name} lacks its tensor.`);
      return { type: 'tensor', value: decodeTensor(message.t, context) };
    case attributeTypes.graph:
      if (!message.g) throw refusal(context, `attribute ${message.name} lacks its graph.`);
      return { type: 'graph', value: decodeGraph(message.g, context, level + 1) };
    case attributeTypes.floats:
      return { type: 'floats', value: message.floats };
    case attributeTypes.ints:
      return { type: 'ints', value: message.ints.map(toNumber) };
    case attributeTypes.strings:
      return { type: 'strings', value: message.strings.map(text) };
    default:
      throw refusal(context, `attribute ${message.name} has a type (${message.type}) that is not supported.`);
  }
}

function decodeTensor(message: TensorMessage, context: Context): Tensor {
  const shape = message.dims.map(toNumber);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw refusal(context, `tensor ${message.name} has the shape [${shape.join(', ')}].`);
  const dtype = dtypeOf.get(message.dataType);
  if (!dtype)
    throw refusal(context, `tensor ${message.name} has element type ${message.dataType}, which is not supported.`);
  if (dtype === 'string') {
    const strings = message.stringData.map(text);
    if (strings.length !== elementCount(shape))
      throw refusal(
        context,
        `tensor ${message.name} has ${strings.length} strings for the shape [${shape.join(', ')}].`,
      );
    return { dtype, shape, data: new Uint8Array(), strings };
  }
  const expected = elementCount(shape) * bytesPerElement(dtype);
  if (message.dataLocation === 1) return { dtype, shape, data: externalBytes(message, expected, context) };
  const data = tensorBytes(message, dtype);
  requireBytes(data.byteLength, expected, message, context);
  return { dtype, shape, data };
}

function requireBytes(there: number, expected: number, { name }: TensorMessage, context: Context): void {
  if (there !== expected)
    throw refusal(context, `tensor ${name} has ${there} bytes where its shape needs ${expected}.`);
}

/** The elements, from the field that onnx.proto assigns to their type. */
function tensorBytes(message: TensorMessage, dtype: DType): Uint8Array {
  if (message.rawData.byteLength > 0) return message.rawData;
  switch (dtype) {
    case 'float32':
      return bytesOf(Float32Array.from(message.floatData));
    case 'float64':
      return bytesOf(Float64Array.from(message.doubleData));
    case 'int64':
      return bytesOf(BigInt64Array.from(message.int64Data, toBigInt));
    case 'uint64':
      return bytesOf(BigUint64Array.from(message.uint64Data, toBigInt));
    case 'uint32':
      return bytesOf(Uint32Array.from(message.uint64Data, toNumber));
    default:
      return fromInt32(message.int32Data, dtype);
  }
}

/** int32_data holds every integer type of 32 bits or fewer, bool, and the raw bits of 16-bit floats. */
function fromInt32(values: number[], dtype: DType): Uint8Array {
  switch (bytesPerElement(dtype)) {
    case 1:
      return Uint8Array.from(values);
    case 2:
      return bytesOf(Uint16Array.from(values));
    default:
      return bytesOf(Int32Array.from(values));
  }
}

/** Only the tensor's own bytes are read, and only once it is known that its shape takes as many. */
function externalBytes(message: TensorMessage, expected: number, context: Context): Uint8Array {
  const { path, readExternal } = context;
  const entries = new Map(message.externalData.map((entry) => [entry.key, entry.value]));
  const file = entries.get('location') ?? '';
  // Windows' ways to leave a folder count everywhere, so that a model is refused on all systems or on none.
  const outside = /^[/\\]|^[A-Za-z]:/.test(file) || file.split(/[/\\]/).includes('..');
  if (outside) throw new GraftError('model.external-data-outside', { path, file });
  if (file === '') throw refusal(context, `tensor ${message.name} does not name the file that holds it.`);
  if (!readExternal) throw new GraftError('model.external-data-missing', { path, file });
  const place = (key: 'offset' | 'length'): number | undefined => {
    const written = entries.get(key);
    if (written !== undefined && !/^\d+$/.test(written))
      throw refusal(context, `tensor ${message.name} has “${written}” as its ${key} in ${file}.`);
    return written === undefined ? undefined : Number(written);
  };
  const offset = place('offset') ?? 0;
  const weights = readExternal(file);
  const rest = Math.max(0, weights.size - offset);
  requireBytes(Math.min(place('length') ?? rest, rest), expected, message, context);
  return bytesOf(weights.read(offset, expected));
}

function decodeValueInfo(message: ValueInfoMessage): ValueInfo {
  const { name } = message;
  const tensor = message.type?.tensorType;
  const dtype = tensor ? dtypeOf.get(tensor.elemType) : undefined;
  if (!dtype) return { name, dtype: 'float32', shape: [], unknown: 'type' };
  if (!tensor?.shape) return { name, dtype, shape: [], unknown: 'shape' };
  const shape = tensor.shape.dim.map((dimension): Dimension => {
    if (Object.hasOwn(dimension, 'dimParam') && dimension.dimParam) return dimension.dimParam;
    return Object.hasOwn(dimension, 'dimValue') && dimension.dimValue !== null ? toNumber(dimension.dimValue) : null;
  });
  return { name, dtype, shape };
}

function toNumber(value: Int64): number {
  return typeof value === 'number' ? value : Number(toBigInt(value));
}

function toBigInt(value: Int64): bigint {
  if (typeof value === 'number') return BigInt(value);
  const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  return value.unsigned ? bits : BigInt.asIntN(64, bits);
}

function text(bytes: Uint8Array): string {
  return protobuf.util.utf8.read(bytes, 0, bytes.byteLength);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
