/**
 * Rewrites a graph so that its convolutions run in the blocked layout (see layout.ts), with what lies between them kept
 * in it where all operands are. Everything else stays as it is.
 */
import { elementCount, sameShape, type Shape } from '#shared/core/shape.ts';
import { intsAttribute, reads, type Graph, type Node } from '#shared/ir/graph.ts';
import { readCounts } from '#shared/compiler/subgraph.ts';
import { numbers, type TensorType } from '#shared/ir/tensor.ts';
import { convolutionKind } from '#shared/compiler/cpu/convolution-kind.ts';
import { Kernels } from '#shared/compiler/cpu/kernels.ts';
import { blockedDomain, Layouts } from '#shared/compiler/cpu/layout.ts';
import { Views } from '#shared/compiler/cpu/views.ts';

/**
 * @param types of the graph's values, as far as they are fixed
 * @param block channels in a block of the runtime on this machine
 */
export function blockChannels(
  graph: Graph,
  opset: number,
  types: ReadonlyMap<string, TensorType>,
  block: number,
): Graph {
  if (!graph.nodes.some((node) => node.op === 'Conv' && node.domain === '')) return graph;
  const blocking = new Blocking(graph, new Layouts(graph, opset, types, block));
  for (const node of graph.nodes) blocking.take(node);
  return blocking.finish();
}

/** Operators whose every output element depends on the operands' elements at the same place alone. */
export const elementwise: ReadonlySet<string> = new Set(
  [
    'Add Sub Mul Div Pow Max Min Sum Neg Abs Sqrt Exp Log Reciprocal Erf Identity Cast Where',
    'Relu Clip LeakyRelu Elu Sigmoid Tanh HardSigmoid HardSwish Softplus com.microsoft.QuickGelu com.microsoft.Gelu',
    'Greater GreaterOrEqual Less LessOrEqual Equal And Or Not',
  ].flatMap((line) => line.split(' ')),
);

const summing: Readonly<Record<string, 'ReduceSum' | 'ReduceMean'>> = {
  ReduceSum: 'ReduceSum',
  ReduceMean: 'ReduceMean',
  GlobalAveragePool: 'ReduceMean',
};

class Blocking {
  readonly #graph: Graph;
  readonly #layouts: Layouts;
  readonly #views: Views;
  readonly #kernels: Kernels;
  readonly #readers: ReadonlyMap<string, number>;
  /** Position of the convolution that made each blocked value. */
  readonly #convolutions = new Map<string, number>();

  constructor(graph: Graph, layouts: Layouts) {
    this.#graph = graph;
    this.#layouts = layouts;
    this.#views = new Views(graph, layouts);
    this.#kernels = new Kernels(layouts, this.#views);
    for (const [name, tensor] of graph.initializers) layouts.builder.initializer(name, tensor);
    this.#readers = readCounts(graph);
  }

  take(node: Node): void {
    const isTaken =
      this.#elementwise(node) ||
      (node.domain === '' &&
        (this.#convolution(node) || this.#view(node) || this.#channelwise(node) || this.#reduction(node)));
    if (isTaken) return;
    for (const name of reads(node)) this.#layouts.plain(name);
    this.#layouts.builder.append(node);
  }

  finish(): Graph {
    for (const { name } of this.#graph.outputs) this.#layouts.plain(name);
    const { nodes, initializers } = this.#layouts.builder;
    return { ...this.#graph, nodes, initializers };
  }

  #shapeOf(value: string | undefined): Shape {
    return (value && this.#layouts.typeOf(value)?.shape) || [];
  }

  #isFloat(value: string): boolean {
    return this.#layouts.typeOf(value)?.dtype === 'float32';
  }

  #convolution(node: Node): boolean {
    if (node.op !== 'Conv') return false;
    const [x, weight, bias] = node.inputs as readonly [string, string, string?];
    const output = node.outputs[0] as string;
    const kernel = this.#shapeOf(weight).slice(2);
    const kind = convolutionKind(node, (value) => this.#layouts.typeOf(value), this.#layouts.block);
    if (!kind) return false;
    const isThin = kind === 'thin';
    const filter = this.#kernels.arranged(weight, kind === 'depthwise');
    const data = isThin ? this.#layouts.plain(x) : this.#blockedData(x);
    const operands = [data, filter, ...(bias ? [this.#layouts.plain(bias)] : [])];
    const { builder } = this.#layouts;
    const name = builder.fresh(`${output}/blocked`);
    const attributes = { ...node.attributes, kernel_shape: { type: 'ints' as const, value: kernel } };
    this.#convolutions.set(output, builder.nodes.length);
    builder.append({
      name: node.name,
      op: 'Conv',
      domain: blockedDomain,
      inputs: operands,
      outputs: [name],
      attributes,
    });
    this.#layouts.become(output, name);
    return true;
  }

  /** Pictures in the blocked layout; where samples were joined to channels, they are in it too. */
  #blockedData(value: string): string {
    const source = this.#layouts.hasBlocked(value) ? undefined : this.#views.joined(value);
    if (source === undefined) return this.#layouts.blocked(value);
    return this.#layouts.builder.reshape(this.#layouts.blocked(source), this.#shapeOf(value));
  }

  /** Another view of a value is left until it is known in which layout it is read. */
  #view(node: Node): boolean {
    const isView = this.#views.isView(node.outputs[0] as string);
    if (isView) this.#layouts.defer(node);
    return isView;
  }

  /** An activation right behind a convolution becomes part of it. */
  #activation(node: Node): boolean {
    const value = node.inputs[0] as string;
    const output = node.outputs[0] as string;
    const position = this.#convolutions.get(value);
    if (position === undefined || this.#layouts.hasPlain(value) || this.#readers.get(value) !== 1) return false;
    const parameters = this.#activationParameters(node);
    if (!parameters) return false;
    const { builder } = this.#layouts;
    const convolution = builder.nodes[position] as Node;
    const attributes = {
      ...convolution.attributes,
      activation: { type: 'string' as const, value: node.op },
      ...(parameters.length > 0 ? { activation_params: { type: 'floats' as const, value: parameters } } : {}),
    };
    builder.nodes[position] = { ...convolution, attributes };
    this.#layouts.become(output, this.#layouts.blocked(value));
    return true;
  }

  /** What the runtime wants to know of an activation inside a convolution; undefined where it cannot stand there. */
  #activationParameters(node: Node): number[] | undefined {
    if (node.op === 'Relu') return [];
    if (node.op !== 'Clip') return undefined;
    const limits = node.inputs.slice(1).map((name) => this.#graph.initializers.get(name));
    const values = limits.flatMap((limit) => (limit ? [...numbers(limit)] : []));
    return values.length === 2 ? values : undefined;
  }

  /** Whether to compute it in the blocked layout: when an operand is in that alone, and all others are in it too. */
  #elementwise(node: Node): boolean {
    if (this.#activation(node)) return true;
    const output = node.outputs[0] as string;
    const operator = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
    if (!elementwise.has(operator) || !this.#layouts.divides(output)) return false;
    const shape = this.#shapeOf(output);
    const whole = node.inputs.filter((input) => sameShape(this.#shapeOf(input), shape));
    const others = node.inputs.filter((input) => input !== '' && !whole.includes(input));
    if (!whole.every((input) => this.#layouts.hasBlocked(input)) || !this.#isDeferred(whole)) return false;
    if (!others.every((input) => elementCount(this.#shapeOf(input)) === 1 && this.#layouts.typeOf(input))) return false;
    const inputs = node.inputs.map((input) =>
      whole.includes(input) ? this.#layouts.blocked(input) : this.#layouts.plain(input),
    );
    const name = this.#layouts.builder.fresh(`${output}/blocked`);
    this.#layouts.builder.append({ ...node, inputs, outputs: [name] });
    // Truth values cannot be taken apart: they are computed again.
    this.#layouts.become(output, name, this.#isFloat(output) ? undefined : { ...node, name: '' });
    return true;
  }

  #isDeferred(values: readonly string[]): boolean {
    return values.some((value) => !this.#layouts.hasPlain(value));
  }

  /** Pictures and one number a channel, [1 or N, C, 1, 1] or [C, 1, 1], as [N, C/b, H·W, b] and [1 or N, C/b, 1, b]. */
  #channelwise(node: Node): boolean {
    if (!['Add', 'Sub', 'Mul', 'Div'].includes(node.op)) return false;
    const output = node.outputs[0] as string;
    const shape = this.#shapeOf(output) as [number, number, number, number];
    const at = node.inputs.findIndex((input) => sameShape(this.#shapeOf(input), shape));
    const [x, factor] = [node.inputs[at] as string, node.inputs[1 - at] as string];
    if (at < 0 || !this.#layouts.divides(output) || !this.#isFloat(output) || !this.#layouts.hasBlocked(x))
      return false;
    const own = this.#shapeOf(factor);
    const [samples, channels, ...size] = own.length === 3 ? [1, ...own] : own;
    if (this.#layouts.hasPlain(x) || channels !== shape[1] || elementCount(size) !== 1 || samples === undefined)
      return false;
    const { block, builder } = this.#layouts;
    const blocks = shape[1] / block;
    const pictures = builder.reshape(this.#layouts.blocked(x), [shape[0], blocks, shape[2] * shape[3], block]);
    const factors = builder.reshape(this.#layouts.plain(factor), [samples, blocks, 1, block]);
    const result = builder.op(node.op, at === 0 ? [pictures, factors] : [factors, pictures]);
    this.#layouts.become(output, builder.reshape(result, shape));
    return true;
  }

  /** Sums and means over positions, and over samples too. */
  #reduction(node: Node): boolean {
    const op = summing[node.op];
    const [x, output] = [node.inputs[0] as string, node.outputs[0] as string];
    if (!op || !this.#layouts.divides(x) || this.#layouts.hasPlain(x) || !this.#layouts.hasBlocked(x)) return false;
    const given = this.#graph.initializers.get(node.inputs[1] ?? '');
    const axes = node.op === 'GlobalAveragePool' ? [2, 3] : given ? [...numbers(given)] : intsAttribute(node, 'axes');
    const over = axes
      ?.map((axis) => (axis < 0 ? axis + 4 : axis))
      .toSorted()
      .join();
    if ((over !== '2,3' && over !== '0,2,3') || !this.#layouts.typeOf(output)) return false;
    const [batch, channels, height, width] = this.#shapeOf(x) as [number, number, number, number];
    const { block, builder } = this.#layouts;
    const parted = builder.reshape(this.#layouts.blocked(x), [batch, channels / block, height * width, block]);
    const perSample = builder.reshape(builder.reduce(op, parted, [2], false), [batch, channels]);
    const result = over === '2,3' ? perSample : builder.reduce(op, perSample, [0], false);
    builder.append({
      name: node.name,
      op: 'Reshape',
      domain: '',
      inputs: [result, builder.ints(this.#shapeOf(output))],
      outputs: [output],
      attributes: {},
    });
    return true;
  }
}
