/** Convolutions. The gradients' spellings and the choice among them are in the two files beside this one. */
import { col2im } from '#shared/ops/col2im.ts';
import { unlessEmpty } from '#shared/ops/emptiness.ts';
import { inputGradient } from '#shared/ops/convolution-input-gradient.ts';
import { weightGradient } from '#shared/ops/convolution-weight-gradient.ts';
import { deformableConvolution } from '#shared/ops/deformable-convolution.ts';
import { rule, stop, type Contribution, type Family } from '#shared/ops/entry.ts';
import { windowAxes, windowAxesBetween, type Convolution } from '#shared/ops/geometry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** Gradient of a bias per channel: dy summed over everything else. */
function biasGradient(g: GradientContext, { axes }: Convolution): string {
  return g.sum(g.dy, [0, ...axes.map((_, axis) => axis + 2)], false);
}

function convolutionGradient(g: GradientContext): Contribution[] {
  const [batch, inputChannels] = g.inputShape(0) as [number, number];
  const [outputChannels, , ...kernel] = g.inputShape(1) as [number, number, ...number[]];
  const axes = windowAxes(g, kernel);
  const conv: Convolution = { batch, inputChannels, outputChannels, groups: g.int('group', 1), axes };
  return [
    g.when(0, () => inputGradient(g, conv)),
    g.when(1, () => weightGradient(g, conv, g.x, g.dy)),
    g.when(2, () => biasGradient(g, conv)),
  ];
}

/**
 * Where the output of a transposed convolution is cut in front, by axis. A given output size, or one that `auto_pad`
 * derives, says how much is cut in all; an odd element is cut in front, but behind with SAME_UPPER.
 */
function transposedPads(g: GradientContext, kernel: readonly number[]): number[] {
  const autoPad = g.string('auto_pad', 'NOTSET');
  const sized = g.ints('output_shape') !== undefined || autoPad.startsWith('SAME');
  return kernel.map((size, axis) => {
    if (!sized) return autoPad === 'VALID' ? 0 : (g.ints('pads')?.[axis] ?? 0);
    const of = (name: string, otherwise: number): number => g.ints(name)?.[axis] ?? otherwise;
    const reach = of('dilations', 1) * (size - 1) + 1;
    const whole = ((g.inputShape(0)[axis + 2] as number) - 1) * of('strides', 1) + reach + of('output_padding', 0);
    const cut = Math.max(whole - (g.outputShape(0)[axis + 2] as number), 0);
    return autoPad === 'SAME_UPPER' ? Math.floor(cut / 2) : Math.ceil(cut / 2);
  });
}

/**
 * A transposed convolution is the dX of a convolution that reads Y and makes X with the same W [C, M/g, k…]:
 * its own dX is that convolution of dY, and its dW that convolution's, with dY read and X as the cotangent.
 */
function transposedGradient(g: GradientContext): Contribution[] {
  const [batch, inputChannels, ...inputSize] = g.inputShape(0) as [number, number, ...number[]];
  const [, outputChannels, ...outputSize] = g.outputShape(0) as [number, number, ...number[]];
  const kernel = g.inputShape(1).slice(2);
  const axes = windowAxesBetween(g, kernel, outputSize, inputSize, transposedPads(g, kernel));
  const groups = g.int('group', 1);
  const conv: Convolution = { batch, inputChannels: outputChannels, outputChannels: inputChannels, groups, axes };
  return [
    g.when(0, () =>
      g.builder.op('Conv', [g.dy, g.input(1)], {
        group: groups,
        kernel_shape: axes.map((axis) => axis.kernel),
        strides: axes.map((axis) => axis.stride),
        dilations: axes.map((axis) => axis.dilation),
        pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => Math.max(axis.end, 0))],
      }),
    ),
    g.when(1, () => weightGradient(g, conv, g.dy, g.x)),
    g.when(2, () => biasGradient(g, conv)),
  ];
}

export const convolution = {
  Conv: rule(unlessEmpty(convolutionGradient)),
  ConvTranspose: rule(unlessEmpty(transposedGradient)),
  ConvInteger: stop('integers'),
  QLinearConv: stop('integers'),
  ...deformableConvolution,
  ...col2im,
} as const satisfies Family;
