/**
 * What can be told of values without running a model: enough to know whether an old Softmax means what a new one does,
 * and in which type a limit must be written.
 */
import { intAttribute, intsAttribute, producers, type Graph, type Node } from '#shared/ir/graph.ts';
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
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #outer: Facts | undefined;
  /** What was found once: behind every branch that comes together again, the way back would double. */
  readonly #ranks = new Map<string, number | undefined>();
  readonly #dtypes = new Map<string, DType>();

  /** @param outer the facts of the graph whose node `graph` is a body of */
  constructor(graph: Graph, outer?: Facts) {
    this.#graph = graph;
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
    if (!this.#ranks.has(name)) this.#ranks.set(name, this.#findRank(name));
    return this.#ranks.get(name);
  }

  #findRank(name: string): number | undefined {
    const input = this.#graph.inputs.find((candidate) => candidate.name === name);
    if (input) return input.unknown ? undefined : input.shape.length;
    const constant = this.constant(name);
    if (constant) return constant.shape.length;
    const node = this.#producers.get(name);
    return node ? this.#rankOf(node) : this.#outer?.rank(name);
  }

  #rankOf(node: Node): number | undefined {
    const first = (): number | undefined => this.rank(node.inputs[0] ?? '');
    if (node.op in fixedRanks) return fixedRanks[node.op];
    if (rankKeeping.has(node.op)) return first();
    if (broadcasting.has(node.op)) return highest(node.inputs.map((input) => this.rank(input)));
    const axes = intsAttribute(node, 'axes');
    switch (node.op) {
      case 'Conv':
      case 'ConvTranspose':
        return this.rank(node.inputs[1] ?? '') ?? first();
      case 'MatMul': {
        const ranks = node.inputs.map((input) => this.rank(input));
        return ranks.includes(1) ? undefined : highest(ranks);
      }
      case 'Reshape':
        return this.constant(node.inputs[1] ?? '')?.shape[0];
      case 'Squeeze':
        return axes && plus(first(), -axes.length);
      case 'Unsqueeze':
        return axes && plus(first(), axes.length);
      case 'ReduceMean':
      case 'ReduceSum':
      case 'ReduceMax':
        if (intAttribute(node, 'keepdims', 1)) return first();
        return axes && plus(first(), -axes.length);
      default:
        return undefined;
    }
  }

  /** Element type; float32 where it cannot be told. */
  dtype(name: string): DType {
    const known = this.#dtypes.get(name) ?? this.#findDtype(name);
    this.#dtypes.set(name, known);
    return known;
  }

  #findDtype(name: string): DType {
    const input = this.#graph.inputs.find((candidate) => candidate.name === name);
    if (input) return input.dtype;
    const constant = this.constant(name);
    if (constant) return constant.dtype;
    const node = this.#producers.get(name);
    if (!node) return this.#outer?.dtype(name) ?? 'float32';
    if (node.op === 'Cast') return dtypeNumbered(intAttribute(node, 'to', 1));
    if (truthValues.has(node.op)) return 'bool';
    if (wholeNumbers.has(node.op)) return 'int64';
    const typed = { Where: 1, OneHot: 2 }[node.op] ?? 0;
    return node.inputs[typed] ? this.dtype(node.inputs[typed]) : 'float32';
  }

  /** Elements of an integer or float constant. */
  numbers(name: string): number[] | undefined {
    const tensor = this.constant(name);
    return tensor && numbers(tensor);
  }

  #defines(name: string): boolean {
    return this.#producers.has(name) || this.#graph.inputs.some((input) => input.name === name);
  }
}

function highest(ranks: readonly (number | undefined)[]): number | undefined {
  return ranks.every((rank) => rank !== undefined) ? Math.max(...ranks) : undefined;
}

function plus(rank: number | undefined, change: number): number | undefined {
  return rank === undefined ? undefined : rank + change;
}

function dtypeNumbered(number: number): DType {
  const found = Object.entries(onnxType).find(([, candidate]) => candidate === number);
  return (found?.[0] ?? 'float32') as DType;
}
