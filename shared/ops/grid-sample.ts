/** GridSample: samples at the points of a grid, whose −1 and 1 are the middles or outer edges of the outermost pixels. */
import { elementCount } from '#shared/core/shape.ts';
import { unlessEmpty } from '#shared/ops/emptiness.ts';
import { rule, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { axisTaps, Sampling, type Interpolation, type Padding } from '#shared/ops/sampling.ts';

function interpolation(g: Emitter): Interpolation {
  const mode = g.string('mode', 'linear');
  if (mode === 'nearest') return 'nearest';
  return mode.endsWith('cubic') ? 'cubic' : 'linear';
}

function padding(g: Emitter, aligned: boolean): Padding {
  const mode = g.string('padding_mode', 'zeros');
  if (mode === 'border') return 'border';
  if (mode === 'zeros') return 'zeros';
  return aligned ? 'mirrored pixels' : 'mirrored edges';
}

function gridSampleGradient(g: GradientContext): Contribution[] {
  const [batch, channels, ...sizes] = g.inputShape(0) as [number, number, ...number[]];
  const gridShape = g.inputShape(1);
  const points = elementCount(gridShape.slice(1, -1));

  const aligned = g.int('align_corners', 0) === 1;
  const pixelsPerUnit = (size: number): number => (aligned ? size - 1 : size) / 2;
  const coordinates = g.builder.reshape(g.input(1), [batch, points, sizes.length]);
  // The grid's last axis lists coordinates from the innermost axis outwards.
  const axes = sizes.map((size, axis) => {
    const component = sizes.length - 1 - axis;
    const column = g.builder.slice(coordinates, [2], [component], [component + 1]);
    const scaled = g.scale(g.builder.reshape(column, [batch, 1, points]), pixelsPerUnit(size));
    return axisTaps(g, g.shift(scaled, (size - 1) / 2), size, interpolation(g), padding(g, aligned));
  });
  const sampling = new Sampling(g, axes, batch, channels, points);
  const ds = g.builder.reshape(g.dy, [batch, channels, points]);

  const gradientOfGrid = (): string => {
    const components = sampling.gradientOfPoints(g.x, ds)?.map((pull, axis) => {
      const perUnit = g.scale(pull, pixelsPerUnit(sizes[axis] as number));
      return g.builder.reshape(perUnit, [batch, points, 1]);
    });
    if (components === undefined) return g.zeros(gridShape);
    return g.builder.reshape(g.builder.op('Concat', components.toReversed(), { axis: 2 }), gridShape);
  };
  return [
    g.when(0, () => g.builder.reshape(sampling.gradientOfPictures(ds), g.inputShape(0))),
    g.when(1, gradientOfGrid),
  ];
}

export const gridSample = {
  GridSample: rule(unlessEmpty(gridSampleGradient)),
} as const satisfies Family;
