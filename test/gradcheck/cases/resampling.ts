import type { AttributeValue } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, fixed, ints, signed } from '#test/gradcheck/inputs.ts';

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

const modes = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const rounding = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

export const resamplingCases: readonly GradientCase[] = [
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
  { ...bySize('chosen axes', [1, 2, 3, 4], [6, 5], { mode: 'linear', axes: [2, 3] }), opsets: [18, 21] },
  bySize('to one', [1, 1, 4, 4], [1, 1, 1, 1], {
    mode: 'linear',
    coordinate_transformation_mode: 'pytorch_half_pixel',
  }),
];
