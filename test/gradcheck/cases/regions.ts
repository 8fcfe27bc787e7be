import type { AttributeValue } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { computedInts, distinct, given, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

/** Regions [x₁, y₁, x₂, y₂] whose samples stay clear of whole pixels; the later ones reach beyond the picture. */
const inside = [1.13, 0.77, 5.21, 4.63, 0.37, 1.41, 3.29, 6.83];
const beyond = [-3.37, -2.21, 4.71, 3.17, 3.83, 2.71, 11.9, 9.43];
/** Shorter than a pixel, and turned around. */
const tiny = [2.37, 1.41, 2.79, 1.93, 5.13, 4.61, 3.17, 2.29];

/** Gradients are checked to X and to the regions. */
const align = (
  name: string,
  regions: readonly number[],
  attributes: Record<string, AttributeValue>,
  more: Partial<GradientCase> = {},
): GradientCase => ({
  op: 'RoiAlign',
  name,
  inputs: [
    attributes['mode'] === 'max' ? distinct(0.37, 2, 3, 7, 6) : signed(2, 3, 7, 6),
    given(regions, regions.length / 4, 4),
    ints([1, 0, 1, 0].slice(0, regions.length / 4)),
  ],
  attributes: { output_height: 3, output_width: 2, ...attributes },
  opsets: [16, 21],
  step: 1e-4,
  ...more,
});

const maxRoi = (name: string, picture: InputSpec, regions: readonly number[], scale: number): GradientCase => ({
  op: 'MaxRoiPool',
  name,
  inputs: [picture, { ...given(regions, regions.length / 5, 5), constant: true }],
  attributes: { pooled_shape: [2, 3], spatial_scale: { type: 'float', value: scale } },
  dtype: 'float32',
  opsets: [16, 21],
});

const unpool = (
  name: string,
  shape: number[],
  indices: readonly number[],
  attributes: Record<string, AttributeValue>,
  size?: readonly number[],
): GradientCase => ({
  op: 'MaxUnpool',
  name,
  inputs: [signed(...shape), computedInts(indices, shape), ...(size ? [ints(size)] : [])],
  attributes,
  dtype: 'float32',
  step: 0.5,
  tolerance: 2e-5,
  opsets: [13, 26],
});

export const regionsCases: readonly GradientCase[] = [
  ...['avg', 'max'].flatMap((mode) => [
    align(`${mode}, two samples`, [...inside, ...beyond], { mode, sampling_ratio: 2 }),
    align(`${mode}, one sample`, [...inside, ...beyond], { mode, sampling_ratio: 1 }),
    align(`${mode}, as many samples as the region takes`, [...inside, ...beyond], { mode }),
    align(
      `${mode}, scaled`,
      [...inside, ...beyond].map((value) => 3 * value),
      {
        mode,
        spatial_scale: 1 / 3,
        sampling_ratio: 2,
      },
    ),
    align(`${mode}, small and turned around`, tiny, { mode, sampling_ratio: 2 }),
    align(`${mode}, small, at least a pixel`, tiny, {
      mode,
      sampling_ratio: 2,
      coordinate_transformation_mode: 'output_half_pixel',
    }),
    align(`${mode}, corners at pixels, samples as needed`, [...inside, ...beyond], {
      mode,
      coordinate_transformation_mode: 'output_half_pixel',
    }),
  ]),
  align('avg before half pixels', [...inside, ...beyond], { sampling_ratio: 2 }, { opsets: [13] }),
  align('one cell', inside, { output_height: 1, output_width: 1, sampling_ratio: 3 }),
  align('nobody', [], {}),
  align('nobody, max', [], { mode: 'max' }),
  maxRoi('two pictures', distinct(0.37, 2, 3, 6, 7), [0, 1, 0, 5, 4, 1, 2, 3, 6, 5, 1, 0, 0, 6, 5], 1),
  maxRoi(
    'below zero',
    { ...distinct(0.37, 1, 2, 6, 7), values: () => Array.from({ length: 84 }, (_, i) => -1 - ((i * 37) % 84)) },
    [0, 1, 0, 5, 4],
    1,
  ),
  maxRoi('scaled, halves', distinct(0.37, 1, 3, 6, 7), [0, 1, 3, 9, 7, 0, 5, 2, 10, 11], 0.5),
  maxRoi('beyond the edges', distinct(0.37, 1, 3, 6, 7), [0, -3, -2, 4, 9, 0, 8, 8, 12, 12, 0, 4, 4, 2, 1], 1),
  unpool('plane', [1, 2, 2, 2], [0, 3, 9, 15, 17, 18, 24, 31], { kernel_shape: [2, 2], strides: [2, 2] }),
  unpool('places written twice', [1, 1, 2, 3], [5, 5, 9, 15, 5, 9], { kernel_shape: [2, 2], strides: [2, 2] }),
  unpool(
    'a larger size',
    [1, 2, 2, 2],
    [0, 3, 9, 24, 25, 26, 27, 49],
    { kernel_shape: [2, 2], strides: [2, 2] },
    [1, 2, 5, 5],
  ),
  unpool('one axis, padded', [1, 1, 3], [0, 3, 4], { kernel_shape: [3], strides: [2], pads: [1, 1] }),
  unpool('volume', [1, 1, 2, 1, 2], [0, 13, 20, 31], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
];
