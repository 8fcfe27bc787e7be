/** Which initializers are weights: what `trainable: "all"` and an unfrozen backbone train. */
import { elementCount } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { isFloat, type Tensor } from '#shared/ir/tensor.ts';
import { areFrequencies, areSinesAndCosines, areSinusoids, isMask } from '#shared/compiler/fixed-tables.ts';

/**
 * Inputs that hold learned values, by operator. Running statistics of BatchNormalization are left out
 * (they are measured, not learned), and so are the operands of Sub and Div, which models use for
 * normalising their input.
 */
const weightInputs: Readonly<Record<string, readonly number[] | 'all'>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
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
  // Class tokens before the patches, and the gates of a recurrent network in another order.
  Concat: 'all',
};

/**
 * Operators between a stored weight, which is their first input, and its use: what an exporter puts there, and what a
 * model does to a weight itself (the logarithm of a temperature, a bias of which a part is set to zero).
 */
const passThrough = new Set([
  'Identity',
  'Transpose',
  'Reshape',
  'Flatten',
  'Unsqueeze',
  'Squeeze',
  'Cast',
  'Expand',
  'Slice',
  'Clip',
  'Exp',
  'ScatterND',
]);

/** Names of float initializers of `graph` that are learned weights, in order of first use. */
export function trainableInitializers(graph: Graph): string[] {
  const producer = producers(graph);
  const found = new Map<string, Tensor>();
  const refused = new Set<string>();
  const perhapsAngles = new Map<string, Tensor>();
  for (const node of graph.nodes) {
    const positions = weightInputs[node.op] ?? [];
    for (const position of positions === 'all' ? node.inputs.keys() : positions) {
      const name = stored(node.inputs[position] ?? '', graph, producer);
      const tensor = name === undefined ? undefined : graph.initializers.get(name);
      if (name === undefined || !tensor || !isFloat(tensor.dtype) || found.has(name) || refused.has(name)) continue;
      // Of two stored matrices the left one is what a small network is given: a table of positions.
      const isGiven = position === 0 && isProduct(node) && stored(node.inputs[1] ?? '', graph, producer) !== undefined;
      if (isGiven || isConstant(node.op, tensor)) refused.add(name);
      else found.set(name, tensor);
      if (node.op === 'Mul' || node.op === 'Gather') perhapsAngles.set(name, tensor);
    }
  }
  const angles = sinesAndCosines(perhapsAngles);
  return [...found.keys()].filter((name) => !angles.has(name));
}

function isProduct(node: Node): boolean {
  return node.op === 'MatMul' || node.op === 'Gemm';
}

/** Whether what an operator takes in the place of a weight is a constant of the architecture. */
function isConstant(op: string, tensor: Tensor): boolean {
  // A single number is a scale or an epsilon.
  const single = elementCount(tensor.shape) === 1;
  switch (op) {
    case 'Add':
      return single || isMask(tensor) || areSinusoids(tensor);
    case 'Mul':
      return single || areFrequencies(tensor);
    case 'MatMul':
    case 'Einsum':
      return areFrequencies(tensor);
    case 'Gather':
      return areSinusoids(tensor);
    case 'Concat':
      // A list joined to others is arithmetic of sizes.
      return tensor.shape.length < 2 || elementCount(tensor.shape) === 0;
    default:
      return false;
  }
}

/** Those of `tables` that are sines or cosines of the same angles, told by each other. */
function sinesAndCosines(tables: ReadonlyMap<string, Tensor>): Set<string> {
  const angles = new Set<string>();
  for (const [first, a] of tables) {
    for (const [second, b] of tables) if (first !== second && areSinesAndCosines(a, b)) angles.add(first).add(second);
  }
  return angles;
}

function stored(name: string, graph: Graph, producer: ReadonlyMap<string, Node>): string | undefined {
  let value = name;
  for (;;) {
    if (graph.initializers.has(value)) return value;
    const node = producer.get(value);
    if (!node || !passThrough.has(node.op)) return undefined;
    value = node.inputs[0] ?? '';
  }
}
