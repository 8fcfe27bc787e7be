/** Which initializers are weights: what `trainable: "all"` and an unfrozen backbone train. */
import { elementCount } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import { isFloat, type Tensor } from '#shared/ir/tensor.ts';
import { areSinesAndCosines, areSinusoids, isMask, isUniform } from '#shared/compiler/fixed-tables.ts';

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
  return [...weightUses(graph).keys()];
}

/** The learned weights of a graph, in order of first use, each with the nodes that have it in the place of a weight. */
export function weightUses(graph: Graph): Map<string, Node[]> {
  const sources = new Sources(graph);
  const angles = angleMakers(graph);
  const found = new Map<string, Node[]>();
  const perhapsAngles = new Map<string, Tensor>();
  for (const node of graph.nodes) {
    if (angles.has(node)) continue;
    for (const position of weightPositions(node)) {
      for (const { name, expanded } of sources.stored(node.inputs[position] ?? '', recurrent.has(node.op))) {
        const tensor = graph.initializers.get(name);
        if (!tensor || !isFloat(tensor.dtype)) continue;
        // Of two stored matrices the left one is what a small network is given: a table of positions.
        const given = position === 0 && isProduct(node) && sources.stored(node.inputs[1] ?? '', false).length > 0;
        if (given || isConstant(node.op, tensor, expanded)) continue;
        const uses = found.get(name);
        if (uses) {
          uses.push(node);
          continue;
        }
        found.set(name, [node]);
        if (node.op === 'Mul' || node.op === 'Gather') perhapsAngles.set(name, tensor);
      }
    }
  }
  for (const name of sinesAndCosines(perhapsAngles)) found.delete(name);
  return found;
}

function weightPositions({ op, inputs }: Node): Iterable<number> {
  const positions = Object.hasOwn(weightInputs, op) ? weightInputs[op] : undefined;
  return positions === 'all' ? inputs.keys() : (positions ?? []);
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

/** Tables of its shape before it that each is compared with: a model's sines are used right behind their cosines. */
const neighbours = 100;

/** Those of `tables` that are sines or cosines of the same angles, told by each other. */
function sinesAndCosines(tables: ReadonlyMap<string, Tensor>): Set<string> {
  const angles = new Set<string>();
  const alike = new Map<string, [string, Tensor][]>();
  for (const [name, tensor] of tables) {
    const shape = tensor.shape.join();
    const others = alike.get(shape) ?? [];
    for (const [other, theirs] of others.slice(-neighbours)) {
      const known = angles.has(name) && angles.has(other);
      if (!known && areSinesAndCosines(tensor, theirs)) angles.add(name).add(other);
    }
    others.push([name, tensor]);
    alike.set(shape, others);
  }
  return angles;
}

interface Source {
  readonly name: string;
  /** Whether it was repeated on the way. */
  readonly expanded: boolean;
}

/**
 * Values that are taken apart for one recurrent layer after another, far more than any network has. Of a file that asks
 * for more, layers are told only what no layer before was made of.
 */
const mostSteps = 1 << 20;

/** Where the values of a graph come from. */
class Sources {
  readonly #graph: Graph;
  readonly #producer: ReadonlyMap<string, Node>;
  /** The initializer behind a value, as far as that was looked for. */
  readonly #known = new Map<string, Source | undefined>();
  /** Values that were taken apart, and how many there were, those counted again that are parts of several. */
  readonly #apart = new Set<string>();
  #steps = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#producer = producers(graph);
  }

  /** The initializers a value is made of, each once. `parts` says whether they may be taken apart and put together for it. */
  stored(value: string, parts: boolean): Source[] {
    if (parts) return this.#parts(value);
    const source = this.#single(value);
    return source ? [source] : [];
  }

  #single(value: string): Source | undefined {
    const passed: Node[] = [];
    let at = value;
    while (!this.#known.has(at)) {
      const node = this.#graph.initializers.has(at) ? undefined : this.#producer.get(at);
      if (!node || !passThrough.has(node.op)) {
        this.#known.set(at, this.#graph.initializers.has(at) ? { name: at, expanded: false } : undefined);
        break;
      }
      passed.push(node);
      at = node.inputs[0] ?? '';
    }
    let source = this.#known.get(at);
    for (const node of passed.toReversed()) {
      source = source && { name: source.name, expanded: source.expanded || node.op === 'Expand' };
      for (const output of node.outputs) this.#known.set(output, source);
    }
    return source;
  }

  #parts(value: string): Source[] {
    const found: Source[] = [];
    const open = [value];
    const seen = this.#steps > mostSteps ? this.#apart : new Set<string>();
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      this.#apart.add(at);
      this.#steps++;
      const node = this.#graph.initializers.has(at) ? undefined : this.#producer.get(at);
      if (this.#graph.initializers.has(at)) found.push({ name: at, expanded: false });
      else if (node?.op === 'Concat') for (const input of node.inputs.toReversed()) open.push(input);
      else if (node && passThrough.has(node.op)) open.push(node.inputs[0] ?? '');
    }
    return found;
  }
}

/**
 * The nodes of whose first result only sines and cosines are taken: positions times frequencies, which are fixed.
 * From the last node to the first, as what is said of a value hangs on its readers.
 */
function angleMakers(graph: Graph): Set<Node> {
  const makers = new Set<Node>();
  const read = new Set<string>();
  const readOtherwise = new Set<string>();
  for (const node of graph.nodes.toReversed()) {
    const [first = ''] = node.outputs;
    const isAngle = read.has(first) && !readOtherwise.has(first);
    if (isAngle) makers.add(node);
    const passes =
      node.op === 'Sin' || node.op === 'Cos' || (isAngle && (passThrough.has(node.op) || node.op === 'Concat'));
    for (const input of node.inputs) {
      read.add(input);
      if (!passes) readOtherwise.add(input);
    }
  }
  return makers;
}
