/**
 * dX of a convolution: dX[n, c, p] = Σ over m, taps and windows that read p of W[m, c, tap] · dY[n, m, window].
 * Several spellings give the same numbers; `choose` picks by shape, from measurements.
 */
import type { Convolution } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

type Spelling = (g: GradientContext, conv: Convolution) => string;

/** The transposed convolution, for every stride, dilation, padding and grouping. */
const byTransposedConvolution: Spelling = (g, { axes, groups }) =>
  g.builder.op('ConvTranspose', [g.dy, g.input(1)], {
    group: groups,
    kernel_shape: axes.map((axis) => axis.kernel),
    strides: axes.map((axis) => axis.stride),
    dilations: axes.map((axis) => axis.dilation),
    pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => Math.max(axis.end, 0))],
    output_padding: axes.map((axis) => Math.max(-axis.end, 0)),
  });

/** For stride 1: a convolution of dY with the kernel turned around and its channel axes exchanged. */
const byFlippedKernel: Spelling = (g, conv) => {
  const { axes, groups } = conv;
  const reach = axes.map((axis) => axis.dilation * (axis.kernel - 1));
  return g.builder.op('Conv', [g.dy, flippedKernel(g, conv)], {
    group: groups,
    kernel_shape: axes.map((axis) => axis.kernel),
    dilations: axes.map((axis) => axis.dilation),
    pads: [
      ...axes.map((axis, index) => (reach[index] as number) - axis.begin),
      ...axes.map((axis, index) => (reach[index] as number) - axis.end),
    ],
  });
};

/** W [M, C/g, k…] as [C, M/g, k…] with every spatial axis reversed. */
function flippedKernel(g: GradientContext, conv: Convolution): string {
  const { groups, axes } = conv;
  const outputs = conv.outputChannels / groups;
  const inputs = conv.inputChannels / groups;
  const kernel = axes.map((axis) => axis.kernel);
  const size = kernel.reduce((product, length) => product * length, 1);
  const spatial = axes.map((_, axis) => axis + 2);
  const turned = (weight: string): string => {
    const fromLast = axes.map(() => -1);
    const beforeFirst = kernel.map((length) => -length - 1);
    return size > 1 ? g.builder.slice(weight, spatial, fromLast, beforeFirst, fromLast) : weight;
  };
  if (groups === 1) return turned(g.builder.transpose(g.input(1), [1, 0, ...spatial]));
  let weight = turned(g.input(1));
  if (outputs > 1 || inputs > 1) {
    weight = g.builder.reshape(weight, [groups, outputs, inputs, size]);
    weight = g.builder.transpose(weight, [0, 2, 1, 3]);
  }
  return g.builder.reshape(weight, [conv.inputChannels, outputs, ...kernel]);
}

/** Whether `byFlippedKernel` applies: stride 1, nothing of the input unread, no more padding than the kernel reaches. */
function flips({ axes }: Convolution): boolean {
  return axes.every((axis) => {
    const reach = axis.dilation * (axis.kernel - 1);
    return axis.stride === 1 && axis.begin <= reach && axis.end <= reach;
  });
}

/** Measured on CPU: turning the kernel around is the faster wherever it applies, 1×1 and depthwise included. */
function choose(conv: Convolution): Spelling {
  return flips(conv) ? byFlippedKernel : byTransposedConvolution;
}

export function inputGradient(g: GradientContext, conv: Convolution): string {
  return choose(conv)(g, conv);
}
