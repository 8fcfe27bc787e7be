/** The same model in floats of another width. */
import { onnxType, type GraphBuilder } from '#shared/ir/builder.ts';
import type { Attribute, Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';
import { isFloat, numbers, tensorOf, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { constantsToInitializers } from '#shared/compiler/2-shape.ts';

type FloatType = Parameters<GraphBuilder['scalar']>[0] & ('float32' | 'float64');

/** Attributes whose number names an element type. */
const typeAttributes = new Set(['to', 'dtype', 'output_datatype']);

const floatNumbers = new Set([onnxType.float16, onnxType.bfloat16, onnxType.float32, onnxType.float64]);

/** The model with every float value, weight and cast of it in `dtype`. */
export function inFloats(model: Model, dtype: FloatType): Model {
  const constant = constantsToInitializers(model);
  return { ...constant, graph: castGraph(constant.graph, dtype) };
}

export function castTensor(tensor: Tensor, dtype: FloatType): Tensor {
  if (!isFloat(tensor.dtype) || tensor.dtype === dtype) return tensor;
  return tensorOf(dtype, tensor.shape, numbers(tensor));
}

function castGraph(graph: Graph, dtype: FloatType): Graph {
  const info = (value: ValueInfo): ValueInfo => ({ ...value, dtype: floatType(value.dtype, dtype) });
  return {
    name: graph.name,
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    nodes: graph.nodes.map((node) => castNode(node, dtype)),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, castTensor(tensor, dtype)])),
  };
}

function floatType(own: DType, dtype: FloatType): DType {
  return isFloat(own) ? dtype : own;
}

function castNode(node: Node, dtype: FloatType): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    switch (attribute.type) {
      case 'tensor':
        return [name, { type: 'tensor', value: castTensor(attribute.value, dtype) }];
      case 'graph':
        return [name, { type: 'graph', value: castGraph(attribute.value, dtype) }];
      case 'int':
        return [name, typeAttributes.has(name) ? typeNumber(attribute, dtype) : attribute];
      default:
        return [name, attribute];
    }
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function typeNumber(attribute: Attribute & { readonly type: 'int' }, dtype: FloatType): Attribute {
  return floatNumbers.has(attribute.value) ? { type: 'int', value: onnxType[dtype] } : attribute;
}
