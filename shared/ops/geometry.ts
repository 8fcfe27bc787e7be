/** Sliding windows: what Conv and the pooling operators have in common. Sizes are in elements. */
import { indicesOf, type Shape } from '#shared/core/shape.ts';
import type { NodeView } from '#shared/ops/node-view.ts';

/** One spatial axis. Window `o` reads the input at `o · stride + tap · dilation − begin`, tap = 0 … kernel − 1. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front. */
  readonly begin: number;
  /** Padding behind, as the node declares it; with `ceil_mode` the last window may reach further still. */
  readonly behind: number;
  /** How far the last window reaches past the input; negative where a tail of the input is never read. */
  readonly end: number;
}

/**
 * Spatial axes of a Conv or pooling node. Front padding follows `pads` or `auto_pad`; the end follows from the
 * known output size, which covers `ceil_mode` and unread tails alike.
 */
export function windowAxes(node: NodeView, kernel: readonly number[]): WindowAxis[] {
  return windowAxesBetween(node, kernel, node.inputShape(0).slice(2), node.outputShape(0).slice(2));
}

/**
 * The same for a node whose windows slide over something other than its first input.
 *
 * @param front front padding, where it is not as `pads` or `auto_pad` would have it for windows
 */
export function windowAxesBetween(
  node: NodeView,
  kernel: readonly number[],
  input: Shape,
  output: Shape,
  front?: readonly number[],
): WindowAxis[] {
  const pads = node.ints('pads');
  const autoPad = node.string('auto_pad', 'NOTSET');
  return kernel.map((size, axis) => {
    const stride = node.ints('strides')?.[axis] ?? 1;
    const dilation = node.ints('dilations')?.[axis] ?? 1;
    const from = input[axis] as number;
    const to = output[axis] as number;
    const total = (to - 1) * stride + dilation * (size - 1) + 1 - from;
    let begin = pads?.[axis] ?? 0;
    if (autoPad === 'VALID') begin = 0;
    if (autoPad === 'SAME_UPPER') begin = Math.floor(Math.max(total, 0) / 2);
    if (autoPad === 'SAME_LOWER') begin = Math.ceil(Math.max(total, 0) / 2);
    begin = front?.[axis] ?? begin;
    const end = total - begin;
    const behind = autoPad.startsWith('SAME') ? Math.max(end, 0) : (pads?.[kernel.length + axis] ?? 0);
    return { input: from, output: to, kernel: size, stride, dilation, begin, behind, end };
  });
}

/** Every combination of one tap per axis, last axis fastest. */
export function taps(axes: readonly WindowAxis[]): number[][] {
  return indicesOf(axes.map((axis) => axis.kernel));
}

/** A convolution's sizes: Y[n, m, …] = Σ W[m, c, taps] · X[n, group(m)·channels + c, windows] + B[m]. */
export interface Convolution {
  readonly batch: number;
  /** C, over all groups. */
  readonly inputChannels: number;
  /** M, over all groups. */
  readonly outputChannels: number;
  readonly groups: number;
  readonly axes: readonly WindowAxis[];
}

/** What the cost of sliding windows depends on, as a key. */
export function describeWindows(axes: readonly WindowAxis[]): string {
  const of = (value: (axis: WindowAxis) => number): string => axes.map(value).join('×');
  const [kernel, stride, dilation, begin] = [
    of((axis) => axis.kernel),
    of((axis) => axis.stride),
    of((axis) => axis.dilation),
    of((axis) => axis.begin),
  ];
  return `kernel ${kernel}, stride ${stride}, dilation ${dilation}, padding ${begin}`;
}

/** What the cost of a convolution depends on, as a key. */
export function describeConvolution(conv: Convolution, dtype: string): string {
  const input = [conv.batch, conv.inputChannels, ...conv.axes.map((axis) => axis.input)].join('×');
  const output = [conv.outputChannels, ...conv.axes.map((axis) => axis.output)].join('×');
  return `${input} → ${output}, ${describeWindows(conv.axes)}, groups ${conv.groups}, ${dtype}`;
}

/** Attributes of the ConvTranspose that adds to what the windows of a convolution read. */
export function transposedAttributes(axes: readonly WindowAxis[]): Readonly<Record<string, number[]>> {
  return {
    kernel_shape: axes.map((axis) => axis.kernel),
    strides: axes.map((axis) => axis.stride),
    dilations: axes.map((axis) => axis.dilation),
    pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => Math.max(axis.end, 0))],
    output_padding: axes.map((axis) => Math.max(-axis.end, 0)),
  };
}

const reachOf = ({ dilation, kernel }: WindowAxis): number => dilation * (kernel - 1);

/** Whether a Conv with the kernel turned around does the same: no more padding than the kernel reaches. */
export function turns(axes: readonly WindowAxis[]): boolean {
  return axes.every((axis) => axis.begin <= reachOf(axis) && axis.end <= reachOf(axis));
}

/** Padding behind the last value that the turned kernel takes in, each with stride − 1 zeros behind it; negative is too many. */
export function paddingBehind(axis: WindowAxis): number {
  return reachOf(axis) - axis.end - (axis.stride - 1);
}

/** Attributes of that Conv. */
export function turnedAttributes(axes: readonly WindowAxis[]): Readonly<Record<string, number[]>> {
  return {
    kernel_shape: axes.map((axis) => axis.kernel),
    dilations: axes.map((axis) => axis.dilation),
    pads: [...axes.map((axis) => reachOf(axis) - axis.begin), ...axes.map((axis) => Math.max(paddingBehind(axis), 0))],
  };
}
