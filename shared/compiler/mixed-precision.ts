/**
 * Mixed precision: what is heavy to compute or to keep is computed in float16, and what half precision would spoil in
 * float32. Weights stay float32 and are cast where they are used, once; the gradient of that cast brings theirs back.
 * Which operators are which follows the lists of PyTorch's autocast.
 */
import { float16Bits } from '#shared/ir/half.ts';
import { GraphBuilder, onnxType } from '#shared/ir/builder.ts';
import { captured, reads, type Node, type TypedGraph } from '#shared/ir/graph.ts';
import { float32Values, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';

const listed = (...lines: readonly string[]): ReadonlySet<string> => new Set(lines.flatMap((line) => line.split(' ')));

/** Products, which are most of the work: always in float16, unless they are of weights alone. */
const products = listed('Conv ConvTranspose Gemm MatMul');

/** In float16 where all that is computed of their operands is; every float operand is of the result's type. */
const followers = listed(
  'Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Split Concat Gather GatherElements GatherND Expand Tile',
  'Pad DepthToSpace SpaceToDepth Where Add Sub Mul Div Neg Abs Max Min MaxPool AveragePool GlobalMaxPool',
  'Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish Tanh Erf Gelu com.microsoft.QuickGelu com.microsoft.Gelu',
);

/** In float32, as all others, with a result that goes on in float16 where it came in so. */
const narrowing = listed('BatchNormalization');

/** Numbers beyond this are infinite in float16: a mask of −3e38 is as good at the end of the range. */
const largestHalf = 65504;

/**
 * @param trained initializers that are trained: their values are no constants
 * @returns a model of the same inputs, outputs and weights, which keep their types and names; a value `v` that has a
 * float16 form has it under the name `v/half`
 */
export function inHalf(model: TypedModel, trained: readonly string[] = []): TypedModel {
  const rewriting = new Rewriting(model.graph, model.opsets[''] as number, new Set(trained));
  for (const node of model.graph.nodes) rewriting.take(node);
  return { ...model, graph: rewriting.finish() };
}

class Rewriting {
  readonly #graph: TypedGraph;
  readonly #builder: GraphBuilder;
  readonly #types: Map<string, TensorType>;
  readonly #trained: ReadonlySet<string>;
  /** Initializers, and what is computed of them alone. */
  readonly #weights: Set<string>;
  /** Given from outside: they are cast to what they meet. */
  readonly #inputs: ReadonlySet<string>;
  /** The float16 form of each value that has one. */
  readonly #halves = new Map<string, string>();
  /** Values that were made in float16, or go on in it: not those that one product wanted so. */
  readonly #made = new Set<string>();
  /** Values without a float32 form so far. */
  readonly #narrow = new Set<string>();

  constructor(graph: TypedGraph, opset: number, trained: ReadonlySet<string>) {
    this.#graph = graph;
    this.#builder = new GraphBuilder(opset);
    this.#builder.reserve(graph);
    this.#types = new Map(graph.types);
    this.#trained = trained;
    this.#weights = new Set(graph.initializers.keys());
    this.#inputs = new Set(graph.inputs.map(({ name }) => name));
  }

  take(node: Node): void {
    if (node.inputs.every((name) => name === '' || this.#weights.has(name)) && captured(node).length === 0) {
      for (const name of node.outputs) this.#weights.add(name);
      this.#builder.append(node);
    } else if (this.#isHalf(node)) this.#appendHalf(node);
    else this.#appendFull(node);
  }

  finish(): TypedGraph {
    for (const { name } of this.#graph.outputs) this.#full(name);
    const { nodes } = this.#builder;
    const read = new Set([...nodes.flatMap(reads), ...this.#graph.outputs.map(({ name }) => name)]);
    const initializers = [...this.#graph.initializers, ...this.#builder.initializers];
    return {
      ...this.#graph,
      nodes,
      initializers: new Map(initializers.filter(([name]) => read.has(name))),
      types: this.#types,
    };
  }

  #isFloat(name: string): boolean {
    return this.#types.get(name)?.dtype === 'float32';
  }

  #isHalf(node: Node): boolean {
    const operator = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
    if (!node.outputs.every((name) => name === '' || this.#isFloat(name))) return false;
    if (products.has(operator)) return true;
    const computed = node.inputs.filter(
      (name) => this.#isFloat(name) && !this.#weights.has(name) && !this.#inputs.has(name),
    );
    return followers.has(operator) && computed.length > 0 && computed.every((name) => this.#made.has(name));
  }

  #appendHalf(node: Node): void {
    const inputs = node.inputs.map((name) => (this.#isFloat(name) ? this.#half(name) : name));
    const outputs = node.outputs.map((name) => {
      if (name === '') return name;
      this.#made.add(name);
      this.#narrow.add(name);
      return this.#named(name);
    });
    this.#builder.append({ ...node, inputs, outputs });
  }

  #appendFull(node: Node): void {
    for (const name of reads(node)) this.#full(name);
    this.#builder.append(node);
    const [x, y] = [node.inputs[0] ?? '', node.outputs[0] ?? ''];
    if (narrowing.has(node.op) && this.#made.has(x)) this.#made.add(y);
  }

  /** A name for the float16 form of a value. */
  #named(value: string): string {
    const name = this.#builder.fresh(`${value}/half`);
    this.#halves.set(value, name);
    this.#types.set(name, { dtype: 'float16', shape: this.#types.get(value)?.shape ?? [] });
    return name;
  }

  #half(value: string): string {
    const known = this.#halves.get(value);
    if (known !== undefined) return known;
    const name = this.#named(value);
    const constant = this.#trained.has(value) ? undefined : this.#graph.initializers.get(value);
    if (constant) this.#builder.initializer(name, halved(constant));
    else this.#cast(value, name, 'float16');
    return name;
  }

  #full(value: string): void {
    if (!this.#narrow.delete(value)) return;
    this.#cast(this.#halves.get(value) as string, value, 'float32');
  }

  #cast(from: string, to: string, dtype: 'float16' | 'float32'): void {
    const attributes = { to: { type: 'int', value: onnxType[dtype] } } as const;
    this.#builder.append({ name: '', op: 'Cast', domain: '', inputs: [from], outputs: [to], attributes });
  }
}

function halved(tensor: Tensor): Tensor {
  const bits = Uint16Array.from(float32Values(tensor), (value) =>
    float16Bits(Number.isFinite(value) ? Math.max(-largestHalf, Math.min(largestHalf, value)) : value),
  );
  return { dtype: 'float16', shape: tensor.shape, data: new Uint8Array(bits.buffer) };
}
