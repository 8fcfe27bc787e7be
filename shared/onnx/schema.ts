/**
 * The part of onnx.proto (ONNX IR version 10) that Graft reads and writes: field names and numbers.
 * Fields that are absent here are skipped on reading, as protobuf allows.
 */
import protobuf from 'protobufjs';

type Field = readonly [name: string, type: string, id: number];

const one = (...fields: readonly Field[]): protobuf.IType => ({
  fields: Object.fromEntries(fields.map(([name, type, id]) => [name, { type, id }])),
});

/** Adds repeated fields to a message; numbers are packed or not as the writer chose, both are read. */
const many = (message: protobuf.IType, ...fields: readonly Field[]): protobuf.IType => ({
  fields: {
    ...message.fields,
    ...Object.fromEntries(fields.map(([name, type, id]) => [name, { type, id, rule: 'repeated' }])),
  },
});

const messages: Record<string, protobuf.IType> = {
  ModelProto: many(
    one(
      ['irVersion', 'int64', 1],
      ['producerName', 'string', 2],
      ['producerVersion', 'string', 3],
      ['domain', 'string', 4],
      ['graph', 'GraphProto', 7],
    ),
    ['opsetImport', 'OperatorSetIdProto', 8],
    ['metadataProps', 'StringStringEntryProto', 14],
    ['functions', 'FunctionProto', 25],
  ),
  OperatorSetIdProto: one(['domain', 'string', 1], ['version', 'int64', 2]),
  StringStringEntryProto: one(['key', 'string', 1], ['value', 'string', 2]),
  FunctionProto: one(['name', 'string', 1]),
  GraphProto: many(
    one(['name', 'string', 2]),
    ['node', 'NodeProto', 1],
    ['initializer', 'TensorProto', 5],
    ['sparseInitializer', 'SparseTensorProto', 15],
    ['input', 'ValueInfoProto', 11],
    ['output', 'ValueInfoProto', 12],
    ['valueInfo', 'ValueInfoProto', 13],
  ),
  SparseTensorProto: one(['values', 'TensorProto', 1]),
  NodeProto: many(
    one(['name', 'string', 3], ['opType', 'string', 4], ['domain', 'string', 7]),
    ['input', 'string', 1],
    ['output', 'string', 2],
    ['attribute', 'AttributeProto', 5],
  ),
  AttributeProto: many(
    one(
      ['name', 'string', 1],
      ['f', 'float', 2],
      ['i', 'int64', 3],
      ['s', 'bytes', 4],
      ['t', 'TensorProto', 5],
      ['g', 'GraphProto', 6],
      ['type', 'int32', 20],
      ['refAttrName', 'string', 21],
    ),
    ['floats', 'float', 7],
    ['ints', 'int64', 8],
    ['strings', 'bytes', 9],
  ),
  TensorProto: many(
    one(['dataType', 'int32', 2], ['name', 'string', 8], ['rawData', 'bytes', 9], ['dataLocation', 'int32', 14]),
    ['dims', 'int64', 1],
    ['floatData', 'float', 4],
    ['int32Data', 'int32', 5],
    ['stringData', 'bytes', 6],
    ['int64Data', 'int64', 7],
    ['doubleData', 'double', 10],
    ['uint64Data', 'uint64', 11],
    ['externalData', 'StringStringEntryProto', 13],
  ),
  ValueInfoProto: one(['name', 'string', 1], ['type', 'TypeProto', 2]),
  TypeProto: one(['tensorType', 'TensorTypeProto', 1]),
  TensorTypeProto: one(['elemType', 'int32', 1], ['shape', 'TensorShapeProto', 2]),
  TensorShapeProto: many({ fields: {} }, ['dim', 'DimensionProto', 1]),
  // A oneof, so that a dimension of 0 is told from one that is not given.
  DimensionProto: {
    ...one(['dimValue', 'int64', 1], ['dimParam', 'string', 2]),
    oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
  },
};

const root = protobuf.Root.fromJSON({ nested: messages });

/** The message at the top of every model file. */
export const modelProto = root.lookupType('ModelProto');

/** `AttributeProto.AttributeType` numbers. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** 64-bit integers arrive as Long objects where the `long` package is present, as numbers otherwise. */
export type Int64 = number | { low: number; high: number; unsigned: boolean };

export interface EntryMessage {
  key: string;
  value: string;
}
export interface TensorMessage {
  name: string;
  dims: Int64[];
  dataType: number;
  rawData: Uint8Array;
  floatData: number[];
  int32Data: number[];
  int64Data: Int64[];
  uint64Data: Int64[];
  doubleData: number[];
  stringData: Uint8Array[];
  externalData: EntryMessage[];
  dataLocation: number;
}
export interface AttributeMessage {
  name: string;
  type: number;
  f: number;
  i: Int64;
  s: Uint8Array;
  t: TensorMessage | null;
  g: GraphMessage | null;
  floats: number[];
  ints: Int64[];
  strings: Uint8Array[];
  refAttrName: string;
}
export interface NodeMessage {
  name: string;
  opType: string;
  domain: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
}
export interface DimensionMessage {
  dimValue: Int64 | null;
  dimParam: string | null;
}
export interface ValueInfoMessage {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: DimensionMessage[] } | null } | null } | null;
}
export interface GraphMessage {
  name: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  sparseInitializer: unknown[];
  input: ValueInfoMessage[];
  output: ValueInfoMessage[];
  valueInfo: ValueInfoMessage[];
}
export interface ModelMessage {
  irVersion: Int64;
  producerName: string;
  graph: GraphMessage | null;
  opsetImport: { domain: string; version: Int64 }[];
  metadataProps: EntryMessage[];
  functions: { name: string }[];
}
