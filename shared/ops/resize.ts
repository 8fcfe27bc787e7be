/**
 * Resize and its forerunner Upsample. Along each axis every output is a fixed weighted sum of inputs, so the operator
 * is one matrix per axis and its gradient the transposed matrices.
 */
import { normalizeAxis, type Shape } from '#shared/core/shape.ts';
import { applyToAxis, mapAxis } from '#shared/ops/axis-map.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { NodeView } from '#shared/ops/node-view.ts';
import { transposedMap, type Reading, type ResizedAxis } from '#shared/ops/resize-map.ts';

const [roi, scales, sizes] = [1, 2, 3];

/** The axes that roi, scales and sizes speak of, in their order. */
function listedAxes(node: NodeView): number[] {
  const rank = node.inputShape(0).length;
  return (node.ints('axes') ?? node.inputShape(0).map((_, axis) => axis)).map((axis) => normalizeAxis(axis, rank));
}

/** The scale all axes share where sizes are only bounds within which proportions are kept. */
function sharedScale(node: NodeView, axes: readonly number[]): number | undefined {
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch' || !node.hasInput(sizes)) return undefined;
  const ratios = (node.constant(sizes) ?? []).map(
    (size, index) => size / at(node.inputShape(0), axes[index] as number),
  );
  return policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
}

const at = (shape: Shape, axis: number): number => shape[axis] as number;

function resizedAxes(node: NodeView, given: readonly number[]): ResizedAxis[] {
  const axes = listedAxes(node);
  const shared = sharedScale(node, axes);
  const crop = node.constant(roi) ?? [];
  return axes.map((axis, index) => {
    const [input, output] = [at(node.inputShape(0), axis), at(node.outputShape(0), axis)];
    const scale = given[index] ?? shared ?? output / input;
    return { axis, input, output, scale, crop: [crop[index] ?? 0, crop[index + axes.length] ?? 1] };
  });
}

function readingOf(node: NodeView): Reading {
  return {
    mode: node.string('mode', 'nearest'),
    coordinates: node.string('coordinate_transformation_mode', 'half_pixel'),
    nearest: node.string('nearest_mode', 'round_prefer_floor'),
    cubicA: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.int('exclude_outside', 0) === 1,
    antialias: node.int('antialias', 0) === 1,
  };
}

/** dy with every resized axis mapped back by what `matrix` multiplies it with. */
function mappedBack(
  g: GradientContext,
  axes: readonly ResizedAxis[],
  map: (value: string, shape: Shape, axis: ResizedAxis, index: number) => string,
): string {
  const shape = [...g.outputShape(0)];
  return axes.reduce((value, axis, index) => {
    const mapped = map(value, shape, axis, index);
    shape[axis.axis] = axis.input;
    return mapped;
  }, g.dy);
}

function gradientByConstants(g: GradientContext, reading: Reading, given: readonly number[]): string {
  // An axis that keeps its scale is copied; so is, with antialias, one that keeps its size.
  const copied = ({ input, output, scale }: ResizedAxis): boolean =>
    input === output && (scale === 1 || (reading.antialias && reading.mode !== 'nearest'));
  return mappedBack(g, resizedAxes(g, given), (value, shape, axis) =>
    copied(axis) ? value : mapAxis(g, value, shape, axis.axis, transposedMap(reading, axis)),
  );
}

/** The same operator applied to the rows of an identity matrix gives the transposed map, whatever is computed. */
function gradientByIdentity(g: GradientContext): string {
  const otherwise = new Set(['axes', 'keep_aspect_ratio_policy', 'extrapolation_value']);
  const attributes = Object.fromEntries(Object.entries(g.node.attributes).filter(([name]) => !otherwise.has(name)));
  const axes = resizedAxes(g, []);
  const picked = (input: number, index: number): string =>
    g.builder.op('Gather', [g.input(input), g.builder.ints([index])]);
  return mappedBack(g, axes, (value, shape, { axis, input, output }, index) => {
    const join = (...parts: string[]): string => g.builder.op('Concat', parts, { axis: 0 });
    const byScale = g.hasInput(scales) && g.inputShape(scales)[0] !== 0;
    const corners = (corner: number): string => g.builder.constant(g.inputType(roi).dtype, [3], [0, 0, 0].fill(corner));
    const cropped = g.hasInput(roi) && g.inputShape(roi)[0] !== 0;
    const identity = Array.from({ length: input * input }, (_value, place) => (place % (input + 1) === 0 ? 1 : 0));
    const matrix = g.builder.op(
      'Resize',
      [
        g.constantOf([1, 1, input, input], identity),
        cropped ? join(corners(0), picked(roi, index), corners(1), picked(roi, index + axes.length)) : '',
        byScale ? join(g.builder.constant('float32', [3], [1, 1, 1]), picked(scales, index)) : '',
        ...(byScale ? [] : [g.builder.ints([1, 1, input, output])]),
      ],
      attributes,
    );
    return applyToAxis(g, value, shape, axis, input, g.builder.reshape(matrix, [input, output]));
  });
}

function resizeGradient(g: GradientContext): string {
  const crops = g.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  if (g.isComputed(scales) || (crops && g.isComputed(roi))) return gradientByIdentity(g);
  return gradientByConstants(g, readingOf(g), g.constant(scales) ?? []);
}

/** Upsample: the top left corners of pixels meet, and the nearest is the one before. */
function upsampleGradient(g: GradientContext): string {
  const attribute = g.node.attributes['scales'];
  const given = attribute?.type === 'floats' ? attribute.value : (g.constant(1) ?? []);
  return gradientByConstants(g, { ...readingOf(g), coordinates: 'asymmetric', nearest: 'floor' }, given);
}

export const resize = {
  Resize: rule((g) => [g.when(0, () => resizeGradient(g))], {
    stops: [roi, scales, sizes],
    refuses: (node) =>
      node.isComputed(sizes) && node.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch'
        ? 'the bounds within which it keeps proportions are computed while running.'
        : undefined,
  }),
  // Where its scales are computed, output ÷ input stands for them; they are whole numbers in all but odd models.
  Upsample: rule((g) => [g.when(0, () => upsampleGradient(g))], { stops: [1] }),
} as const satisfies Family;
