/**
 * Rewrites a graph so that its convolutions run in the blocked layout (see layout.ts), with what lies between them kept
 * in it where all operands are. Everything else stays as it is.
 */
import { elementCount, sameShape, type Shape } from '#shared/core/shape.ts';
import {
  intAttribute,
  intsAttribute,
  producers,
  reads,
  stringAttribute,
  type Graph,
  type Node,
} from '#shared/ir/graph.ts';
import { readCounts } from '#shared/compiler/subgraph.ts';
import { numbers, type TensorType } from '#shared/ir/tensor.ts';
import { blockedDomain, Layouts } from '#shared/compiler/cpu/layout.ts';

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

/** Larger kernels are cotangents, in gradients of weights: to rearrange them costs more than it saves. */
const mostTaps = 49;

/** Operators whose every output element depends on the operands' elements at the same place alone. */
const elementwise: ReadonlySet<string> = new Set(
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
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #readers: ReadonlyMap<string, number>;
  /** Weights arranged for their convolutions, by kind and name. */
  readonly #filters = new Map<string, string>();
  /** Position of the convolution that made each blocked value. */
  readonly #convolutions = new Map<string, number>();

  constructor(graph: Graph, layouts: Layouts) {
    this.#graph = graph;
    this.#layouts = layouts;
    this.#producers = producers(graph);
    for (const [name, tensor] of graph.initializers) layouts.builder.initializer(name, tensor);
    this.#readers = readCounts(graph);
  }

  take(node: Node): void {
    const isTaken =
      this.#elementwise(node) ||
      (node.domain === '' &&
        (this.#convolution(node) ||
          this.#joinedSamples(node) ||
          this.#exchangedSamples(node) ||
          this.#channelwise(node) ||
          this.#reduction(node)));
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

  /** Depthwise convolutions, and those with a spatial kernel: with a 1×1 kernel both layouts are as fast. */
  #convolution(node: Node): boolean {
    if (node.op !== 'Conv') return false;
    const [x, weight, bias] = node.inputs as readonly [string, string, string?];
    const output = node.outputs[0] as string;
    const [outputs, inputs, ...kernel] = this.#shapeOf(weight) as [number, number, ...number[]];
    const channels = this.#shapeOf(x)[1] as number;
    const groups = intAttribute(node, 'group', 1);
    const isDepthwise = groups > 1 && inputs === 1 && groups === channels && groups === outputs;
    const taps = elementCount(kernel);
    const isThin = groups === 1 && taps > 1 && channels < this.#layouts.block;
    const isSpatial = groups === 1 && taps > 1 && taps <= mostTaps && this.#layouts.divides(x);
    const fits = this.#layouts.divides(output) && this.#isFloat(x) && (isThin || this.#layouts.divides(x));
    if (!fits || !(isDepthwise || isThin || isSpatial) || stringAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET')
      return false;
    const key = `${isDepthwise ? 'depthwise' : 'dense'} ${weight}`;
    const filter = this.#filters.get(key) ?? (isDepthwise ? this.#blockedFilter(weight) : this.#blockedKernel(weight));
    this.#filters.set(key, filter);
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
    const source = this.#layouts.hasBlocked(value) ? undefined : this.#sourceOf(value);
    if (source === undefined) return this.#layouts.blocked(value);
    return this.#layouts.builder.reshape(this.#layouts.blocked(source), this.#shapeOf(value));
  }

  /** A depthwise filter [C, 1, h, w] as [C/b, h, w, b]: that is the layout of one picture with C channels. */
  #blockedFilter(weight: string): string {
    const source = this.#sourceOf(weight);
    const { builder } = this.#layouts;
    const shape = this.#shapeOf(weight);
    if (source !== undefined) return builder.reshape(this.#layouts.blocked(source), shape);
    const [channels, , ...kernel] = shape as [number, number, ...number[]];
    const picture = builder.reshape(this.#layouts.plain(weight), [1, channels, ...kernel]);
    return builder.reshape(builder.op('ReorderInput', [picture], {}, blockedDomain), shape);
  }

  /** W [M, C, h, w] as [M/b, C/b, h, w, b of C, b of M], or with fewer channels than a block as [M/b, C, h, w, b of M]. */
  #blockedKernel(weight: string): string {
    const { block, builder } = this.#layouts;
    const shape = this.#shapeOf(weight);
    const [outputs, inputs, ...kernel] = shape as [number, number, ...number[]];
    if (inputs < block) {
      const exchanged = this.#exchanged(weight);
      if (exchanged !== undefined) return builder.reshape(exchanged, shape);
      const thin = builder.reshape(this.#layouts.plain(weight), [outputs / block, block, inputs, elementCount(kernel)]);
      return builder.reshape(builder.transpose(thin, [0, 2, 3, 1]), shape);
    }
    const taps = elementCount(kernel);
    // Pictures with channels of one block: what makes one axis the innermost is the fast way to do it.
    const blocked = (value: string, picture: Shape): string =>
      builder.op('ReorderInput', [builder.reshape(value, picture)], {}, blockedDomain);
    const source = this.#turnedSource(weight);
    if (source !== undefined) {
      const lined = blocked(this.#layouts.plain(source), [inputs, outputs, taps, 1]);
      const parted = builder.reshape(lined, [inputs / block, block, outputs / block, taps, block]);
      const arranged = builder.transpose(parted, [2, 0, 3, 1, 4]);
      return builder.reshape(builder.slice(arranged, [2], [-1], [-taps - 1], [-1]), shape);
    }
    const lined = blocked(this.#layouts.plain(weight), [outputs / block, block, inputs, taps]);
    const parted = builder.reshape(lined, [outputs / block, inputs / block, block, taps, block]);
    return builder.reshape(builder.transpose(parted, [0, 1, 3, 2, 4]), shape);
  }

  /** The [N, C, H, W] that a value [1, N·C, H, W] or [N·C, 1, H, W] is another view of. */
  #sourceOf(value: string): string | undefined {
    const node = this.#producers.get(value);
    const source = node?.op === 'Reshape' && node.domain === '' ? (node.inputs[0] as string) : undefined;
    if (source === undefined || !this.#layouts.divides(source) || !this.#isFloat(source)) return undefined;
    const [batch, channels, ...size] = this.#shapeOf(source) as [number, number, ...number[]];
    const [first, second, ...own] = this.#shapeOf(value) as [number, number, ...number[]];
    const joins = Math.min(first, second) === 1 && Math.max(first, second) === batch * channels;
    return joins && sameShape(size, own) ? source : undefined;
  }

  /** A view with samples joined to channels is left until it is known in which layout it is read. */
  #joinedSamples(node: Node): boolean {
    if (node.op !== 'Reshape' || this.#sourceOf(node.outputs[0] as string) === undefined) return false;
    this.#layouts.defer(node);
    return true;
  }

  /** Slices of samples, samples exchanged with channels, and kernels turned around are left likewise. */
  #exchangedSamples(node: Node): boolean {
    const output = node.outputs[0] as string;
    const isView = [this.#slicedSamples(output), this.#exchangedSource(output), this.#turnedSource(output)].some(
      (source) => source !== undefined,
    );
    if (isView) this.#layouts.defer(node);
    return isView;
  }

  /** The value that these are some samples of. */
  #slicedSamples(value: string): { readonly source: string; readonly slice: Node } | undefined {
    const slice = this.#producers.get(value);
    if (slice?.op !== 'Slice' || slice.domain !== '' || slice.inputs.length !== 4) return undefined;
    const source = slice.inputs[0] as string;
    const axes = this.#graph.initializers.get(slice.inputs[3] as string);
    const isFirst = axes !== undefined && [...numbers(axes)].join() === '0';
    return isFirst && this.#layouts.divides(source) && this.#isFloat(source) ? { source, slice } : undefined;
  }

  /** The [N, C, H, W] that a value is with its first axes exchanged. */
  #exchangedSource(value: string): string | undefined {
    const node = this.#producers.get(value);
    const isExchange = node?.op === 'Transpose' && intsAttribute(node, 'perm')?.join() === '1,0,2,3';
    const source = isExchange ? (node.inputs[0] as string) : '';
    return this.#layouts.divides(source) && this.#isFloat(source) ? source : undefined;
  }

  /** A value [C, N, H, W] that is [N, C, H, W] with its first axes exchanged, as [C/b, N, H·W, b]. */
  #exchanged(value: string): string | undefined {
    const source = this.#exchangedSource(value);
    if (source === undefined) return undefined;
    const { block, builder } = this.#layouts;
    const part = this.#slicedSamples(source);
    let pictures = part ? builder.fresh(`${source}/blocked`) : this.#layouts.blocked(source);
    if (part) {
      const [, ...bounds] = part.slice.inputs;
      builder.append({
        ...part.slice,
        name: '',
        inputs: [this.#layouts.blocked(part.source), ...bounds],
        outputs: [pictures],
      });
    }
    const [samples, channels, ...size] = this.#shapeOf(source) as [number, number, ...number[]];
    pictures = builder.reshape(pictures, [samples, channels / block, elementCount(size), block]);
    return builder.transpose(pictures, [1, 0, 2, 3]);
  }

  /** The kernel [M, C, h, w] that a value [C, M, h, w] is turned around, for the gradient of a convolution's input. */
  #turnedSource(value: string): string | undefined {
    const slice = this.#producers.get(value);
    if (slice?.op !== 'Slice' || slice.domain !== '' || slice.inputs.length !== 5) return undefined;
    const constants = slice.inputs.slice(1).map((name) => this.#graph.initializers.get(name));
    const [starts, ends, axes, steps] = constants.map((tensor) => (tensor ? [...numbers(tensor)] : []));
    const [height, width] = this.#shapeOf(value).slice(2) as [number, number];
    const turns = starts?.join() === '-1,-1' && steps?.join() === '-1,-1' && axes?.join() === '2,3';
    const isWhole = ends?.[0] === -height - 1 && ends[1] === -width - 1;
    return turns && isWhole && this.#layouts.divides(value)
      ? this.#exchangedSource(slice.inputs[0] as string)
      : undefined;
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
