/**
 * dX of a convolution: dX[n, c, p] = Σ over m, taps and windows that read p of W[m, c, tap] · dY[n, m, window].
 * Several spellings give the same numbers; where the target does not say which, turning the kernel around is the
 * faster wherever it applies, 1×1 and depthwise included, as measured on CPU.
 */
import { elementCount } from '#shared/core/shape.ts';
import {
  describeConvolution,
  paddingBehind,
  transposedAttributes,
  turnedAttributes,
  turns,
  type Convolution,
} from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { spell } from '#shared/ops/spelling.ts';
import { spreadWindows } from '#shared/ops/windows.ts';

type Spelling = (g: GradientContext, conv: Convolution) => string;

/** The transposed convolution, for every stride, dilation, padding and grouping. */
const byTransposedConvolution: Spelling = (g, { axes, groups }) =>
  g.builder.op('ConvTranspose', [g.dy, g.input(1)], { group: groups, ...transposedAttributes(axes) });

/**
 * A convolution of dY with the kernel turned around and its channel axes exchanged; with a stride, of dY with zeros
 * between its elements.
 */
const byFlippedKernel: Spelling = (g, conv) => {
  const { axes, groups } = conv;
  // Zeros behind the last element, which spreading puts there, are padding that need not be added.
  const behind = axes.map(paddingBehind);
  const spread = spreadOut(g, conv);
  const cotangent = behind.every((size) => size >= 0)
    ? spread
    : g.builder.slice(
        spread,
        axes.map((_, axis) => axis + 2),
        axes.map(() => 0),
        axes.map((axis, index) => axis.output * axis.stride + Math.min(behind[index] as number, 0)),
      );
  return g.builder.op('Conv', [cotangent, flippedKernel(g, conv)], { group: groups, ...turnedAttributes(axes) });
};

/** dY with stride − 1 zeros behind every element. */
function spreadOut(g: GradientContext, { batch, outputChannels, axes }: Convolution): string {
  if (axes.every((axis) => axis.stride === 1)) return g.dy;
  const lead = [batch, outputChannels];
  const parted = g.builder.reshape(g.dy, [...lead, ...axes.flatMap((axis) => [axis.output, 1])]);
  const back = axes.flatMap((axis) => [0, axis.stride - 1]);
  const padded = g.builder.op('Pad', [parted, g.builder.ints([0, 0, ...back.map(() => 0), 0, 0, ...back])]);
  return g.builder.reshape(padded, [...lead, ...axes.map((axis) => axis.output * axis.stride)]);
}

/** A product per tap, W[tap]ᵀ · dY [N, g, M/g, P], each added where the tap read. */
const byTapProducts: Spelling = (g, conv) => {
  const { batch, groups, axes } = conv;
  const outputs = conv.outputChannels / groups;
  const inputs = conv.inputChannels / groups;
  const kernel = axes.map((axis) => axis.kernel);
  const size = axes.map((axis) => axis.output);
  const count = elementCount(kernel);
  // [k, g, C/g, M/g]
  const parted = g.builder.reshape(g.input(1), [groups, outputs, inputs, count]);
  const weights = g.builder.transpose(parted, [3, 0, 2, 1]);
  const isDepthwise = outputs === 1 && inputs === 1;
  const shape = isDepthwise ? [groups, ...axes.map(() => 1)] : [groups, inputs, outputs];
  const rows = isDepthwise ? g.dy : g.builder.reshape(g.dy, [batch, groups, outputs, elementCount(size)]);
  const values = Array.from({ length: count }, (_, tap) => {
    const own = count === 1 ? weights : g.builder.slice(weights, [0], [tap], [tap + 1]);
    const weight = g.builder.reshape(own, shape);
    if (isDepthwise) return g.mul(rows, weight);
    return g.builder.reshape(g.builder.op('MatMul', [weight, rows]), [batch, conv.inputChannels, ...size]);
  });
  return spreadWindows(g, axes, values);
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

/** A product per tap costs a pass over X per tap: worth it for few, where the others do more than they need. */
const mostTaps = 9;

export function inputGradient(g: GradientContext, conv: Convolution): string {
  const taps = elementCount(conv.axes.map((axis) => axis.kernel));
  const unstrided = conv.axes.every((axis) => axis.stride === 1);
  const ways = {
    'transposed convolution': () => byTransposedConvolution(g, conv),
    'flipped kernel': turns(conv.axes) ? () => byFlippedKernel(g, conv) : undefined,
    'tap products': taps <= mostTaps ? () => byTapProducts(g, conv) : undefined,
  };
  const usual = unstrided && turns(conv.axes) ? 'flipped kernel' : 'transposed convolution';
  return spell(g, 'ConvInputGradient', describeConvolution(conv, g.dtype), ways, usual);
}
