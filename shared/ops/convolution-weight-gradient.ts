/**
 * dW of a convolution: dW[m, c, tap] = Σ over n and windows of dY[n, m, window] · X[n, c, window at tap].
 * Several spellings give the same numbers; `choose` picks by shape, from measurements.
 */
import { elementCount } from '#shared/core/shape.ts';
import { taps, type Convolution } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

type Spelling = (g: GradientContext, conv: Convolution) => string;

/** One matrix product per kernel tap: dY [N, g, M/g, P] times what the tap reads of X, [N, g, C/g, P]ᵀ. */
export const byTapProducts: Spelling = (g, conv) => {
  const { batch, groups, axes } = conv;
  const outputs = conv.outputChannels / groups;
  const inputs = conv.inputChannels / groups;
  const positions = elementCount(axes.map((axis) => axis.output));
  const dy = g.builder.reshape(g.dy, [batch, groups, outputs, positions]);
  const x = paddedInput(g, conv);
  const spatial = axes.map((_, axis) => axis + 2);
  const products = taps(axes).map((tap) => {
    const starts = axes.map((axis, index) => (tap[index] as number) * axis.dilation);
    const ends = axes.map((axis, index) => (starts[index] as number) + (axis.output - 1) * axis.stride + 1);
    const steps = axes.map((axis) => axis.stride);
    const whole = axes.every(
      (axis, index) =>
        ends[index] === axis.begin + axis.input + Math.max(axis.end, 0) && starts[index] === 0 && steps[index] === 1,
    );
    const read = whole ? x : g.builder.slice(x, spatial, starts, ends, steps);
    const columns = g.builder.reshape(read, [batch, groups, inputs, positions]);
    const product = g.builder.op('MatMul', [dy, g.builder.transpose(columns, [0, 1, 3, 2])]);
    return g.builder.reshape(g.sum(product, [0], false), [conv.outputChannels, inputs, 1]);
  });
  const weight = products.length === 1 ? (products[0] as string) : g.builder.op('Concat', products, { axis: 2 });
  return g.builder.reshape(weight, [conv.outputChannels, inputs, ...axes.map((axis) => axis.kernel)]);
};

/** X with the zeros that the windows read beyond its edges. */
function paddedInput(g: GradientContext, { axes }: Convolution): string {
  const front = axes.map((axis) => axis.begin);
  const back = axes.map((axis) => Math.max(axis.end, 0));
  if ([...front, ...back].every((pad) => pad === 0)) return g.x;
  return g.builder.op('Pad', [g.x, g.builder.ints([0, 0, ...front, 0, 0, ...back])]);
}

/**
 * For depthwise kernels: one convolution in which every (sample, channel) pair is a group of its own, the kernel is
 * that pair's dY, and stride and dilation exchange roles. Its output is each sample's dW, summed over samples after.
 */
export const byChannelConvolution: Spelling = (g, conv) => {
  const { batch, axes, inputChannels } = conv;
  const pairs = batch * inputChannels;
  const x = g.builder.reshape(g.x, [1, pairs, ...axes.map((axis) => axis.input)]);
  const kernels = g.builder.reshape(g.dy, [pairs, 1, ...axes.map((axis) => axis.output)]);
  const perSample = g.builder.op('Conv', [x, kernels], {
    group: pairs,
    kernel_shape: axes.map((axis) => axis.output),
    strides: axes.map((axis) => axis.dilation),
    dilations: axes.map((axis) => axis.stride),
    pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => Math.max(axis.end, 0))],
  });
  const kernel = axes.map((axis) => axis.kernel);
  // An unread tail of the input makes the convolution give more taps than the kernel has.
  const made = axes.map((axis) => axis.kernel + Math.floor(Math.max(-axis.end, 0) / axis.dilation));
  const spatial = axes.map((_, axis) => axis + 2);
  const trimmed = made.every((size, index) => size === kernel[index])
    ? perSample
    : g.builder.slice(
        perSample,
        spatial,
        kernel.map(() => 0),
        kernel,
      );
  const split = g.builder.reshape(trimmed, [batch, inputChannels, 1, ...kernel]);
  return g.sum(split, [0], false);
};

function isDepthwise(conv: Convolution): boolean {
  return conv.groups > 1 && conv.groups === conv.inputChannels && conv.groups === conv.outputChannels;
}

function choose(conv: Convolution): Spelling {
  return isDepthwise(conv) ? byChannelConvolution : byTapProducts;
}

export function weightGradient(g: GradientContext, conv: Convolution): string {
  return choose(conv)(g, conv);
}
