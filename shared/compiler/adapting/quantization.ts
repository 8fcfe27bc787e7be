/**
 * Models of 8-bit integers, as far as they are written with QuantizeLinear and DequantizeLinear: the weights become the
 * floats they stand for, and what rounds values in between is left out, since a step function has no gradient.
 */
import { intAttribute, producers, type Graph, type Model, type Node } from '#shared/ir/graph.ts';
import { asFloat32, float32Tensor, numbers, type Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { withoutDead } from '#shared/compiler/subgraph.ts';

/** Operators that compute with integers, in the standard domain and in the runtime's. */
const integerOperators =
  /^(?:QLinear\w+|QGemm|QAttention|ConvInteger|MatMulInteger\w*|DynamicQuantize\w+|MatMulNBits|ConvTransposeInteger)$/u;

/**
 * The model in floats, and in how many places it was quantized: weights, and values that were rounded in between.
 * @throws GraftError `model.quantized-operators` for one that computes with integers
 */
export function inFloats(model: Model, path: string): { readonly model: Model; readonly changed: number } {
  const { graph } = model;
  const integer = graph.nodes.find(({ op }) => integerOperators.test(op));
  if (integer) throw new GraftError('model.quantized-operators', { path, op: integer.op });
  const made = producers(graph);
  const initializers = new Map(graph.initializers);
  let weights = 0;
  let between = 0;
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (node.op !== 'DequantizeLinear') return [node];
    const [value = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const stored = dequantized(graph, node);
    if (stored) {
      weights++;
      initializers.set(output, stored);
      return [];
    }
    const quantizer = made.get(value);
    if (quantizer?.op !== 'QuantizeLinear') return [node];
    between++;
    return [{ ...node, op: 'Identity', domain: '', inputs: [quantizer.inputs[0] ?? ''], attributes: {} }];
  });
  if (weights + between === 0) return { model, changed: 0 };
  return { model: { ...model, graph: withoutDead({ ...graph, nodes, initializers }) }, changed: weights + between };
}

/** (q − zero point) × scale, for a stored weight; undefined for anything else, and for scales in blocks. */
function dequantized({ initializers }: Graph, node: Node): Tensor | undefined {
  const [value, scale, zero] = node.inputs.map((name) => initializers.get(name));
  if (!value || !scale || scale.dtype !== 'float32' || intAttribute(node, 'block_size', 0) > 0) return undefined;
  if ((node.inputs[2] ?? '') !== '' && !zero) return undefined;
  const rank = value.shape.length;
  const axis = (intAttribute(node, 'axis', 1) + rank) % Math.max(1, rank);
  const scales = numbers(scale);
  const zeros = zero ? numbers(zero) : [];
  const inner = value.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channelOf = (index: number): number =>
    scales.length === 1 ? 0 : Math.floor(index / inner) % (value.shape[axis] ?? 1);
  const floats = asFloat32(value).map((quantum, index) => {
    const channel = channelOf(index);
    return (quantum - (zeros[channel] ?? 0)) * (scales[channel] ?? 0);
  });
  return float32Tensor(value.shape, floats);
}
