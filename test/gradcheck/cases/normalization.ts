import { layerNormalizationCases } from '#test/gradcheck/cases/layer-normalization.ts';
import { float } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, given, signed } from '#test/gradcheck/inputs.ts';
import { channelResponse } from '#test/gradcheck/references/channel-response.ts';

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
  { op: 'InstanceNormalization', name: 'one axis', inputs: [signed(2, 3, 5), signed(3), signed(3)], dtype: 'float32' },
  {
    op: 'InstanceNormalization',
    name: 'volume, epsilon',
    inputs: [signed(2, 3, 2, 2, 3), signed(3), signed(3)],
    attributes: { epsilon: 0.3 },
    dtype: 'float32',
  },
  ...[1, 2, 4].flatMap((num_groups): GradientCase[] => [
    {
      op: 'GroupNormalization',
      name: `${num_groups} groups of 4 channels, one axis`,
      inputs: [signed(2, 4, 5), signed(4), signed(4)],
      attributes: { num_groups, epsilon: 0.1 },
      opsets: [21, 26],
      // The kernel computes in float32 whatever it is given.
      oracle: 'decomposition',
    },
    {
      op: 'GroupNormalization',
      name: `${num_groups} groups of 4 channels, scale per group`,
      inputs: [signed(2, 4, 2, 3, 2), signed(num_groups), signed(num_groups)],
      attributes: { num_groups },
      opsets: [18, 20],
      dtype: 'float32',
    },
  ]),
  { op: 'MeanVarianceNormalization', name: 'plane', inputs: [signed(2, 3, 4, 2)], oracle: 'decomposition' },
  ...[
    [1, 2, 3],
    [2, 3],
    [-1, 1],
    [0, 1, 2, 3],
  ].map((axes): GradientCase => ({
    op: 'MeanVarianceNormalization',
    name: `over axes ${axes.join()}`,
    inputs: [signed(2, 3, 4, 2)],
    attributes: { axes },
    oracle: 'decomposition',
  })),
  ...[1, 2].flatMap((p): GradientCase[] => [
    { op: 'LpNormalization', name: `p = ${p}`, inputs: [signed(2, 3, 4)], attributes: { axis: 1, p } },
    {
      op: 'LpNormalization',
      name: `p = ${p}, last axis`,
      inputs: [signed(2, 3, 4)],
      attributes: { p },
      opsets: [17, 26],
    },
  ]),
  {
    op: 'LpNormalization',
    name: 'zeros among others',
    inputs: [given([0, 1.5, 0, -0.7, 2, 0, 0, 0.4], 2, 4)],
  },
  {
    op: 'LRN',
    name: 'as AlexNet has it',
    inputs: [between(-40, 40, 2, 7, 3, 2)],
    attributes: { size: 5, alpha: 1e-4, beta: 0.75, bias: float(1) },
    oracle: channelResponse(5, 1e-4, 0.75, 1),
  },
  {
    op: 'LRN',
    name: 'more channels than there are',
    inputs: [signed(2, 2, 3, 2)],
    attributes: { size: 7, alpha: 0.4, beta: 0.5, bias: 0.7 },
    oracle: channelResponse(7, 0.4, 0.5, 0.7),
  },
  {
    op: 'LRN',
    name: 'three channels',
    inputs: [signed(2, 5, 3, 2)],
    attributes: { size: 3, alpha: 0.4, beta: 0.75, bias: 1.5 },
    oracle: channelResponse(3, 0.4, 0.75, 1.5),
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
