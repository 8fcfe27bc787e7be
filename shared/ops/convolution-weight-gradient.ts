/**
 * dW of a convolution: dW[m, c, tap] = Σ over n and windows of dY[n, m, window] · X[n, c, window at tap].
 * Several spellings give the same numbers; `choose` picks by shape, from measurements.
 */
import { elementCount } from '#shared/core/shape.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { Convolution } from '#shared/ops/geometry.ts';
import { readWindows, withEdges } from '#shared/ops/windows.ts';

type Spelling = (g: Emitter, conv: Convolution, x: string, dy: string) => string;

const outputPositions = ({ axes }: Convolution): number => elementCount(axes.map((axis) => axis.output));
const kernelOf = ({ axes }: Convolution): number[] => axes.map((axis) => axis.kernel);
const isDepthwise = (conv: Convolution): boolean =>
  conv.groups > 1 && conv.groups === conv.inputChannels && conv.groups === conv.outputChannels;

/** One product per tap and sample: dY [N, g, M/g, P] times what the tap reads of X, [N, g, C/g, P]ᵀ; then Σ over N. */
const byTapProducts: Spelling = (g, conv, x, dy) => {
  const { batch, groups } = conv;
  const outputs = conv.outputChannels / groups;
  const inputs = conv.inputChannels / groups;
  const positions = outputPositions(conv);
  const rows = g.builder.reshape(dy, [batch, groups, outputs, positions]);
  const products = readWindows(g, conv.axes, withEdges(g, conv.axes, x, 0)).map((read) => {
    const columns = g.builder.reshape(read, [batch, groups, inputs, positions]);
    const product = g.builder.op('MatMul', [rows, g.builder.transpose(columns, [0, 1, 3, 2])]);
    return g.sum(product, [0], false);
  });
  return joinTaps(g, conv, products);
};

/** One product per tap over the whole batch, channels first: dY [M, N·P] times what the tap reads of X, [C, N·P]ᵀ. */
const byChannelMajorProducts: Spelling = (g, conv, x, dy) => {
  const columns = conv.batch * outputPositions(conv);
  const rows = g.builder.reshape(batchSecond(g, conv, dy), [conv.outputChannels, columns]);
  const source = batchSecond(g, conv, withEdges(g, conv.axes, x, 0));
  const products = readWindows(g, conv.axes, source).map((read) =>
    g.builder.op('Gemm', [rows, g.builder.reshape(read, [conv.inputChannels, columns])], { transB: 1 }),
  );
  return joinTaps(g, conv, products);
};

/** Products [M, C/g], one per tap, as W [M, C/g, k…]. */
function joinTaps(g: Emitter, conv: Convolution, products: readonly string[]): string {
  const inputs = conv.inputChannels / conv.groups;
  const columns = products.map((product) => g.builder.reshape(product, [conv.outputChannels, inputs, 1]));
  const weight = columns.length === 1 ? (columns[0] as string) : g.builder.op('Concat', columns, { axis: 2 });
  return g.builder.reshape(weight, [conv.outputChannels, inputs, ...kernelOf(conv)]);
}

/** [N, C, …] as [C, N, …]. */
function batchSecond(g: Emitter, { axes }: Convolution, value: string): string {
  return g.builder.transpose(value, [1, 0, ...axes.map((_, axis) => axis + 2)]);
}

/**
 * One convolution in which samples are the channels: X as [C, N, …], dY as M kernels of [N, …], stride and dilation
 * exchanged. It gives [C, M, k…].
 */
const bySampleConvolution: Spelling = (g, conv, x, dy) => {
  const weight = correlation(g, conv, batchSecond(g, conv, x), batchSecond(g, conv, dy), 1);
  return batchSecond(g, conv, weight);
};

/**
 * For depthwise kernels: one convolution in which every (sample, channel) pair is a group of its own and the kernel is
 * that pair's dY, stride and dilation exchanged. It gives each sample's dW, summed over samples after.
 */
const byChannelConvolution: Spelling = (g, conv, x, dy) => {
  const { batch, axes, inputChannels } = conv;
  const pairs = batch * inputChannels;
  const samples = g.builder.reshape(x, [1, pairs, ...axes.map((axis) => axis.input)]);
  const kernels = g.builder.reshape(dy, [pairs, 1, ...axes.map((axis) => axis.output)]);
  const perSample = correlation(g, conv, samples, kernels, pairs);
  return g.sum(g.builder.reshape(perSample, [batch, inputChannels, 1, ...kernelOf(conv)]), [0], false);
};

/** X correlated with dY as its kernel; an unread tail of the input gives taps that W does not have, cut off here. */
function correlation(g: Emitter, conv: Convolution, x: string, kernels: string, groups: number): string {
  const { axes } = conv;
  const result = g.builder.op('Conv', [x, kernels], {
    group: groups,
    kernel_shape: axes.map((axis) => axis.output),
    strides: axes.map((axis) => axis.dilation),
    dilations: axes.map((axis) => axis.stride),
    pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => Math.max(axis.end, 0))],
  });
  if (axes.every((axis) => -axis.end < axis.dilation)) return result;
  const spatial = axes.map((_, axis) => axis + 2);
  return g.builder.slice(
    result,
    spatial,
    axes.map(() => 0),
    kernelOf(conv),
  );
}

/**
 * Measured on CPU in milliseconds, batch 16, as tap products / channel-major products / other:
 * 64→64 at 56² 28 / 29, 128→128 at 28² 26 / 27, 256→256 at 14² 40 / 21, 512→512 at 7² 53 / 25;
 * 3→64, 7×7 stride 2, at 224² 168 / 210 / sample convolution 39;
 * depthwise 3×3: 144 at 56² 24 / channel convolution 46, 384 at 14² 6.7 / 7.8, 960 at 7² 13 / 5.5,
 * 96 at 112² stride 2 85 / 32; depthwise 5×5: 672 at 14² 35 / 20.
 */
function choose(conv: Convolution): Spelling {
  const positions = outputPositions(conv);
  const taps = elementCount(kernelOf(conv));
  if (isDepthwise(conv)) return byChannelConvolution;
  if (conv.groups > 1) return byTapProducts;
  if (taps > 1 && conv.inputChannels <= 4) return bySampleConvolution;
  return positions <= 256 ? byChannelMajorProducts : byTapProducts;
}

/** dW [M, C/g, k…] from what the convolution read, `x` [N, C, …], and the cotangent of what it made, `dy` [N, M, …]. */
export function weightGradient(g: Emitter, conv: Convolution, x: string, dy: string): string {
  return choose(conv)(g, conv, x, dy);
}
