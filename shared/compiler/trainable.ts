/** Which initializers are weights: what `trainable: "all"` and an unfrozen backbone train. */
import { elementCount } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { bytesPerElement, isFloat, type Tensor } from '#shared/ir/tensor.ts';
import { areSinesAndCosines, areSinusoids, isMask } from '#shared/compiler/fixed-tables.ts';

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
  // Tokens that are put before all others.
  Concat: 'all',
};

/** Operators whose weights PyTorch's exporter makes with Slice and Concat, since it orders the gates otherwise. */
const recurrent = new Set(['LSTM', 'GRU', 'RNN']);

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
  const sources = new Sources(graph);
  const found = new Map<string, Tensor>();
  const perhapsAngles = new Map<string, Tensor>();
  for (const node of graph.nodes) {
    if (sources.isAngle(node.outputs[0] ?? '')) continue;
    const positions = weightInputs[node.op] ?? [];
    for (const position of positions === 'all' ? node.inputs.keys() : positions) {
      for (const { name, expanded } of sources.stored(node.inputs[position] ?? '', recurrent.has(node.op))) {
        const tensor = graph.initializers.get(name);
        if (!tensor || !isFloat(tensor.dtype) || found.has(name)) continue;
        // Of two stored matrices the left one is what a small network is given: a table of positions.
        const given = position === 0 && isProduct(node) && sources.stored(node.inputs[1] ?? '', false).length > 0;
        if (given || isConstant(node.op, tensor, expanded)) continue;
        found.set(name, tensor);
        if (node.op === 'Mul' || node.op === 'Gather') perhapsAngles.set(name, tensor);
      }
    }
  }
  const angles = sinesAndCosines(perhapsAngles);
  return [...found.keys()].filter((name) => !angles.has(name));
}

function isProduct(node: Node): boolean {
  return node.op === 'MatMul' || node.op === 'Gemm';
}

/** Whether what an operator takes in the place of a weight, expanded perhaps, is a constant of the architecture. */
function isConstant(op: string, tensor: Tensor, expanded: boolean): boolean {
  const { shape } = tensor;
  // A single number is a scale or an epsilon.
  const single = elementCount(shape) === 1;
  switch (op) {
    case 'Add':
      return single || isMask(tensor) || areSinusoids(tensor);
    case 'Mul':
      return single;
    case 'Gather':
      return areSinusoids(tensor);
    case 'Concat': {
      // A list is arithmetic of sizes, and what is the same all over is a border, unless it is one token or one for all.
      const token = shape.length === 3 && shape[0] === 1 && shape[1] === 1;
      return !expanded && !token && (shape.length < 2 || isUniform(tensor));
    }
    default:
      return false;
  }
}

function isUniform({ data, dtype }: Tensor): boolean {
  const width = bytesPerElement(dtype);
  return data.every((byte, index) => byte === data[index % width]);
}

/** Those of `tables` that are sines or cosines of the same angles, told by each other. */
function sinesAndCosines(tables: ReadonlyMap<string, Tensor>): Set<string> {
  const angles = new Set<string>();
  for (const [first, a] of tables) {
    for (const [second, b] of tables) if (first !== second && areSinesAndCosines(a, b)) angles.add(first).add(second);
  }
  return angles;
}

interface Source {
  readonly name: string;
  /** Whether it was repeated on the way. */
  readonly expanded: boolean;
}

/** Where the values of a graph come from, and what becomes of them. */
class Sources {
  readonly #graph: Graph;
  readonly #producer: ReadonlyMap<string, Node>;
  readonly #readers = new Map<string, Node[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#producer = producers(graph);
    for (const node of graph.nodes) {
      for (const input of new Set(node.inputs)) {
        const readers = this.#readers.get(input);
        if (readers) readers.push(node);
        else this.#readers.set(input, [node]);
      }
    }
  }

  /** The initializers a value is made of. `parts` says whether they may be taken apart and put together for it. */
  stored(value: string, parts: boolean, expanded = false): Source[] {
    if (this.#graph.initializers.has(value)) return [{ name: value, expanded }];
    const node = this.#producer.get(value);
    if (!node) return [];
    if (parts && node.op === 'Concat') return node.inputs.flatMap((input) => this.stored(input, parts, expanded));
    if (!passThrough.has(node.op)) return [];
    return this.stored(node.inputs[0] ?? '', parts, expanded || node.op === 'Expand');
  }

  /** Whether only sines and cosines are taken of a value: positions times frequencies, which are fixed. */
  isAngle(value: string): boolean {
    const readers = this.#readers.get(value) ?? [];
    return (
      readers.length > 0 &&
      readers.every(
        ({ op, outputs }) =>
          op === 'Sin' || op === 'Cos' || ((passThrough.has(op) || op === 'Concat') && this.isAngle(outputs[0] ?? '')),
      )
    );
  }
}
