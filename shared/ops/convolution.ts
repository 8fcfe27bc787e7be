/** Convolutions. The gradients' spellings and the choice among them are in the two files beside this one. */
import { refused, rule, stop, type Family } from '#shared/ops/entry.ts';
import { inputGradient } from '#shared/ops/convolution-input-gradient.ts';
import { weightGradient } from '#shared/ops/convolution-weight-gradient.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { windowAxes, type Convolution } from '#shared/ops/geometry.ts';

function describe(g: GradientContext): Convolution {
  const [batch, inputChannels] = g.inputShape(0) as [number, number];
  const weight = g.inputShape(1);
  return {
    batch,
    inputChannels,
    outputChannels: weight[0] as number,
    groups: g.int('group', 1),
    axes: windowAxes(g, weight.slice(2)),
  };
}

export const convolution = {
  Conv: rule((g) => {
    const shape = describe(g);
    const spatial = shape.axes.map((_, axis) => axis + 2);
    return [
      g.when(0, () => inputGradient(g, shape)),
      g.when(1, () => weightGradient(g, shape)),
      g.when(2, () => g.sum(g.dy, [0, ...spatial], false)),
    ];
  }),
  ConvTranspose: refused(),
  ConvInteger: stop('integers'),
  QLinearConv: stop('integers'),
  DeformConv: refused(),
  Col2Im: refused(),
} as const satisfies Family;
