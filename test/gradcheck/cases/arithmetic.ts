import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, bools, computedBools, computedInts, distinct, fixed, given, signed } from '#test/gradcheck/inputs.ts';

const broadcasts = [
  { name: 'same shape', a: [2, 3], b: [2, 3] },
  { name: 'one axis', a: [2, 3, 4], b: [3, 1] },
  { name: 'both sides', a: [2, 1, 4], b: [3, 1] },
  { name: 'scalar', a: [2, 3], b: [] },
  { name: 'scalar first', a: [], b: [2, 3] },
  { name: 'ones in front', a: [1, 1, 3], b: [3] },
];

const binary = (['Add', 'Sub', 'Mul', 'Div'] as const).flatMap((op) =>
  broadcasts.map(({ name, a, b }): GradientCase => ({ op, name, inputs: [signed(...a), signed(...b)] })),
);

export const arithmeticCases: readonly GradientCase[] = [
  ...binary,
  { op: 'Pow', name: 'square', inputs: [signed(2, 3), fixed([2])] },
  { op: 'Pow', name: 'cube of either sign', inputs: [signed(2, 3), fixed([3])] },
  { op: 'Pow', name: 'square root', inputs: [between(0.5, 2, 2, 3), fixed([0.5])] },
  { op: 'Pow', name: 'one exponent per column', inputs: [between(0.5, 2, 2, 3), fixed([2, 0.5, -1], 3)] },
  { op: 'Pow', name: 'computed exponent, broadcast', inputs: [between(0.5, 2, 2, 3), signed(3)] },
  {
    op: 'Mod',
    name: 'float',
    inputs: [given([1.3, -2.2, 5.9], 3), given([0.7, 0.9, -1.3], 3)],
    attributes: { fmod: 1 },
    tolerance: 1e-5,
  },
  { op: 'Sum', name: 'three, broadcast', inputs: [signed(2, 3), signed(3), signed(2, 1)], dtype: 'float64' },
  { op: 'Mean', name: 'two, broadcast', inputs: [signed(2, 3), signed(2, 1)], dtype: 'float32' },
  { op: 'Max', name: 'three, broadcast', inputs: [distinct(0.31, 2, 3), distinct(0.43, 3), distinct(0.57, 2, 1)] },
  { op: 'Max', name: 'one', inputs: [signed(2, 3)] },
  { op: 'Min', name: 'two, broadcast', inputs: [distinct(0.31, 2, 3), distinct(0.43, 3)] },
  { op: 'Where', name: 'broadcast', inputs: [bools([1, 0, 1], 3), signed(2, 3), signed(2, 1)], dtype: 'float32' },
  { op: 'Identity', name: 'plain', inputs: [signed(2, 3)] },
  {
    op: 'Cast',
    name: 'to the other width',
    inputs: [signed(2, 3)],
    attributes: { to: 1 },
    tolerance: 1e-4,
    step: 0.05,
  },
  { op: 'CastLike', name: 'to its own type', inputs: [signed(2, 3), fixed([1], 1)], opsets: [15, 21] },
  { op: 'Pow', name: 'zeroth power of zero', inputs: [given([0, 1.5, -2], 3), fixed([0])] },
  { op: 'Pow', name: 'first power', inputs: [given([0, 1.5, -2], 3), fixed([1])] },
  {
    op: 'Pow',
    name: 'one exponent per column, zero among them',
    inputs: [given([0, -1.5, 2], 3), fixed([0, 3, 2], 3)],
  },
  { op: 'Pow', name: 'whole exponents', inputs: [signed(2, 3), computedInts([2, 3, 0])], opsets: [13, 26] },
  {
    op: 'Pow',
    name: 'exponent of the other width',
    inputs: [between(0.5, 2, 2, 3), { ...signed(3), dtype: 'float32' }],
    step: 0.01,
    tolerance: 1e-5,
  },
  { op: 'Min', name: 'one', inputs: [signed(2, 3)] },
  { op: 'Mean', name: 'one', inputs: [signed(2, 3)], dtype: 'float32' },
  { op: 'Sum', name: 'one', inputs: [signed(2, 3)] },
  { op: 'Sum', name: 'four, scalars and nothing', inputs: [signed(2, 1), signed(), signed(1, 1, 1), signed(3)] },
  { op: 'Mul', name: 'nothing', inputs: [signed(0, 3), signed(3)], opsets: [17, 26] },
  {
    op: 'Mod',
    name: 'broadcast',
    inputs: [given([1.3, -2.2, 5.9, -7.5, 3.1, 0.2], 2, 3), given([0.7, 0.9, -1.3], 3)],
    attributes: { fmod: 1 },
    opsets: [13, 26],
    tolerance: 1e-5,
  },
  {
    op: 'CastLike',
    name: 'to the other width',
    inputs: [signed(2, 3), { ...fixed([1], 1), dtype: 'float32' }],
    opsets: [15, 26],
    tolerance: 1e-4,
    step: 0.05,
  },
  {
    op: 'Where',
    name: 'all broadcast, computed',
    inputs: [computedBools([1, 0], 2, 1), signed(3), signed()],
    dtype: 'float32',
    opsets: [16, 26],
  },
];
