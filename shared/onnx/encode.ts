/** ir → model file. */
import protobuf from 'protobufjs';
import type { Attribute, Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { onnxType } from '#shared/ir/builder.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { attributeTypes, modelProto, type Int64 } from '#shared/onnx/schema.ts';

type Message = Record<string, unknown>;

/** Weights that a model does not hold itself: they lie one after another, in the model's order, in a file beside it. */
export interface ExternalWeights {
  readonly location: string;
  readonly weights: ReadonlySet<string>;
}

/**
 * Writes a model file; weights are embedded unless `external` says otherwise, and what is embedded is limited to 2 GB
 * as every ONNX file is. `alsoOutputs` names further values to declare as outputs, their types left for the runtime to
 * infer.
 */
export function encodeModel(model: Model, alsoOutputs: readonly string[] = [], external?: ExternalWeights): Uint8Array {
  const graph = encodeGraph(model.graph, external);
  return modelProto
    .encode({
      irVersion: model.irVersion,
      producerName: 'graft',
      graph: { ...graph, output: [...graph.output, ...alsoOutputs.map((name) => ({ name }))] },
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
      metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    })
    .finish();
}

function encodeGraph(graph: Graph, external?: ExternalWeights): Message & { output: Message[] } {
  let offset = 0;
  const initializer = [...graph.initializers].map(([name, tensor]) => {
    if (!external?.weights.has(name)) return encodeTensor(name, tensor);
    const start = offset;
    offset += tensor.data.byteLength;
    return externalTensor(name, tensor, external.location, start);
  });
  return {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer,
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
  };
}

/**
 * An empty name says that an input is left out, as its absence does. Of a LayerNormalization whose bias is left out so,
 * the optimizer of onnxruntime 1.30 reads the bias all the same, which ends the process.
 */
function inputsOf({ op, domain, inputs }: Node): readonly string[] {
  return op === 'LayerNormalization' && domain === '' && inputs[2] === '' ? inputs.slice(0, 2) : inputs;
}

function encodeNode(node: Node): Message {
  return {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: inputsOf(node),
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
  };
}

function encodeAttribute(name: string, attribute: Attribute): Message {
  const type = attributeTypes[attribute.type];
  switch (attribute.type) {
    case 'float':
      return { name, type, f: attribute.value };
    case 'int':
      return { name, type, i: int64(attribute.value) };
    case 'string':
      return { name, type, s: bytes(attribute.value) };
    case 'tensor':
      return { name, type, t: encodeTensor('', attribute.value) };
    case 'graph':
      return { name, type, g: encodeGraph(attribute.value) };
    case 'strings':
      return { name, type, strings: attribute.value.map(bytes) };
    case 'floats':
      return { name, type, floats: attribute.value };
    case 'ints':
      return { name, type, ints: attribute.value.map(int64) };
  }
}

function encodeTensor(name: string, tensor: Tensor): Message {
  const message = { name, dims: tensor.shape, dataType: onnxType[tensor.dtype] };
  return tensor.strings ? { ...message, stringData: tensor.strings.map(bytes) } : { ...message, rawData: tensor.data };
}

function externalTensor(name: string, { dtype, shape, data }: Tensor, location: string, offset: number): Message {
  const place = { location, offset: String(offset), length: String(data.byteLength) };
  return {
    name,
    dims: shape,
    dataType: onnxType[dtype],
    dataLocation: 1,
    externalData: Object.entries(place).map(([key, value]) => ({ key, value })),
  };
}

function encodeValueInfo(info: ValueInfo): Message {
  const elemType = onnxType[info.dtype];
  if (info.unknown === 'type') return { name: info.name };
  if (info.unknown === 'shape') return { name: info.name, type: { tensorType: { elemType } } };
  const dim = info.shape.map((dimension) =>
    typeof dimension === 'number'
      ? { dimValue: dimension }
      : typeof dimension === 'string'
        ? { dimParam: dimension }
        : {},
  );
  return { name: info.name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** The largest int64, which a double rounds up to 2⁶³, would otherwise be written as the smallest. */
function int64(value: number): Int64 {
  return value >= 2 ** 63 ? { low: -1, high: 0x7fff_ffff, unsigned: false } : value;
}

function bytes(value: string): Uint8Array {
  const encoded = new Uint8Array(protobuf.util.utf8.length(value));
  protobuf.util.utf8.write(value, encoded, 0);
  return encoded;
}
