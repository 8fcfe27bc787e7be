import type { AttributeValue } from '#shared/ir/builder.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { distinct, signed } from '#test/gradcheck/inputs.ts';

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
  {
    op: 'LpPool',
    name: 'two',
    inputs: [signed(1, 2, 5, 6)],
    attributes: { kernel_shape: [2, 3], strides: [1, 2], pads: [0, 1, 1, 1] },
    dtype: 'float32',
  },
  {
    op: 'LpPool',
    name: 'three',
    inputs: [signed(1, 2, 5, 5)],
    attributes: { kernel_shape: [2, 2], p: 3 },
    dtype: 'float32',
  },
  { op: 'GlobalLpPool', name: 'two', inputs: [signed(2, 3, 2, 3)], dtype: 'float32' },
];
