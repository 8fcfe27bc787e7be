/** Model file → ir. Tensor bytes stay views into the file's buffer: keep the buffer alive and unchanged. */
import protobuf from 'protobufjs';
import { elementCount } from '#shared/core/shape.ts';
import type { Attribute, Dimension, Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { onnxType } from '#shared/ir/builder.ts';
import { bytesPerElement, tensorOf, type DType, type Tensor } from '#shared/ir/tensor.ts';
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

/** How a model's weight files are reached; `location` is as written in the model. */
export type ExternalReader = (location: string) => Uint8Array;

export interface DecodeOptions {
  /** Named in errors. */
  readonly path?: string;
  readonly readExternal?: ExternalReader;
}

const dtypeOf = new Map<number, DType>(Object.entries(onnxType).map(([dtype, number]) => [number, dtype as DType]));

interface Context {
  readonly path: string;
  readonly readExternal: ExternalReader | undefined;
}

/**
 * Reads a model file.
 * @throws GraftError `model.not-onnx`, `model.external-data-missing`, `model.external-data-outside`
 */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): Model {
  const context: Context = { path: options.path ?? 'the model', readExternal: options.readExternal };
  const message = parse(bytes, context);
  if (!message.graph || message.opsetImport.length === 0) {
    throw new GraftError('model.not-onnx', { path: context.path, reason: 'it holds no graph.' });
  }
  if (message.functions.length > 0) {
    throw new GraftError('model.not-onnx', {
      path: context.path,
      reason: 'it defines functions of its own, which are not supported.',
    });
  }
  return {
    graph: decodeGraph(message.graph, context),
    opsets: Object.fromEntries(
      message.opsetImport.map((entry) => [entry.domain === 'ai.onnx' ? '' : entry.domain, toNumber(entry.version)]),
    ),
    irVersion: toNumber(message.irVersion),
    metadata: Object.fromEntries(message.metadataProps.map((entry) => [entry.key, entry.value])),
  };
}

/** Types noted in the file for values inside the graph, as far as it has them. */
export function decodeValueTypes(bytes: Uint8Array): ValueInfo[] {
  const { graph } = parse(bytes, { path: 'the model', readExternal: undefined });
  if (!graph) return [];
  return [...graph.valueInfo, ...graph.input, ...graph.output].flatMap((info) => decodeValueInfo(info) ?? []);
}

function parse(bytes: Uint8Array, context: Context): ModelMessage {
  try {
    return modelProto.decode(bytes) as unknown as ModelMessage;
  } catch (error) {
    const reason =
      bytes.byteLength === 0 ? 'the file is empty.' : `its bytes are not a model (${(error as Error).message}).`;
    throw new GraftError('model.not-onnx', { path: context.path, reason });
  }
}

function decodeGraph(message: GraphMessage, context: Context): Graph {
  if (message.sparseInitializer.length > 0) {
    throw new GraftError('model.not-onnx', {
      path: context.path,
      reason: 'it has sparse weights, which are not supported.',
    });
  }
  const initializers = new Map(
    message.initializer.map((tensor) => [tensor.name, decodeTensor(tensor, context)] as const),
  );
  const known = (infos: ValueInfoMessage[]): ValueInfo[] =>
    infos.map((info) => decodeValueInfo(info) ?? { name: info.name, dtype: 'float32', shape: [] });
  return {
    name: message.name,
    // Files of IR version 3 list initializers among the inputs too.
    inputs: known(message.input).filter((input) => !initializers.has(input.name)),
    outputs: known(message.output),
    nodes: message.node.map((node) => decodeNode(node, context)),
    initializers,
  };
}

function decodeNode(message: NodeMessage, context: Context): Node {
  return {
    name: message.name,
    op: message.opType,
    domain: message.domain === 'ai.onnx' ? '' : message.domain,
    inputs: message.input,
    outputs: message.output,
    attributes: Object.fromEntries(
      message.attribute.map((attribute) => [attribute.name, decodeAttribute(attribute, context)]),
    ),
  };
}

function decodeAttribute(message: AttributeMessage, context: Context): Attribute {
  switch (message.type) {
    case attributeTypes.float:
      return { type: 'float', value: message.f };
    case attributeTypes.int:
      return { type: 'int', value: toNumber(message.i) };
    case attributeTypes.string:
      return { type: 'string', value: text(message.s) };
    case attributeTypes.tensor:
      return { type: 'tensor', value: decodeTensor(message.t as TensorMessage, context) };
    case attributeTypes.graph:
      return { type: 'graph', value: decodeGraph(message.g as GraphMessage, context) };
    case attributeTypes.floats:
      return { type: 'floats', value: message.floats };
    case attributeTypes.ints:
      return { type: 'ints', value: message.ints.map(toNumber) };
    case attributeTypes.strings:
      return { type: 'strings', value: message.strings.map(text) };
    default:
      throw new GraftError('model.not-onnx', {
        path: context.path,
        reason: `attribute ${message.name} has a type (${message.type}) that is not supported.`,
      });
  }
}

function decodeTensor(message: TensorMessage, context: Context): Tensor {
  const shape = message.dims.map(toNumber);
  const dtype = dtypeOf.get(message.dataType);
  if (!dtype) {
    throw new GraftError('model.not-onnx', {
      path: context.path,
      reason: `tensor ${message.name} has element type ${message.dataType}, which is not supported.`,
    });
  }
  if (dtype === 'string') return { dtype, shape, data: new Uint8Array(), strings: message.stringData.map(text) };
  const data = tensorBytes(message, dtype, shape, context);
  const expected = elementCount(shape) * bytesPerElement(dtype);
  if (data.byteLength !== expected) {
    throw new GraftError('model.not-onnx', {
      path: context.path,
      reason: `tensor ${message.name} has ${data.byteLength} bytes where its shape needs ${expected}.`,
    });
  }
  return { dtype, shape, data };
}

function tensorBytes(message: TensorMessage, dtype: DType, shape: number[], context: Context): Uint8Array {
  if (message.dataLocation === 1) return externalBytes(message, context);
  if (message.rawData.byteLength > 0) return message.rawData;
  if (message.floatData.length > 0) return tensorOf(dtype, shape, message.floatData).data;
  if (message.doubleData.length > 0) return tensorOf(dtype, shape, message.doubleData).data;
  if (message.int64Data.length > 0) return bytesOf(BigInt64Array.from(message.int64Data, toBigInt));
  if (message.uint64Data.length > 0) {
    const wide = BigUint64Array.from(message.uint64Data, toBigInt);
    return dtype === 'uint32' ? bytesOf(Uint32Array.from(wide, Number)) : bytesOf(wide);
  }
  return fromInt32(message.int32Data, dtype);
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

function externalBytes(message: TensorMessage, context: Context): Uint8Array {
  const entries = new Map(message.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get('location') ?? '';
  const outside = location.startsWith('/') || /^[A-Za-z]:/.test(location) || location.split(/[/\\]/).includes('..');
  if (outside) throw new GraftError('model.external-data-outside', { path: context.path, file: location });
  if (!context.readExternal)
    throw new GraftError('model.external-data-missing', { path: context.path, file: location });
  const file = context.readExternal(location);
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.byteLength - offset);
  return file.subarray(offset, offset + length);
}

function decodeValueInfo(message: ValueInfoMessage): ValueInfo | undefined {
  const tensor = message.type?.tensorType;
  const dtype = tensor ? dtypeOf.get(tensor.elemType) : undefined;
  if (!tensor?.shape || !dtype) return undefined;
  const shape = tensor.shape.dim.map((dimension): Dimension => {
    if (Object.hasOwn(dimension, 'dimParam') && dimension.dimParam) return dimension.dimParam;
    return Object.hasOwn(dimension, 'dimValue') && dimension.dimValue !== null ? toNumber(dimension.dimValue) : null;
  });
  return { name: message.name, dtype, shape };
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
