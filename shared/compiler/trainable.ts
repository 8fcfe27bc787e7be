/** Which initializers are weights: what `trainable: "all"` and an unfrozen backbone train. */
import { elementCount } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { isFloat } from '#shared/ir/tensor.ts';

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
  LayerNormalization: [1, 2],
  GroupNormalization: [1, 2],
  RMSNormalization: [1],
  PRelu: [1],
  Gather: [0],
  Add: [0, 1],
  Mul: [0, 1],
  LSTM: [1, 2, 3, 7],
  GRU: [1, 2, 3],
  RNN: [1, 2, 3],
  Einsum: [0, 1],
};

/** Operators that PyTorch's exporter makes the weights of with Slice and Concat, since it orders the gates otherwise. */
const recurrent = new Set(['LSTM', 'GRU', 'RNN']);

/** Operators an exporter may put between a stored weight and its use. */
const passThrough = new Set(['Identity', 'Transpose', 'Reshape', 'Unsqueeze', 'Squeeze', 'Cast']);

/** Names of float initializers of `graph` that are learned weights, in order of first use. */
export function trainableInitializers(graph: Graph): string[] {
  const producer = producers(graph);
  const found = new Set<string>();
  for (const node of graph.nodes) {
    const names = (weightInputs[node.op] ?? []).flatMap((position) =>
      stored(node.inputs[position] ?? '', recurrent.has(node.op), graph, producer),
    );
    for (const name of names) {
      const tensor = graph.initializers.get(name);
      if (!tensor || !isFloat(tensor.dtype)) continue;
      // A single number added or multiplied is a constant of the architecture (a scale, an epsilon), not a weight.
      if ((node.op === 'Add' || node.op === 'Mul') && elementCount(tensor.shape) === 1) continue;
      found.add(name);
    }
  }
  return [...found];
}

/** The initializers a value is made of. `parts` says whether they may be taken apart and put together for it. */
function stored(value: string, parts: boolean, graph: Graph, producer: ReadonlyMap<string, Node>): string[] {
  if (graph.initializers.has(value)) return [value];
  const node = producer.get(value);
  if (!node) return [];
  const sources = parts && node.op === 'Concat' ? node.inputs : node.inputs.slice(0, 1);
  if (!passThrough.has(node.op) && !(parts && (node.op === 'Slice' || node.op === 'Concat'))) return [];
  return sources.flatMap((source) => stored(source, parts, graph, producer));
}
