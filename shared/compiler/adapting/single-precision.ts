/** Models stored in half precision, as float32: what is trained on is added up in steps that half precision loses. */
import { bodiesOf, type Attribute, type Model, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import { onnxType } from '#shared/ir/builder.ts';
import { asFloat32, float32Tensor, type Tensor } from '#shared/ir/tensor.ts';

/** The model in float32, and how many of its weights were float16. One with loops or branches is left as it is. */
export function inSinglePrecision(model: Model): { readonly model: Model; readonly changed: number } {
  const { graph } = model;
  const halves = [...graph.initializers.values()].filter(({ dtype }) => dtype === 'float16').length;
  if (halves === 0 || graph.nodes.some((node) => bodiesOf(node).length > 0)) return { model, changed: 0 };
  const typed = (info: ValueInfo): ValueInfo => (info.dtype === 'float16' ? { ...info, dtype: 'float32' } : info);
  return {
    changed: halves,
    model: {
      ...model,
      graph: {
        ...graph,
        inputs: graph.inputs.map(typed),
        outputs: graph.outputs.map(typed),
        nodes: graph.nodes.map(widenedNode),
        initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, widened(tensor)])),
      },
    },
  };
}

function widened(tensor: Tensor): Tensor {
  return tensor.dtype === 'float16' ? float32Tensor(tensor.shape, asFloat32(tensor)) : tensor;
}

function widenedNode(node: Node): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type === 'tensor') return [name, { type: 'tensor', value: widened(attribute.value) }];
    const isCast = node.op === 'Cast' && name === 'to' && attribute.type === 'int';
    return isCast && attribute.value === onnxType.float16
      ? [name, { ...attribute, value: onnxType.float32 }]
      : [name, attribute];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}
