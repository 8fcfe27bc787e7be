import { layerNormalizationCases } from '#test/gradcheck/cases/layer-normalization.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, signed } from '#test/gradcheck/inputs.ts';

const batchNorm = (name: string, shape: number[]): GradientCase => {
  const channels = shape[1] as number;
  return {
    op: 'BatchNormalization',
    name,
    inputs: [signed(...shape), signed(channels), signed(channels), signed(channels), between(0.5, 2, channels)],
    attributes: { epsilon: 1e-3 },
  };
};

export const normalizationCases: readonly GradientCase[] = [
  batchNorm('plane', [2, 3, 4, 2]),
  batchNorm('one axis', [2, 3, 4]),
  batchNorm('features', [4, 3]),
  ...layerNormalizationCases,
  { op: 'InstanceNormalization', name: 'plane', inputs: [signed(2, 3, 4, 2), signed(3), signed(3)], dtype: 'float32' },
  {
    op: 'GroupNormalization',
    name: 'per channel',
    inputs: [signed(2, 4, 3, 2), signed(4), signed(4)],
    attributes: { num_groups: 2 },
    opsets: [21],
    dtype: 'float32',
  },
  {
    op: 'GroupNormalization',
    name: 'per group',
    inputs: [signed(2, 4, 3, 2), signed(2), signed(2)],
    attributes: { num_groups: 2 },
    opsets: [18],
    dtype: 'float32',
  },
  { op: 'MeanVarianceNormalization', name: 'plane', inputs: [signed(2, 3, 4, 2)], dtype: 'float32' },
  { op: 'LpNormalization', name: 'two', inputs: [signed(2, 3, 4)], attributes: { axis: 1, p: 2 } },
  { op: 'LpNormalization', name: 'one', inputs: [signed(2, 3, 4)], attributes: { p: 1 } },
  {
    op: 'LRN',
    name: 'odd size',
    inputs: [signed(2, 5, 3, 2)],
    attributes: { size: 3, alpha: 0.4, beta: 0.75, bias: 1.5 },
    dtype: 'float32',
  },
  ...[
    [4, 3],
    [2, 3, 4],
    [2, 3, 2, 2],
  ].map((shape): GradientCase => ({
    op: 'BatchNormalization',
    name: `training, ${shape.length} axes`,
    inputs: [signed(...shape), signed(3), signed(3), signed(3), between(0.5, 2, 3)],
    attributes: { epsilon: 1e-2, momentum: 0.7, training_mode: 1 },
    outputs: 3,
    opsets: [14, 15, 26],
  })),
  { ...batchNorm('newest', [2, 3, 4]), opsets: [26] },
  { ...batchNorm('nobody', [0, 3, 4]), opsets: [17] },
  {
    op: 'BatchNormalization',
    name: 'no channel axis',
    inputs: [signed(4), signed(1), signed(1), signed(1), between(0.5, 2, 1)],
    opsets: [15, 26],
  },
];
