/** ir → model file. */
import protobuf from 'protobufjs';
import type { Attribute, Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { onnxType } from '#shared/ir/builder.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { attributeTypes, modelProto } from '#shared/onnx/schema.ts';

type Message = Record<string, unknown>;

/** Writes a model file; weights are embedded, so the result is limited to 2 GB as every ONNX file is. */
export function encodeModel(model: Model): Uint8Array {
  return modelProto
    .encode({
      irVersion: model.irVersion,
      producerName: 'graft',
      graph: encodeGraph(model.graph),
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
      metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    })
    .finish();
}

function encodeGraph(graph: Graph): Message {
  return {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: [...graph.initializers].map(([name, tensor]) => encodeTensor(name, tensor)),
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
  };
}

function encodeNode(node: Node): Message {
  return {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
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
      return { name, type, i: attribute.value };
    case 'string':
      return { name, type, s: bytes(attribute.value) };
    case 'tensor':
      return { name, type, t: encodeTensor('', attribute.value) };
    case 'graph':
      return { name, type, g: encodeGraph(attribute.value) };
    case 'strings':
      return { name, type, strings: attribute.value.map(bytes) };
    case 'floats':
    case 'ints':
      return { name, type, [attribute.type]: attribute.value };
  }
}

function encodeTensor(name: string, tensor: Tensor): Message {
  const message = { name, dims: tensor.shape, dataType: onnxType[tensor.dtype] };
  return tensor.strings ? { ...message, stringData: tensor.strings.map(bytes) } : { ...message, rawData: tensor.data };
}

function encodeValueInfo(info: ValueInfo): Message {
  const dim = info.shape.map((dimension) =>
    typeof dimension === 'number'
      ? { dimValue: dimension }
      : typeof dimension === 'string'
        ? { dimParam: dimension }
        : {},
  );
  return { name: info.name, type: { tensorType: { elemType: onnxType[info.dtype], shape: { dim } } } };
}

function bytes(value: string): Uint8Array {
  const encoded = new Uint8Array(protobuf.util.utf8.length(value));
  protobuf.util.utf8.write(value, encoded, 0);
  return encoded;
}
