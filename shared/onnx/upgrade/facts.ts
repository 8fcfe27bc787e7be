/**
 * What can be told of values without running a model: enough to know whether an old Softmax means what a new one does,
 * and in which type a limit must be written.
 */
import { intAttribute, intsAttribute, producers, type Graph, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import { onnxType } from '#shared/ir/builder.ts';
import { numbers, type DType, type Tensor } from '#shared/ir/tensor.ts';

/** Give values of their first input's rank. */
const rankKeeping = new Set(
  [
    'Identity Cast Dropout Clip Pad Slice Concat Transpose Tile Resize Upsample CumSum',
    'MaxPool AveragePool LpPool GlobalMaxPool GlobalAveragePool',
    'BatchNormalization InstanceNormalization LRN LpNormalization MeanVarianceNormalization',
    'Softmax LogSoftmax Hardmax Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid Tanh',
    'Softplus Softsign Shrink Abs Neg Exp Log Sqrt Erf Reciprocal Floor Ceil Round Sign',
    'ImageScaler Affine Scale ScaledTanh Crop',
  ].flatMap((line) => line.split(' ')),
);

/** Give values of the highest rank among their inputs. */
const broadcasting = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Sum', 'Mean', 'Where']);

const fixedRanks: Readonly<Record<string, number>> = { Flatten: 2, Gemm: 2 };

const truthValues = new Set(['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not']);
const wholeNumbers = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero', 'NonMaxSuppression']);

export class Facts {
  readonly #graph: Graph;
  readonly #inputs: ReadonlyMap<string, ValueInfo>;
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #outer: Facts | undefined;
  /** What was found once: behind every branch that comes together again, the way back would double. */
  readonly #ranks = new Map<string, number | undefined>();
  readonly #dtypes = new Map<string, DType>();

  /** @param outer the facts of the graph whose node `graph` is a body of */
  constructor(graph: Graph, outer?: Facts) {
    this.#graph = graph;
    this.#inputs = new Map(graph.inputs.map((input) => [input.name, input]));
    this.#producers = producers(graph);
    this.#outer = outer;
  }

  /** A value that is known before running. */
  constant(name: string): Tensor | undefined {
    const node = this.#producers.get(name);
    const value = node?.op === 'Constant' ? node.attributes['value'] : undefined;
    if (value?.type === 'tensor') return value.value;
    return this.#graph.initializers.get(name) ?? (this.#defines(name) ? undefined : this.#outer?.constant(name));
  }

  /** Number of axes; undefined where that cannot be told. */
  rank(name: string): number | undefined {
    findAll(name, this.#ranks, {
      before: (value) =>
        this.#isGiven(value) || !this.#producers.has(value) ? [] : rankedBy(this.#producers.get(value) as Node),
      find: (value) => this.#findRank(value),
    });
    return this.#ranks.get(name);
  }

  /** Whether it is there before any node has run. */
  #isGiven(name: string): boolean {
    return this.#inputs.has(name) || this.constant(name) !== undefined;
  }

  #findRank(name: string): number | undefined {
    const input = this.#inputs.get(name);
    if (input) return input.unknown ? undefined : input.shape.length;
    const constant = this.constant(name);
    if (constant) return constant.shape.length;
    const node = this.#producers.get(name);
    return node ? this.#rankOf(node) : this.#outer?.rank(name);
  }

  /** By the ranks of its inputs, as far as they were found. */
  #rankOf(node: Node): number | undefined {
    const ranks = node.inputs.map((input) => this.#ranks.get(input));
    const [first] = ranks;
    if (Object.hasOwn(fixedRanks, node.op)) return fixedRanks[node.op];
    if (rankKeeping.has(node.op)) return first;
    if (broadcasting.has(node.op)) return highest(ranks);
    const axes = intsAttribute(node, 'axes');
    switch (node.op) {
      case 'Conv':
      case 'ConvTranspose':
        return ranks[1] ?? first;
      case 'MatMul':
        return ranks.includes(1) ? undefined : highest(ranks);
      case 'Reshape':
        return this.constant(node.inputs[1] ?? '')?.shape[0];
      case 'Squeeze':
        return axes && plus(first, -axes.length);
      case 'Unsqueeze':
        return axes && plus(first, axes.length);
      case 'ReduceMean':
      case 'ReduceSum':
      case 'ReduceMax':
        if (intAttribute(node, 'keepdims', 1)) return first;
        return axes && plus(first, -axes.length);
      default:
        return undefined;
    }
  }

  /** Element type; float32 where it cannot be told. */
  dtype(name: string): DType {
    findAll(name, this.#dtypes, {
      before: (value) => {
        const node = this.#isGiven(value) ? undefined : this.#producers.get(value);
        const typing = node && dtypeOf(node) === undefined ? node.inputs[typingInput(node)] : undefined;
        return typing ? [typing] : [];
      },
      find: (value) => this.#findDtype(value),
    });
    return this.#dtypes.get(name) ?? 'float32';
  }

  #findDtype(name: string): DType {
    const input = this.#inputs.get(name);
    if (input) return input.dtype;
    const constant = this.constant(name);
    if (constant) return constant.dtype;
    const node = this.#producers.get(name);
    if (!node) return this.#outer?.dtype(name) ?? 'float32';
    return dtypeOf(node) ?? this.#dtypes.get(node.inputs[typingInput(node)] ?? '') ?? 'float32';
  }

  /** Elements of an integer or float constant. */
  numbers(name: string): number[] | undefined {
    const tensor = this.constant(name);
    return tensor && numbers(tensor);
  }

  #defines(name: string): boolean {
    return this.#producers.has(name) || this.#inputs.has(name);
  }
}

/**
 * Finds what there is to find of a value, of everything it is told by first. Without calling itself, as the way back may
 * be of any length; of a value that is told by itself, as in the damaged body of a Loop, nothing is known meanwhile.
 */
function findAll<Found>(
  name: string,
  known: Map<string, Found>,
  { before, find }: { before: (name: string) => readonly string[]; find: (name: string) => Found },
): void {
  const begun = new Set<string>();
  const open = [name];
  for (let value = open.at(-1); value !== undefined; value = open.at(-1)) {
    const missing = known.has(value) || begun.has(value) ? [] : before(value).filter((other) => !known.has(other));
    if (missing.length > 0) {
      begun.add(value);
      for (const other of missing) if (!begun.has(other)) open.push(other);
      continue;
    }
    open.pop();
    if (!known.has(value)) known.set(value, find(value));
  }
}

/** The values whose ranks tell that of a node's results. */
function rankedBy({ op, inputs }: Node): readonly string[] {
  return Object.hasOwn(fixedRanks, op) || op === 'Reshape' ? [] : inputs;
}

/** What an operator gives in any case. */
function dtypeOf(node: Node): DType | undefined {
  if (node.op === 'Cast') return dtypeNumbered(intAttribute(node, 'to', 1));
  if (truthValues.has(node.op)) return 'bool';
  return wholeNumbers.has(node.op) ? 'int64' : undefined;
}

/** The input whose type an operator's results have. */
function typingInput({ op }: Node): number {
  return op === 'Where' ? 1 : op === 'OneHot' ? 2 : 0;
}

function highest(ranks: readonly (number | undefined)[]): number | undefined {
  let most = -Infinity;
  for (const rank of ranks) {
    if (rank === undefined) return undefined;
    most = Math.max(most, rank);
  }
  return most;
}

function plus(rank: number | undefined, change: number): number | undefined {
  return rank === undefined ? undefined : rank + change;
}

function dtypeNumbered(number: number): DType {
  const found = Object.entries(onnxType).find(([, candidate]) => candidate === number);
  return (found?.[0] ?? 'float32') as DType;
}
