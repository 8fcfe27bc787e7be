import type { GradientCase, Reference, ReferenceTensor } from '#test/gradcheck/harness.ts';
import { absent, given, ints, signed } from '#test/gradcheck/inputs.ts';

/** y, mean and reciprocal deviation over the last axis: the kernels give the last two in float32 only. */
function reference(centred: boolean, epsilon: number): Reference {
  return ([x, scale, bias]) => {
    const { shape, data } = x as ReferenceTensor;
    const size = shape.at(-1) as number;
    const statistics = [...shape.slice(0, -1), 1];
    const [y, means, reciprocals]: [number[], number[], number[]] = [[], [], []];
    for (let start = 0; start < data.length; start += size) {
      const row = data.slice(start, start + size);
      const mean = centred ? row.reduce((sum, value) => sum + value, 0) / size : 0;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
      const reciprocal = 1 / Math.sqrt(variance + epsilon);
      means.push(mean);
      reciprocals.push(reciprocal);
      row.forEach((value, index) => {
        const scaled = (value - mean) * reciprocal * ((scale as ReferenceTensor).data[index] as number);
        y.push(scaled + (bias?.data[index] ?? 0));
      });
    }
    const outputs = [{ shape, data: y }];
    if (centred) outputs.push({ shape: statistics, data: means });
    return [...outputs, { shape: statistics, data: reciprocals }];
  };
}

/** The same of the sum of input, skip and bias, which comes last. */
function skipReference(epsilon: number): Reference {
  return ([x, skip, scale, shift, bias]) => {
    const { shape, data } = x as ReferenceTensor;
    const size = shape.at(-1) as number;
    const sum = data.map(
      (value, index) => value + ((skip as ReferenceTensor).data[index] as number) + (bias?.data[index % size] ?? 0),
    );
    return [...reference(true, epsilon)([{ shape, data: sum }, scale, shift]), { shape, data: sum }];
  };
}

const tokens = ints([0, 3, 1, 2, 2, 0], [2, 3], 'int32');
const segments = ints([0, 0, 1, 1, 0, 1], [2, 3], 'int32');
const mask = ints([1, 1, 0, 1, 1, 1], [2, 3], 'int32');
const [words, places, kinds] = [signed(4, 5), signed(6, 5), signed(2, 5)];

export const layerNormalizationCases: readonly GradientCase[] = [
  {
    op: 'LayerNormalization',
    name: 'last axis',
    inputs: [signed(2, 3, 4), signed(4), signed(4)],
    opsets: [13, 17, 21],
  },
  {
    op: 'LayerNormalization',
    name: 'in single precision',
    inputs: [signed(2, 3, 8), signed(8), signed(8)],
    opsets: [17, 21],
    dtype: 'float32',
  },
  {
    op: 'LayerNormalization',
    name: 'two axes, in single precision',
    inputs: [signed(2, 3, 4), signed(3, 4)],
    attributes: { axis: 1 },
    opsets: [17, 21],
    dtype: 'float32',
  },
  {
    op: 'LayerNormalization',
    name: 'two axes, no bias',
    inputs: [signed(2, 3, 4), signed(3, 4)],
    attributes: { axis: 1 },
    opsets: [17, 21],
  },
  {
    op: 'LayerNormalization',
    name: 'broadcast scale and bias',
    inputs: [signed(2, 3, 4), signed(2, 1, 4), signed(1)],
    attributes: { epsilon: 0.1 },
    opsets: [17, 21],
  },
  {
    op: 'LayerNormalization',
    name: 'equal elements',
    inputs: [given([0.5, 0.5, 0.5, 1, -1, 2], 2, 3), signed(3), signed(3)],
    attributes: { epsilon: 0.5 },
  },
  { op: 'LayerNormalization', name: 'nothing', inputs: [signed(0, 3), signed(3), signed(3)], opsets: [17] },
  {
    op: 'LayerNormalization',
    name: 'statistics as outputs',
    inputs: [signed(2, 3, 4), signed(4), signed(4)],
    attributes: { epsilon: 0.01 },
    outputs: 3,
    opsets: [17, 21],
    oracle: reference(true, 0.01),
  },
  { op: 'RMSNormalization', name: 'last axis', inputs: [signed(2, 3, 4), signed(4)], opsets: [23] },
  {
    op: 'RMSNormalization',
    name: 'two axes, broadcast scale',
    inputs: [signed(2, 3, 4), signed(3, 1)],
    attributes: { axis: -2, epsilon: 0.1 },
    opsets: [23],
  },
  { op: 'SimplifiedLayerNormalization', name: 'last axis', inputs: [signed(2, 3, 4), signed(4)] },
  {
    op: 'SimplifiedLayerNormalization',
    name: 'two axes',
    inputs: [signed(2, 3, 4), signed(3, 4)],
    attributes: { axis: 1 },
  },
  {
    op: 'SimplifiedLayerNormalization',
    name: 'statistics as outputs',
    inputs: [signed(2, 3, 4), signed(4)],
    attributes: { epsilon: 0.01 },
    outputs: 2,
    oracle: reference(false, 0.01),
  },
  {
    op: 'com.microsoft.SkipLayerNormalization',
    name: 'all inputs, sum as output',
    inputs: [signed(2, 3, 4), signed(2, 3, 4), signed(4), signed(4), signed(4)],
    attributes: { epsilon: 0.01 },
    outputs: 4,
    oracle: skipReference(0.01),
  },
  {
    op: 'com.microsoft.SkipLayerNormalization',
    name: 'required inputs',
    inputs: [signed(2, 3, 4), signed(2, 3, 4), signed(4)],
    oracle: 'decomposition',
  },
  {
    op: 'com.microsoft.SkipLayerNormalization',
    name: 'skip for every sample',
    inputs: [signed(2, 3, 4), signed(3, 4), signed(4), absent, signed(4)],
    oracle: 'decomposition',
  },
  {
    op: 'com.microsoft.SkipSimplifiedLayerNormalization',
    name: 'bias, statistics and sum as outputs',
    inputs: [signed(2, 3, 4), signed(2, 3, 4), signed(4), signed(4)],
    outputs: 4,
    dtype: 'float32',
  },
  {
    op: 'com.microsoft.SkipSimplifiedLayerNormalization',
    name: 'no bias, two axes',
    inputs: [signed(3, 4), signed(3, 4), signed(4)],
    oracle: 'decomposition',
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    name: 'segments, mask, sum as output',
    inputs: [tokens, segments, words, places, kinds, signed(5), signed(5), mask],
    outputs: 3,
    oracle: 'decomposition',
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    name: 'positions',
    inputs: [tokens, absent, words, places, absent, signed(5), signed(5), absent, ints([2, 5, 0], [1, 3], 'int32')],
    attributes: { epsilon: 0.01 },
    outputs: 3,
    oracle: 'decomposition',
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    name: 'first positions',
    inputs: [tokens, absent, words, places, absent, signed(5), signed(5)],
    outputs: 2,
    oracle: 'decomposition',
  },
];
