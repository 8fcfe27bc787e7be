/**
 * dW of a convolution: dW[m, c, tap] = Σ over n and windows of dY[n, m, window] · X[n, c, window at tap].
 * Several spellings give the same numbers; `usual` picks by shape, from measurements, where the target does not say.
 */
import { elementCount } from '#shared/core/shape.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import { describeConvolution, type Convolution } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { spell } from '#shared/ops/spelling.ts';
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

/**
 * All taps side by side and one product per sample: dY [N, g, M/g, P] times [N, g, k·C/g, P]ᵀ; then Σ over N. On a
 * graphics card, one product per sample and part of its positions, so that there is work for all of it.
 */
const byOneProduct: Spelling = (g, conv, x, dy) => {
  const { batch, groups } = conv;
  const outputs = conv.outputChannels / groups;
  const inputs = conv.inputChannels / groups;
  const reads = readWindows(g, conv.axes, withEdges(g, conv.axes, x, 0));
  const parts = g.builder.target.onCard ? partsOfPositions(conv) : 1;
  const positions = outputPositions(conv) / parts;
  const columns = reads.map((read) => g.builder.reshape(read, [batch, groups, inputs, parts, positions]));
  const joined = columns.length === 1 ? (columns[0] as string) : g.builder.op('Concat', columns, { axis: 2 });
  const rows =
    parts === 1
      ? g.builder.reshape(dy, [batch, groups, 1, outputs, positions])
      : g.builder.transpose(g.builder.reshape(dy, [batch, groups, outputs, parts, positions]), [0, 1, 3, 2, 4]);
  const product = g.builder.op('MatMul', [rows, g.builder.transpose(joined, [0, 1, 3, 4, 2])]);
  const sum = g.sum(product, parts === 1 ? [0] : [0, 2], false);
  const weight = g.builder.reshape(sum, [conv.outputChannels, reads.length, inputs]);
  return g.builder.reshape(g.builder.transpose(weight, [0, 2, 1]), [conv.outputChannels, inputs, ...kernelOf(conv)]);
};

/** Elements of a side of what a card computes at a time, about how many such it is busy with, and positions of each at least. */
const [tile, busy, leastPositions] = [32, 1024, 128];

/** Into how many parts of one length positions are divided. */
function partsOfPositions(conv: Convolution): number {
  const positions = outputPositions(conv);
  const columns = (elementCount(kernelOf(conv)) * conv.inputChannels) / conv.groups;
  const tiles = Math.ceil(conv.outputChannels / conv.groups / tile) * Math.ceil(columns / tile);
  const wanted = Math.min(busy / (tiles * conv.groups * conv.batch), positions / leastPositions);
  let parts = 1;
  for (let count = 2; count < 2 * wanted; count++) if (positions % count === 0) parts = count;
  return parts;
}

/** For depthwise kernels, a sum per tap: Σ over samples and positions of dY times what the tap reads of X. */
const byTapSums: Spelling = (g, conv, x, dy) => {
  const over = [0, ...conv.axes.map((_, axis) => axis + 2)];
  const sums = readWindows(g, conv.axes, withEdges(g, conv.axes, x, 0)).map((read) =>
    g.sum(g.mul(dy, read), over, false),
  );
  return joinTaps(g, conv, sums);
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
 * One convolution in which samples are the channels: X as [C/g, g·N, …], dY as M kernels of [N, …], stride and dilation
 * exchanged. It gives [C/g, M, k…].
 */
const bySampleConvolution: Spelling = (g, conv, x, dy) => {
  const weight = correlation(g, conv, samplesAsChannels(g, conv, x), batchSecond(g, conv, dy), conv.groups);
  return batchSecond(g, conv, weight);
};

/** [N, C, …] as [C/g, g·N, …]: the samples of each group's channels behind one another. */
function samplesAsChannels(g: Emitter, conv: Convolution, x: string): string {
  const { batch, groups, axes } = conv;
  if (groups === 1) return batchSecond(g, conv, x);
  const inputs = conv.inputChannels / groups;
  const size = axes.map((axis) => axis.input);
  const parted = g.builder.reshape(x, [batch, groups, inputs, ...size]);
  const turned = g.builder.transpose(parted, [2, 1, 0, ...axes.map((_, axis) => axis + 3)]);
  return g.builder.reshape(turned, [inputs, groups * batch, ...size]);
}

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

/**
 * The same for kernels that take channels in blocks: with fewer samples than a block they read X as it lies, and dY in
 * blocks of its channels. They are fastest where nothing is beyond an edge.
 */
const bySampleGroups: Spelling = (g, conv, x, dy) => {
  const size = (g.builder.target.channelBlock as number) / 2;
  const groups = Array.from({ length: Math.ceil(conv.batch / size) }, (_, index) => index * size);
  const samples = (value: string, first: number): string =>
    groups.length === 1 ? value : g.builder.slice(value, [0], [first], [Math.min(first + size, conv.batch)]);
  const weights = groups.map((first) => {
    const source = withEdges(g, conv.axes, batchSecond(g, conv, samples(x, first)), 0);
    return correlation(g, conv, source, batchSecond(g, conv, samples(dy, first)), 1, false);
  });
  return batchSecond(
    g,
    conv,
    weights.reduce((sum, weight) => g.add(sum, weight)),
  );
};

/**
 * X correlated with dY as its kernel; an unread tail of the input gives taps that W does not have, cut off here.
 * @param hasEdges whether the convolution is to go beyond the edges of X, which are otherwise in it
 */
function correlation(
  g: Emitter,
  conv: Convolution,
  x: string,
  kernels: string,
  groups: number,
  hasEdges = true,
): string {
  const { axes } = conv;
  const result = g.builder.op('Conv', [x, kernels], {
    group: groups,
    kernel_shape: axes.map((axis) => axis.output),
    strides: axes.map((axis) => axis.dilation),
    dilations: axes.map((axis) => axis.stride),
    ...(hasEdges ? { pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => Math.max(axis.end, 0))] } : {}),
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
 * In the blocked layout, channel convolution of depthwise kernels: 96 at 112² stride 2 6.5; sample groups, batch 8, beside
 * tap products: 64→64 at 56² 20 / 36, 256→256 at 14² 20 / 35.
 */
function usual(conv: Convolution, block: number | undefined): Name {
  const positions = outputPositions(conv);
  const taps = elementCount(kernelOf(conv));
  if (isDepthwise(conv)) {
    const unstrided = conv.axes.every((axis) => axis.stride === 1);
    const isBlocked = block !== undefined && conv.inputChannels % block === 0;
    return unstrided && taps <= 9 && positions >= 196 && !isBlocked ? 'tap products' : 'channel convolution';
  }
  if (conv.groups > 1) return 'tap products';
  if (hasSampleGroups(conv, block) && taps > 1) return 'sample groups';
  if (taps > 1 && conv.inputChannels <= 4) return 'sample convolution';
  return positions <= 256 ? 'channel-major products' : 'tap products';
}

/**
 * Measured on an NVIDIA H100 through WebGPU, forward and both gradients in milliseconds, of which some 2 are the run's:
 * tap products / one product / channel-major products / sample convolution, batch 16: 64→64 at 56² 5.7 / 5.3 / 37 / 7.2,
 * 128→128 at 28² 4.4 / 3.6 / 11 / 4.2, 512→512 at 7² 5.5 / 4.7 / 5.5 / 4.8, 7×7 stride 2 of 3→64 at 224² 88 / 15.5 / 709 /
 * 21.7; 1×1 alike, but channel-major products of large planes, 3.7 / 3.5 / 10.5 / 7.6 for 32→16 at 112²; depthwise, batch 8,
 * tap products / tap sums / channel convolution: 3×3 of 32 at 112² 8.4 / 4.8 / 8.6, of 144 at 56² 6.0 / 4.2 / 4.3, of 480 at
 * 14² 4.5 / 3.2 / 2.9, 5×5 of 240 at 28² 7.2 / 5.8 / 3.7.
 */
function usualOnCard(conv: Convolution): Name {
  const taps = elementCount(kernelOf(conv));
  if (isDepthwise(conv)) return taps <= 9 && outputPositions(conv) > 56 ** 2 ? 'tap sums' : 'channel convolution';
  return taps > 1 && conv.groups === 1 ? 'one product' : 'tap products';
}

function hasSampleGroups(conv: Convolution, block: number | undefined): boolean {
  return block !== undefined && conv.groups === 1 && conv.outputChannels % block === 0 && conv.axes.length === 2;
}

type Name =
  | 'tap products'
  | 'one product'
  | 'channel-major products'
  | 'sample convolution'
  | 'sample groups'
  | 'channel convolution'
  | 'tap sums';

/** dW [M, C/g, k…] from what the convolution read, `x` [N, C, …], and the cotangent of what it made, `dy` [N, M, …]. */
export function weightGradient(g: GradientContext, conv: Convolution, x: string, dy: string): string {
  const block = g.builder.target.channelBlock;
  const taps = elementCount(kernelOf(conv));
  const when = (applies: boolean, way: Spelling): (() => string) | undefined =>
    applies ? () => way(g, conv, x, dy) : undefined;
  const ways = {
    'tap products': when(true, byTapProducts),
    'one product': when(taps > 1 || g.builder.target.onCard === true, byOneProduct),
    'channel-major products': when(conv.groups === 1, byChannelMajorProducts),
    'sample convolution': when(true, bySampleConvolution),
    'sample groups': when(hasSampleGroups(conv, block), bySampleGroups),
    'channel convolution': when(isDepthwise(conv), byChannelConvolution),
    'tap sums': when(isDepthwise(conv), byTapSums),
  };
  const own = g.builder.target.onCard ? usualOnCard(conv) : usual(conv, block);
  return spell(g, 'ConvWeightGradient', describeConvolution(conv, g.dtype), ways, own);
}
