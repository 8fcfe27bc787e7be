/**
 * Appends nodes to a growing graph. Everything that writes ONNX goes through here, so that what differs
 * between operator-set versions (axes as an attribute or as an input) is decided in one place.
 * Emits operators in the form of opset 13 and later.
 */
import type { Shape } from '#shared/core/shape.ts';
import { bodiesOf, type Attribute, type Graph, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { int64Tensor, tensorOf, type DType, type Tensor } from '#shared/ir/tensor.ts';

/** Plain values are turned into attributes: integers to int, other numbers to float (see `float`). */
export type AttributeValue = number | string | readonly number[] | Attribute;

/** A float attribute even when its value is a whole number. */
export function float(value: number): Attribute {
  return { type: 'float', value };
}

export type ReduceOp = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

function toAttribute(value: AttributeValue): Attribute {
  if (typeof value === 'number') return Number.isInteger(value) ? { type: 'int', value } : { type: 'float', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (Array.isArray(value)) return { type: 'ints', value: value as readonly number[] };
  return value as Attribute;
}

export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly inputs: ValueInfo[] = [];
  readonly outputs: ValueInfo[] = [];
  readonly initializers = new Map<string, Tensor>();
  /** `ai.onnx` operator-set version the nodes are written for. */
  readonly opset: number;
  /** What the nodes are written for. */
  readonly target: Target;
  #taken = new Set<string>();
  #counters = new Map<string, number>();
  #prefix = '';
  #constants = new Map<string, string>();

  constructor(opset: number, from?: Graph, target: Target = {}) {
    this.opset = opset;
    this.target = target;
    if (!from) return;
    // One by one, as a call takes no more arguments than the stack holds.
    for (const node of from.nodes) this.nodes.push(node);
    for (const input of from.inputs) this.inputs.push(input);
    for (const output of from.outputs) this.outputs.push(output);
    for (const [name, tensor] of from.initializers) this.initializers.set(name, tensor);
    this.reserve(from);
  }

  /** Keeps every name of `graph` and of the bodies in it from being given to a new value. */
  reserve(graph: Graph): void {
    for (const input of graph.inputs) this.#taken.add(input.name);
    for (const name of graph.initializers.keys()) this.#taken.add(name);
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.#taken.add(output);
      for (const body of bodiesOf(node)) this.reserve(body);
    }
  }

  /**
   * A builder for the body of a Loop, If or Scan of this graph. Names it gives are new to both graphs, and begin in a
   * way of their own, so that they stay so when the graph around is renamed to be a body itself.
   */
  body(): GraphBuilder {
    const body = this.sibling();
    body.#prefix = 'inner/';
    return body;
  }

  /** A builder for another graph, such that each gives names that are new to both. */
  sibling(): GraphBuilder {
    const sibling = new GraphBuilder(this.opset, undefined, this.target);
    sibling.#taken = this.#taken;
    sibling.#counters = this.#counters;
    return sibling;
  }

  /** A value name not used so far: the hint itself, or the hint with a number. */
  fresh(hint: string): string {
    const stem = `${this.#prefix}${hint}`;
    let name = stem;
    let count = this.#counters.get(stem) ?? 0;
    while (this.#taken.has(name)) name = `${stem}_${++count}`;
    this.#counters.set(stem, count);
    this.#taken.add(name);
    return name;
  }

  input(name: string, dtype: DType, shape: ValueInfo['shape']): string {
    this.#taken.add(name);
    this.inputs.push({ name, dtype, shape });
    return name;
  }

  /** Declares `value` an output; `name` renames it through Identity. */
  output(value: string, dtype: DType, shape: ValueInfo['shape'], name = value): string {
    if (name !== value) {
      this.#taken.add(name);
      this.nodes.push({ name: '', op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
    }
    this.outputs.push({ name, dtype, shape });
    return name;
  }

  initializer(name: string, tensor: Tensor): string {
    this.#taken.add(name);
    this.initializers.set(name, tensor);
    return name;
  }

  /** A small constant, shared with every equal one. */
  constant(dtype: DType, shape: Shape, values: readonly number[]): string {
    const key = `${dtype}[${shape.join(',')}]:${values.join(',')}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const name = this.initializer(this.fresh('const'), tensorOf(dtype, shape, values));
    this.#constants.set(key, name);
    return name;
  }

  scalar(dtype: DType, value: number): string {
    return this.constant(dtype, [], [value]);
  }

  ints(values: readonly number[]): string {
    return this.constant('int64', [values.length], values);
  }

  /** Appends a copy of a node as it stands. */
  append(node: Node): void {
    for (const output of node.outputs) this.#taken.add(output);
    this.nodes.push(node);
  }

  /** One node with one output; returns the output's name. */
  op(op: string, inputs: readonly string[], attributes: Record<string, AttributeValue> = {}, domain = ''): string {
    return this.opN(op, inputs, 1, attributes, domain)[0] as string;
  }

  /** One node with `count` outputs. */
  opN(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Record<string, AttributeValue> = {},
    domain = '',
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(op.toLowerCase()));
    const typed = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)]));
    this.nodes.push({ name: '', op, domain, inputs, outputs, attributes: typed });
    return outputs;
  }

  /** Reduces over `axes` (axes became an input in opset 13 for ReduceSum and in 18 for the others). */
  reduce(op: ReduceOp, value: string, axes: readonly number[], keepDimensions: boolean): string {
    const keepdims = keepDimensions ? 1 : 0;
    if (op === 'ReduceSum' || this.opset >= 18) return this.op(op, [value, this.ints(axes)], { keepdims });
    return this.op(op, [value], { axes, keepdims });
  }

  /** A shape without −1 is meant as it stands; next to −1, as always before operator set 14, 0 keeps an axis. */
  reshape(value: string, shape: Shape): string {
    const empty = shape.includes(0) && !shape.includes(-1) && this.opset >= 14;
    return this.op('Reshape', [value, this.ints(shape)], empty ? { allowzero: 1 } : {});
  }

  transpose(value: string, permutation: readonly number[]): string {
    return this.op('Transpose', [value], { perm: permutation });
  }

  cast(value: string, to: DType): string {
    return this.op('Cast', [value], { to: onnxType[to] });
  }

  slice(
    value: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ): string {
    const inputs = [value, this.ints(starts), this.ints(ends), this.ints(axes)];
    if (steps?.some((step) => step !== 1)) inputs.push(this.ints(steps));
    return this.op('Slice', inputs);
  }

  expand(value: string, shape: Shape): string {
    return this.op('Expand', [value, this.ints(shape)]);
  }

  build(name: string): Graph {
    return {
      name,
      inputs: [...this.inputs],
      outputs: [...this.outputs],
      nodes: [...this.nodes],
      initializers: new Map(this.initializers),
    };
  }
}

/** `TensorProto.DataType` numbers of onnx.proto. */
export const onnxType: Record<DType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

/** An int64 vector, the form ONNX wants shapes and axes in. */
export function intVector(values: readonly number[]): Tensor {
  return int64Tensor([values.length], values);
}
