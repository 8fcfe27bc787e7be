import type { AttributeValue } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, between, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

/** Convolution is linear in each input: differences are exact for any step, so float32 is held to a tight tolerance. */
const conv = (
  name: string,
  input: number[],
  weight: number[],
  attributes: Record<string, AttributeValue> = {},
  bias = false,
): GradientCase => ({
  op: 'Conv',
  name,
  inputs: [signed(...input), signed(...weight), ...(bias ? [signed(weight[0] as number)] : [])],
  attributes,
  dtype: 'float32',
  step: 0.5,
  tolerance: 2e-5,
});

const transposed = (
  name: string,
  input: number[],
  weight: number[],
  attributes: Record<string, AttributeValue> = {},
  bias?: number,
): GradientCase => ({
  ...conv(name, input, weight, attributes),
  op: 'ConvTranspose',
  inputs: [signed(...input), signed(...weight), ...(bias ? [signed(bias)] : [])],
});

/** Blocks [N, C · block, L] to an image; linear. */
const blocks = (
  name: string,
  input: number[],
  image: number[],
  block: number[],
  attributes: Record<string, AttributeValue> = {},
): GradientCase => ({
  op: 'Col2Im',
  name,
  inputs: [signed(...input), ints(image), ints(block)],
  attributes,
  opsets: [18, 26],
  dtype: 'float32',
  step: 0.5,
  tolerance: 2e-5,
});

/** Offsets keep a tenth to four tenths of a pixel from whole ones, where samples have kinks. */
const deformed = (
  name: string,
  input: number[],
  weight: number[],
  output: number[],
  attributes: Record<string, AttributeValue> = {},
  more: 'plain' | 'bias' | 'bias and mask' | 'mask' = 'plain',
): GradientCase => {
  const groups = typeof attributes['offset_group'] === 'number' ? attributes['offset_group'] : 1;
  const taps = groups * (weight[2] as number) * (weight[3] as number);
  const batch = input[0] as number;
  const offset = between(-2, 3, batch, taps * 2, ...output);
  const clear: InputSpec = {
    ...offset,
    values: (seed, position) =>
      offset.values(seed, position).map((value) => Math.floor(value) + 0.1 + 0.3 * (value - Math.floor(value))),
  };
  return {
    op: 'DeformConv',
    name: more === 'plain' ? name : `${name}, ${more}`,
    inputs: [
      signed(...input),
      signed(...weight),
      clear,
      ...(more === 'plain' ? [] : [more === 'mask' ? absent : signed(weight[0] as number)]),
      ...(more.endsWith('mask') ? [signed(batch, taps, ...output)] : []),
    ],
    attributes,
    opsets: [19, 26],
  };
};

export const convolutionCases: readonly GradientCase[] = [
  conv('1×1 with bias', [2, 3, 4, 5], [4, 3, 1, 1], {}, true),
  conv('1×1, stride 2', [2, 3, 5, 6], [4, 3, 1, 1], { strides: [2, 2] }),
  conv('1×1, padded', [2, 3, 4, 4], [4, 3, 1, 1], { pads: [1, 0, 0, 1] }),
  conv('3×3, padded, with bias', [2, 3, 5, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }, true),
  conv('3×3, no padding', [2, 3, 5, 6], [4, 3, 3, 3]),
  conv('3×3, stride 2, odd size', [2, 3, 7, 7], [4, 3, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv('3×3, stride 2, even size leaves a tail', [2, 3, 8, 6], [4, 3, 3, 3], { strides: [2, 2] }),
  conv('3×3, stride 3, long tail', [1, 2, 8, 8], [3, 2, 3, 3], { strides: [3, 3] }),
  conv('stride above kernel', [1, 2, 9, 8], [3, 2, 2, 2], { strides: [3, 4] }),
  conv('7×7, stride 2', [1, 3, 12, 12], [2, 3, 7, 7], { pads: [3, 3, 3, 3], strides: [2, 2] }),
  conv('asymmetric kernel, pads and strides', [2, 2, 7, 9], [3, 2, 3, 5], { pads: [0, 2, 1, 1], strides: [2, 1] }),
  conv('padding beyond the kernel', [1, 2, 4, 4], [3, 2, 2, 2], { pads: [3, 2, 2, 3] }),
  conv('dilated', [2, 2, 8, 9], [3, 2, 3, 3], { dilations: [2, 3], pads: [2, 3, 2, 3] }),
  conv('dilated, stride 2', [2, 2, 9, 9], [3, 2, 3, 3], { dilations: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('two groups', [2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }, true),
  conv('two groups, 1×1', [2, 4, 5, 5], [6, 2, 1, 1], { group: 2 }),
  conv('two groups, stride 2', [2, 4, 6, 6], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv('depthwise', [2, 3, 5, 6], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }, true),
  conv('depthwise, stride 2, odd', [2, 3, 7, 7], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv('depthwise, stride 2, even leaves a tail', [2, 3, 8, 8], [3, 1, 3, 3], {
    group: 3,
    pads: [1, 1, 0, 0],
    strides: [2, 2],
  }),
  conv('depthwise, stride 3, tail of two', [2, 3, 9, 9], [3, 1, 2, 2], { group: 3, strides: [3, 3] }),
  conv('depthwise 5×5, stride 2', [2, 3, 10, 9], [3, 1, 5, 5], { group: 3, pads: [2, 2, 2, 2], strides: [2, 2] }),
  conv('depthwise, dilated', [2, 3, 8, 8], [3, 1, 3, 3], { group: 3, dilations: [2, 2], pads: [2, 2, 2, 2] }),
  conv('depthwise with multiplier', [2, 3, 5, 5], [6, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  conv('SAME_UPPER', [2, 2, 6, 7], [3, 2, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  conv('SAME_LOWER', [2, 2, 6, 7], [3, 2, 4, 4], { auto_pad: 'SAME_LOWER' }),
  conv('VALID', [2, 2, 6, 7], [3, 2, 3, 3], { auto_pad: 'VALID' }),
  conv('one axis', [2, 3, 9], [4, 3, 3], { pads: [1, 1], strides: [2] }, true),
  conv('one axis, depthwise', [2, 3, 9], [3, 1, 3], { group: 3, pads: [1, 1] }),
  conv('three axes', [1, 2, 4, 5, 3], [3, 2, 2, 3, 2], { pads: [0, 1, 0, 1, 1, 1] }),
  conv('one position', [3, 2, 3, 3], [4, 2, 3, 3]),
  // Large enough for the weight gradient to be spelled otherwise than above.
  conv('many positions', [2, 5, 17, 17], [3, 5, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('many positions, stride 2', [1, 5, 36, 35], [2, 5, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv('many positions, 1×1', [2, 5, 17, 17], [3, 5, 1, 1]),
  conv('few positions, many channels', [2, 6, 6, 5], [7, 6, 3, 3], { pads: [1, 1, 1, 1], strides: [1, 2] }),
  conv('depthwise, many positions', [2, 3, 15, 14], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  conv('few channels, dilated, stride 2, tail', [2, 2, 12, 12], [3, 2, 3, 3], { dilations: [2, 2], strides: [3, 3] }),
  transposed('plain, with bias', [2, 3, 4, 5], [3, 4, 3, 3], {}, 4),
  transposed('2×2, stride 2', [2, 3, 4, 5], [3, 4, 2, 2], { strides: [2, 2] }),
  transposed('padded, stride 2, output padding', [2, 3, 4, 5], [3, 4, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 0],
  }),
  transposed('groups', [2, 4, 4, 4], [4, 3, 3, 3], { group: 2, strides: [2, 1] }, 6),
  transposed('dilated', [1, 2, 5, 4], [2, 3, 3, 2], { dilations: [2, 3], pads: [1, 0, 2, 1] }),
  transposed('depthwise', [2, 3, 5, 5], [3, 1, 4, 4], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('empty batch', [0, 2, 5, 5], [3, 2, 3, 3], {}, true),
  conv('empty batch, depthwise', [0, 3, 5, 5], [3, 1, 3, 3], { group: 3 }),
  transposed('empty batch', [0, 2, 5, 5], [2, 3, 3, 3], {}, 3),
  blocks('plane', [2, 3 * 6, 9], [4, 5], [2, 3], {}),
  blocks('strides, pads and dilations', [2, 2 * 6, 4], [5, 6], [2, 3], {
    strides: [2, 3],
    pads: [1, 0, 0, 2],
    dilations: [2, 2],
  }),
  blocks('a tail that no block has', [1, 4, 6], [5, 7], [2, 2], { strides: [2, 2] }),
  blocks('one axis, dilated', [2, 3, 3], [7], [3], { strides: [1], pads: [1, 1], dilations: [3] }),
  blocks('one axis', [2, 6, 3], [8], [3], { strides: [3], pads: [1, 0] }),
  blocks('volume', [1, 2 * 8, 8], [3, 3, 3], [2, 2, 2]),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) => [
    transposed(`${auto_pad}, stride 2`, [2, 3, 4, 5], [3, 4, 3, 3], { auto_pad, strides: [2, 2] }, 4),
    transposed(`${auto_pad}, even kernel`, [1, 2, 5, 4], [2, 3, 4, 2], { auto_pad, strides: [1, 2] }),
    transposed(`${auto_pad}, dilated`, [1, 2, 5, 4], [2, 3, 3, 3], { auto_pad, dilations: [2, 1], strides: [2, 3] }),
    transposed(`${auto_pad}, output padding`, [1, 2, 5, 4], [2, 3, 3, 4], {
      auto_pad,
      strides: [2, 2],
      output_padding: [1, 0],
    }),
    transposed(`${auto_pad}, stride above kernel`, [1, 2, 4, 3], [2, 3, 2, 2], { auto_pad, strides: [3, 4] }),
    transposed(`${auto_pad}, output size`, [1, 2, 4, 5], [2, 3, 4, 3], {
      auto_pad,
      strides: [2, 2],
      output_shape: [7, 10],
    }),
  ]),
  transposed('output size', [1, 2, 4, 5], [2, 3, 4, 3], { strides: [2, 2], output_shape: [7, 10] }, 3),
  transposed('output size, odd cut', [1, 2, 4, 5], [2, 3, 4, 4], { strides: [2, 2], output_shape: [9, 7] }),
  transposed('output size and output padding', [1, 2, 4, 5], [2, 3, 3, 3], {
    strides: [2, 2],
    output_shape: [8, 9],
    output_padding: [1, 1],
  }),
  transposed('output size beyond the windows', [1, 2, 4, 5], [2, 3, 2, 2], { strides: [3, 2], output_shape: [13, 10] }),
  transposed('output size, group', [1, 4, 4, 5], [4, 1, 4, 3], { group: 2, strides: [2, 2], output_shape: [7, 10] }),
  transposed('asymmetric pads', [2, 2, 5, 4], [2, 3, 3, 4], { strides: [2, 1], pads: [0, 2, 1, 1] }),
  transposed('volume', [1, 2, 3, 2, 3], [2, 3, 2, 3, 2], {
    strides: [2, 1, 2],
    pads: [0, 1, 1, 1, 0, 0],
    output_padding: [1, 0, 0],
    dilations: [1, 1, 2],
  }),
  transposed('volume, groups', [2, 4, 2, 3, 2], [4, 2, 2, 2, 2], { group: 2, strides: [1, 2, 1] }, 4),
  transposed('one axis, groups and dilation', [2, 4, 6], [4, 2, 3], { group: 2, dilations: [2], pads: [1, 2] }, 4),
  transposed('depthwise, one axis', [2, 3, 6], [3, 1, 4], { group: 3, strides: [2], auto_pad: 'SAME_UPPER' }),
  conv('SAME_LOWER, stride above kernel', [1, 2, 9, 8], [3, 2, 2, 2], { auto_pad: 'SAME_LOWER', strides: [3, 3] }),
  conv('one axis, SAME_LOWER, group', [2, 4, 9], [6, 2, 4], { auto_pad: 'SAME_LOWER', group: 2, strides: [2] }, true),
  conv('one axis, dilated, depthwise', [2, 3, 12], [3, 1, 3], { group: 3, dilations: [3], pads: [2, 1], strides: [2] }),
  conv(
    'volume, groups, stride 2',
    [2, 4, 5, 4, 5],
    [4, 2, 3, 2, 2],
    {
      group: 2,
      strides: [2, 1, 2],
      pads: [1, 0, 1, 1, 1, 0],
    },
    true,
  ),
  conv('volume, depthwise, dilated', [1, 3, 6, 5, 4], [3, 1, 2, 2, 2], { group: 3, dilations: [2, 1, 3] }),
  conv('volume, SAME_UPPER', [1, 2, 4, 5, 3], [3, 2, 3, 2, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2, 1] }),
  deformed('3×3', [2, 3, 5, 6], [4, 3, 3, 3], [3, 4]),
  deformed('padded, stride 2', [1, 2, 6, 5], [3, 2, 3, 2], [3, 3], { strides: [2, 2], pads: [1, 0, 0, 1] }, 'bias'),
  deformed('dilated', [2, 2, 6, 6], [3, 2, 2, 2], [4, 5], { dilations: [2, 1] }, 'mask'),
  deformed(
    'groups, offsets in groups',
    [2, 4, 5, 4],
    [6, 2, 2, 2],
    [4, 3],
    { group: 2, offset_group: 2 },
    'bias and mask',
  ),
  deformed('offsets in more groups', [1, 4, 4, 4], [2, 4, 2, 3], [3, 2], { offset_group: 4 }, 'bias and mask'),
  transposed('one axis', [2, 3, 6], [3, 2, 3], { strides: [3] }),
];
