/** Which initializers are weights: what `trainable: "all"` and an unfrozen backbone train. */
import { elementCount } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { bytesPerElement, isFloat, type Tensor } from '#shared/ir/tensor.ts';

/**
 * Inputs that hold learned values, by operator. Running statistics of BatchNormalization are left out
 * (they are measured, not learned), and so are the operands of Sub and Div, which models use for
 * normalising their input.
 */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  // Its input too may be a table of embeddings.
  LayerNormalization: [0, 1, 2],
  GroupNormalization: [1, 2],
  RMSNormalization: [1],
  SimplifiedLayerNormalization: [1],
  SkipLayerNormalization: [2, 3, 4],
  SkipSimplifiedLayerNormalization: [2, 3],
  EmbedLayerNormalization: [2, 3, 4, 5, 6],
  PRelu: [1],
  Gather: [0],
  Add: [0, 1],
  Mul: [0, 1],
  LSTM: [1, 2, 3, 7],
  GRU: [1, 2, 3],
  RNN: [1, 2, 3],
  Einsum: [0, 1],
  FusedGemm: [0, 1, 2],
  FusedMatMul: [0, 1],
  TransposeMatMul: [0, 1],
  MatMulNBits: [5],
  BiasGelu: [1],
  FastGelu: [1],
  // Learned queries, keys or values; in the form of onnxruntime the projection and its bias.
  Attention: [0, 1, 2],
  MultiHeadAttention: [0, 3],
  GroupQueryAttention: [11],
};

const recurrent = new Set(['LSTM', 'GRU', 'RNN']);

/** Operators an exporter may put between a stored weight and its use. */
const passThrough = new Set(['Identity', 'Transpose', 'Reshape', 'Unsqueeze', 'Squeeze', 'Cast']);
const expanded = new Set([...passThrough, 'Expand']);
/** PyTorch orders the gates of recurrent layers otherwise: its exporter takes the weights apart and puts them together. */
const reordered = new Set([...passThrough, 'Slice', 'Concat']);

/** Names of float initializers of `graph` that are learned weights, in order of first use. */
export function trainableInitializers(graph: Graph): string[] {
  const producer = producers(graph);
  const readers = readersOf(graph);
  const found = new Set<string>();
  for (const node of graph.nodes) {
    if (isAngle(node.outputs[0] ?? '', readers)) continue;
    // A token that is put before all others, once for every sample.
    const token = node.op === 'Concat';
    const through = token ? expanded : recurrent.has(node.op) ? reordered : passThrough;
    const positions = token ? [...node.inputs.keys()] : (weightInputs[node.op] ?? []);
    for (const name of positions.flatMap((position) => stored(node.inputs[position] ?? '', graph, producer, through))) {
      const tensor = graph.initializers.get(name);
      if (!tensor || !isFloat(tensor.dtype)) continue;
      // A single number added or multiplied is a constant of the architecture (a scale, an epsilon), not a weight.
      if ((node.op === 'Add' || node.op === 'Mul') && elementCount(tensor.shape) === 1) continue;
      if (token && isUniform(tensor)) continue;
      found.add(name);
    }
  }
  return [...found];
}

function readersOf(graph: Graph): Map<string, Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  return readers;
}

/** Whether only sines and cosines are taken of a value: positions times frequencies, which are fixed. */
function isAngle(value: string, readers: ReadonlyMap<string, readonly Node[]>): boolean {
  const those = readers.get(value) ?? [];
  return (
    those.length > 0 &&
    those.every(
      ({ op, outputs }) =>
        op === 'Sin' ||
        op === 'Cos' ||
        ((passThrough.has(op) || op === 'Concat') && isAngle(outputs[0] ?? '', readers)),
    )
  );
}

/** Whether all elements are the same, as those of a border are. */
function isUniform({ data, dtype }: Tensor): boolean {
  const width = bytesPerElement(dtype);
  return data.every((byte, index) => byte === data[index % width]);
}

/** The initializers that a value is made of by operators of `through`. */
function stored(
  value: string,
  graph: Graph,
  producer: ReadonlyMap<string, Node>,
  through: ReadonlySet<string>,
): string[] {
  if (graph.initializers.has(value)) return [value];
  const node = producer.get(value);
  if (!node || !through.has(node.op)) return [];
  const sources = node.op === 'Concat' ? node.inputs : node.inputs.slice(0, 1);
  return sources.flatMap((source) => stored(source, graph, producer, through));
}
