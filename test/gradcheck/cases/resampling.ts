import type { AttributeValue } from '#shared/ir/builder.ts';
import { gridSampleCases } from '#test/gradcheck/cases/grid-sample.ts';
import { resizeCases } from '#test/gradcheck/cases/resize.ts';
import { ints, signed } from '#test/gradcheck/inputs.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';

const affine = (
  name: string,
  batch: number,
  size: number[],
  attributes: Record<string, AttributeValue>,
): GradientCase => ({
  op: 'AffineGrid',
  name: `${name}${attributes['align_corners'] ? ', corners aligned' : ''}`,
  inputs: [signed(batch, size.length - 2, size.length - 1), ints(size)],
  attributes,
  opsets: [20, 26],
});

export const resamplingCases: readonly GradientCase[] = [
  ...resizeCases,
  ...gridSampleCases,
  ...[0, 1].flatMap((align_corners) => [
    affine('plane', 2, [2, 3, 4, 5], { align_corners }),
    affine('volume', 2, [2, 3, 3, 2, 4], { align_corners }),
    affine('one pixel wide', 1, [1, 3, 4, 1], { align_corners }),
  ]),
  ...[
    [4, 5],
    [7, 2],
    [6, 9],
    [3, 8],
    [5, 6],
  ].map((size): GradientCase => ({
    op: 'CenterCropPad',
    name: `5×6 to ${size.join('×')}`,
    inputs: [signed(5, 6), ints(size)],
    opsets: [18, 26],
  })),
  {
    op: 'CenterCropPad',
    name: 'chosen axes',
    inputs: [signed(2, 5, 3, 6), ints([2, 9])],
    attributes: { axes: [-1, 1] },
    opsets: [18, 26],
  },
  {
    op: 'GridSample',
    name: 'empty grid',
    inputs: [signed(1, 2, 3, 3), signed(1, 0, 4, 2)],
    opsets: [20],
  },
];
