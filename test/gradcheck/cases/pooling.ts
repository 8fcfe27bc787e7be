import type { AttributeValue } from '#shared/ir/builder.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { distinct, given, signed } from '#test/gradcheck/inputs.ts';
import { lpPool, type Windows } from '#test/gradcheck/references/windows.ts';

const pool = (
  op: OperatorName,
  name: string,
  shape: number[],
  attributes: Record<string, AttributeValue>,
  opsets = [13, 21],
): GradientCase => ({
  op,
  name,
  inputs: [op === 'MaxPool' ? distinct(0.37, ...shape) : signed(...shape)],
  attributes,
  opsets,
  dtype: op === 'MaxPool' ? 'float64' : 'float32',
  ...(op === 'MaxPool' ? {} : { step: 0.5, tolerance: 2e-5 }),
});

const forms: { name: string; shape: number[]; attributes: Record<string, AttributeValue>; opsets?: number[] }[] = [
  { name: '2×2, stride 2', shape: [2, 3, 6, 4], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { name: '2×2, stride 2, odd size', shape: [2, 3, 7, 5], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  {
    name: '3×3, stride 2, padded',
    shape: [2, 3, 8, 7],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { name: '3×3, stride 1, padded', shape: [1, 2, 5, 6], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  {
    name: '3×3, stride 2, unpadded, ceil',
    shape: [1, 2, 8, 8],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  },
  {
    name: '3×2, asymmetric',
    shape: [1, 2, 7, 8],
    attributes: { kernel_shape: [3, 2], strides: [1, 3], pads: [0, 1, 2, 0] },
  },
  {
    name: 'SAME_UPPER',
    shape: [1, 2, 7, 6],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { name: 'one axis', shape: [2, 3, 9], attributes: { kernel_shape: [3], strides: [2] } },
  { name: 'stride above kernel', shape: [1, 2, 9, 9], attributes: { kernel_shape: [2, 2], strides: [3, 3] } },
];

/** Dilated averages came with operator set 19. */
const averages: typeof forms = [
  { name: 'dilated', shape: [1, 2, 8, 9], attributes: { kernel_shape: [2, 3], dilations: [2, 3] } },
  {
    name: 'dilated, padded, stride 2',
    shape: [1, 2, 9, 8],
    attributes: { kernel_shape: [3, 3], dilations: [2, 2], pads: [2, 1, 1, 2], strides: [2, 2] },
  },
  {
    name: 'dilated, padded, ceil',
    shape: [1, 2, 8, 9],
    attributes: { kernel_shape: [3, 2], dilations: [2, 2], pads: [1, 1, 2, 1], strides: [2, 3], ceil_mode: 1 },
  },
  {
    name: 'dilated, SAME_LOWER',
    shape: [1, 2, 7, 6],
    attributes: { kernel_shape: [3, 2], dilations: [2, 2], auto_pad: 'SAME_LOWER' },
  },
  {
    name: 'volume, ceil',
    shape: [1, 2, 5, 4, 5],
    attributes: { kernel_shape: [2, 2, 3], strides: [2, 3, 2], pads: [0, 1, 0, 1, 0, 1], ceil_mode: 1 },
  },
  { name: 'one axis, dilated', shape: [2, 3, 9], attributes: { kernel_shape: [3], dilations: [2], pads: [1, 0] } },
];

const maxima: typeof forms = [
  {
    name: 'dilated, stride 2, ceil',
    shape: [1, 2, 9, 8],
    attributes: { kernel_shape: [3, 2], dilations: [2, 3], strides: [2, 2], pads: [1, 1, 1, 0], ceil_mode: 1 },
  },
  {
    name: 'SAME_LOWER',
    shape: [1, 2, 7, 6],
    attributes: { kernel_shape: [2, 4], strides: [1, 2], auto_pad: 'SAME_LOWER' },
  },
  { name: 'VALID', shape: [1, 2, 7, 6], attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'VALID' } },
  { name: 'one axis, dilated', shape: [2, 3, 9], attributes: { kernel_shape: [3], dilations: [2], pads: [1, 0] } },
  {
    name: 'volume, ceil, dilated',
    shape: [1, 2, 5, 4, 5],
    attributes: { kernel_shape: [2, 2, 2], strides: [2, 3, 2], dilations: [2, 1, 2], ceil_mode: 1 },
  },
];

const lpForms: {
  name: string;
  shape: number[];
  attributes: Record<string, AttributeValue>;
  windows: Windows;
  opsets: number[];
}[] = [
  {
    name: 'padded',
    shape: [1, 2, 5, 6],
    attributes: { kernel_shape: [2, 3], strides: [1, 2], pads: [0, 1, 1, 1] },
    windows: { kernel: [2, 3], strides: [1, 2], begin: [0, 1], output: [5, 3] },
    opsets: [13, 26],
  },
  {
    name: 'SAME_UPPER',
    shape: [1, 2, 5, 6],
    attributes: { kernel_shape: [3, 2], strides: [2, 1], auto_pad: 'SAME_UPPER' },
    windows: { kernel: [3, 2], strides: [2, 1], begin: [1, 0], output: [3, 6] },
    opsets: [13, 26],
  },
  {
    name: 'SAME_LOWER',
    shape: [1, 2, 5, 6],
    attributes: { kernel_shape: [3, 2], auto_pad: 'SAME_LOWER' },
    windows: { kernel: [3, 2], begin: [1, 1], output: [5, 6] },
    opsets: [13, 26],
  },
  {
    name: 'ceil',
    shape: [1, 2, 6, 5],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
    windows: { kernel: [3, 2], strides: [2, 2], output: [3, 3] },
    opsets: [18, 26],
  },
  {
    name: 'dilated',
    shape: [1, 2, 7, 8],
    attributes: { kernel_shape: [2, 3], dilations: [3, 2], strides: [1, 2], pads: [1, 0, 0, 1] },
    windows: { kernel: [2, 3], dilations: [3, 2], strides: [1, 2], begin: [1, 0], output: [5, 3] },
    opsets: [18, 26],
  },
  {
    name: 'one axis',
    shape: [2, 3, 7],
    attributes: { kernel_shape: [3], strides: [2] },
    windows: { kernel: [3], strides: [2], output: [3] },
    opsets: [13, 26],
  },
  {
    name: 'volume',
    shape: [1, 2, 3, 4, 3],
    attributes: { kernel_shape: [2, 2, 3] },
    windows: { kernel: [2, 2, 3], output: [2, 3, 1] },
    opsets: [13, 26],
  },
];

export const poolingCases: readonly GradientCase[] = [
  ...forms.flatMap(({ name, shape, attributes, opsets }) => [
    pool('MaxPool', name, shape, attributes, opsets),
    pool('AveragePool', name, shape, attributes, opsets),
    pool('AveragePool', `${name}, padding counted`, shape, { ...attributes, count_include_pad: 1 }, opsets),
  ]),
  pool('MaxPool', 'dilated', [1, 2, 8, 8], { kernel_shape: [2, 3], dilations: [2, 2], pads: [1, 1, 1, 1] }),
  pool('MaxPool', 'three axes', [1, 2, 4, 4, 5], { kernel_shape: [2, 2, 2], strides: [2, 2, 1] }),
  pool(
    'AveragePool',
    'ceil, padded, counted',
    [1, 2, 7, 8],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
    [21],
  ),
  { op: 'GlobalAveragePool', name: 'plane', inputs: [signed(2, 3, 4, 5)], dtype: 'float32' },
  { op: 'GlobalMaxPool', name: 'plane', inputs: [distinct(0.37, 2, 3, 2, 3)], dtype: 'float32', step: 0.02 },
  ...averages.map(({ name, shape, attributes }) => pool('AveragePool', name, shape, attributes, [19, 26])),
  ...averages.map(({ name, shape, attributes }) =>
    pool('AveragePool', `${name}, padding counted`, shape, { ...attributes, count_include_pad: 1 }, [19, 26]),
  ),
  ...maxima.map(({ name, shape, attributes }) => pool('MaxPool', name, shape, attributes)),
  {
    ...pool('MaxPool', 'its indices used, column first', [2, 3, 6, 7], {
      kernel_shape: [3, 2],
      strides: [2, 1],
      storage_order: 1,
    }),
    outputs: 2,
  },
  pool('MaxPool', 'empty batch', [0, 2, 5, 5], { kernel_shape: [2, 2] }),
  pool('AveragePool', 'empty batch', [0, 2, 5, 5], { kernel_shape: [2, 2] }),
  ...[1, 2, 3].flatMap((p) =>
    lpForms.map(({ name, shape, attributes, windows, opsets }): GradientCase => ({
      op: 'LpPool',
      name: `${name}, p = ${p}`,
      inputs: [signed(...shape)],
      attributes: { ...attributes, p },
      opsets,
      oracle: lpPool(windows, p),
    })),
  ),
  ...[1, 2, 3].flatMap((p): GradientCase[] => [
    {
      // The norm is even in zeros, so that differences across its kink are zero.
      op: 'LpPool',
      name: `windows of zeros, p = ${p}`,
      inputs: [given([0, 0, 1, 2, 0, 0, -1, 0, 3, 1, 0, 0, 1, -2, 0, 0], 1, 1, 4, 4)],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], p },
      oracle: lpPool({ kernel: [2, 2], strides: [2, 2], output: [2, 2] }, p),
      ...(p === 3 ? { tolerance: 1e-3 } : {}),
    },
    {
      op: 'GlobalLpPool',
      name: `plane, p = ${p}`,
      inputs: [signed(2, 3, 2, 3)],
      attributes: { p },
      oracle: lpPool({ kernel: [2, 3], output: [1, 1] }, p),
    },
    {
      op: 'GlobalLpPool',
      name: `a channel of zeros, p = ${p}`,
      inputs: [given([0, 0, 0, 1, -2, 0.5], 1, 2, 3)],
      attributes: { p },
      oracle: lpPool({ kernel: [3], output: [1] }, p),
    },
  ]),
  { op: 'GlobalLpPool', name: 'volume', inputs: [signed(2, 1, 2, 2, 3)], dtype: 'float32' },
  { op: 'GlobalAveragePool', name: 'volume', inputs: [signed(2, 2, 2, 2, 3)], dtype: 'float32' },
  { op: 'GlobalMaxPool', name: 'one axis', inputs: [distinct(0.37, 2, 3, 7)], dtype: 'float32', step: 0.02 },
];
