import type { AttributeValue } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, computedInts, fixed, held, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

/** Resizing is linear: differences are exact for any step. */
const linear = { dtype: 'float32', step: 0.5, tolerance: 2e-5 } as const;

const byScale = (
  name: string,
  shape: number[],
  scales: number[],
  attributes: Record<string, AttributeValue>,
): GradientCase => ({
  op: 'Resize',
  name,
  inputs: [signed(...shape), absent, fixed(scales, scales.length)],
  attributes,
  ...linear,
});

const bySize = (
  name: string,
  shape: number[],
  sizes: number[],
  attributes: Record<string, AttributeValue>,
): GradientCase => ({
  op: 'Resize',
  name,
  inputs: [signed(...shape), absent, absent, ints(sizes)],
  attributes,
  ...linear,
});

const modes = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const rounding = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

const antialiased = (
  name: string,
  shape: number[],
  sizes: number[],
  attributes: Record<string, AttributeValue>,
): GradientCase => ({
  ...bySize(`antialiased ${name}`, shape, [...shape.slice(0, 2), ...sizes], { ...attributes, antialias: 1 }),
  opsets: [18, 26],
});

const cropped = (
  name: string,
  shape: number[],
  roi: number[],
  sizes: number[],
  attributes: Record<string, AttributeValue>,
): GradientCase => ({
  ...bySize(`crop, ${name}`, shape, sizes, {
    ...attributes,
    coordinate_transformation_mode: 'tf_crop_and_resize',
  }),
  inputs: [signed(...shape), fixed(roi, roi.length), absent, ints(sizes)],
});

const computed = (
  name: string,
  roi: InputSpec | undefined,
  scales: InputSpec | undefined,
  attributes: Record<string, AttributeValue>,
): GradientCase => ({
  op: 'Resize',
  name: `computed ${name}`,
  inputs: [signed(1, 2, 5, 6), roi, ...(scales ? [scales] : [absent, ints([1, 2, 4, 5])])],
  attributes,
  ...linear,
});

const upsampled = (name: string, attributes: Record<string, AttributeValue>, scales?: InputSpec): GradientCase => ({
  op: 'Upsample',
  name,
  inputs: [signed(1, 2, 3, 4), ...(scales ? [scales] : [])],
  attributes,
  opsets: [scales ? 9 : 7],
  ...linear,
});

export const resizeCases: readonly GradientCase[] = [
  ...modes.flatMap((mode) => [
    byScale(`linear up, ${mode}`, [1, 2, 3, 4], [1, 1, 2, 1.5], {
      mode: 'linear',
      coordinate_transformation_mode: mode,
    }),
    bySize(`linear down, ${mode}`, [1, 2, 7, 5], [1, 2, 3, 4], {
      mode: 'linear',
      coordinate_transformation_mode: mode,
    }),
    bySize(`cubic, ${mode}`, [1, 2, 4, 5], [1, 2, 7, 3], { mode: 'cubic', coordinate_transformation_mode: mode }),
    ...rounding.map((nearest_mode) =>
      byScale(`nearest, ${mode}, ${nearest_mode}`, [1, 2, 3, 4], [1, 1, 2.5, 0.6], {
        mode: 'nearest',
        coordinate_transformation_mode: mode,
        nearest_mode,
      }),
    ),
  ]),
  byScale('as PyTorch exports nearest', [1, 2, 3, 4], [1, 1, 2, 2], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  }),
  byScale('nearest, tf_half_pixel_for_nn', [1, 2, 5, 4], [1, 1, 1.7, 0.6], {
    mode: 'nearest',
    coordinate_transformation_mode: 'tf_half_pixel_for_nn',
    nearest_mode: 'floor',
  }),
  ...modes.map((mode) => ({
    ...byScale(`a scale that does not divide, ${mode}`, [1, 1, 5, 7], [1, 1, 0.7, 1.3], {
      mode: 'linear',
      coordinate_transformation_mode: mode,
    }),
    opsets: [19, 26],
  })),
  ...['half_pixel', 'asymmetric', 'align_corners'].map((mode) =>
    byScale(`cubic without outside, ${mode}`, [1, 2, 5, 6], [1, 1, 1.6, 0.7], {
      mode: 'cubic',
      coordinate_transformation_mode: mode,
      exclude_outside: 1,
      cubic_coeff_a: -0.5,
    }),
  ),
  ...[
    { mode: 'linear', exclude_outside: 0 },
    { mode: 'cubic', exclude_outside: 0 },
    { mode: 'cubic', exclude_outside: 1 },
  ].flatMap((attributes) => {
    const name = `${attributes.mode}${attributes.exclude_outside ? ' without outside' : ''}`;
    return [
      antialiased(`${name} down`, [1, 2, 9, 7], [4, 3], attributes),
      antialiased(`${name} down to a third, and up`, [1, 2, 12, 3], [4, 5], attributes),
      antialiased(`${name} down, corners aligned`, [1, 1, 9, 7], [3, 4], {
        ...attributes,
        coordinate_transformation_mode: 'align_corners',
      }),
    ];
  }),
  ...['nearest', 'linear', 'cubic'].flatMap((mode) => [
    cropped(`${mode}, within`, [1, 2, 6, 7], [0, 0, 0.2, 0.1, 1, 1, 0.7, 0.9], [1, 2, 4, 5], { mode }),
    cropped(`${mode}, beyond the edges`, [1, 1, 6, 7], [0, 0, -0.2, 0.4, 1, 1, 0.7, 1.3], [1, 1, 5, 6], {
      mode,
      extrapolation_value: 1.5,
    }),
    cropped(`${mode}, turned around, one row`, [1, 1, 6, 7], [0, 0, 0.2, 0.9, 1, 1, 0.7, 0.1], [1, 1, 1, 6], { mode }),
  ]),
  {
    ...cropped('some axes', [1, 1, 6, 7], [0.9, 0.2, 0.1, 0.8], [6, 5], { mode: 'linear', axes: [3, 2] }),
    opsets: [18, 26],
  },
  ...['nearest', 'linear', 'cubic'].map((mode) =>
    computed(`scales, ${mode}`, absent, held([1, 1, 1.7, 0.6]), { mode }),
  ),
  computed('scales, corners aligned', absent, held([1, 1, 1.7, 0.6]), {
    mode: 'linear',
    coordinate_transformation_mode: 'align_corners',
  }),
  {
    ...computed('scales, antialiased', absent, held([1, 1, 0.4, 0.6]), { mode: 'linear', antialias: 1 }),
    opsets: [18, 26],
  },
  computed('roi', held([0, 0, -0.2, 0.1, 1, 1, 0.7, 0.9]), absent, {
    mode: 'linear',
    coordinate_transformation_mode: 'tf_crop_and_resize',
    extrapolation_value: 2.5,
  }),
  ...['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy) =>
    ['nearest', 'linear', 'cubic'].map((mode) => ({
      ...bySize(`${mode}, ${keep_aspect_ratio_policy}`, [1, 2, 5, 7], [8, 9], {
        mode,
        axes: [2, 3],
        keep_aspect_ratio_policy,
      }),
      opsets: [18, 26],
    })),
  ),
  byScale('one axis, nearest', [7], [1.5], { mode: 'nearest' }),
  byScale('one axis of three, linear', [2, 3, 7], [1, 1, 1.5], { mode: 'linear' }),
  byScale('two axes, linear', [5, 7], [0.7, 1.5], { mode: 'linear' }),
  byScale('two axes, cubic', [5, 7], [0.7, 1.5], { mode: 'cubic' }),
  byScale('three axes, nearest', [2, 5, 7], [2, 0.7, 1.5], { mode: 'nearest' }),
  byScale('channels last, linear', [1, 5, 4, 2], [1, 2, 0.7, 1], { mode: 'linear' }),
  byScale('volume, linear', [1, 2, 3, 4, 5], [1, 1, 2, 0.7, 1.5], { mode: 'linear' }),
  byScale('volume, nearest', [1, 2, 3, 4, 5], [1, 1, 2, 0.7, 1.5], { mode: 'nearest' }),
  {
    ...bySize('sizes computed', [1, 2, 5, 4], [1, 2, 3, 7], { mode: 'linear' }),
    inputs: [signed(1, 2, 5, 4), absent, absent, computedInts([1, 2, 3, 7])],
  },
  byScale('empty batch', [0, 2, 3, 4], [1, 1, 2, 2], { mode: 'linear' }),
  { ...bySize('chosen axes', [1, 2, 3, 4], [6, 5], { mode: 'linear', axes: [2, 3] }), opsets: [18, 21] },
  bySize('to one', [1, 1, 4, 4], [1, 1, 1, 1], {
    mode: 'linear',
    coordinate_transformation_mode: 'pytorch_half_pixel',
  }),
  ...['nearest', 'linear'].flatMap((mode) => [
    upsampled(mode, { mode }, fixed([1, 1, 2, 1.5], 4)),
    upsampled(`${mode}, scales as an attribute`, { mode, scales: { type: 'floats', value: [1, 1, 2, 1.5] } }),
  ]),
];
