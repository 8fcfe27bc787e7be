import type { GradientCase } from '#test/gradcheck/harness.ts';
import { ints, signed } from '#test/gradcheck/inputs.ts';

export const indexingCases: readonly GradientCase[] = [
  { op: 'Gather', name: 'rows, repeated', inputs: [signed(5, 3), ints([0, 2, 2, 4])] },
  {
    op: 'Gather',
    name: 'middle axis, matrix of indices',
    inputs: [signed(2, 4, 3), ints([0, 3, 1, 3], [2, 2])],
    attributes: { axis: 1 },
  },
  {
    op: 'Gather',
    name: 'negative indices, last axis',
    inputs: [signed(2, 4), ints([-1, 0, -4])],
    attributes: { axis: -1 },
  },
  { op: 'Gather', name: 'one index', inputs: [signed(2, 4), ints([2], [])], attributes: { axis: 1 } },
  { op: 'Gather', name: '32-bit indices', inputs: [signed(4, 2), ints([1, -2], [2], 'int32')] },
  {
    op: 'Gather',
    name: 'long axis, repeated, negative',
    inputs: [signed(2, 600, 2), ints([599, 3, 3, -1, -600], [5])],
    attributes: { axis: 1 },
    opsets: [13, 16, 21],
    dtype: 'float32',
    step: 0.5,
    tolerance: 2e-5,
  },
];
