import type { GradientCase } from '#test/gradcheck/harness.ts';
import { distinct, ints, signed } from '#test/gradcheck/inputs.ts';

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
  {
    op: 'GatherElements',
    name: 'repeated',
    inputs: [signed(3, 4), ints([0, 2, 2, 1, 1, -1], [2, 3])],
    opsets: [13, 16, 21],
  },
  {
    op: 'GatherElements',
    name: 'last axis',
    inputs: [signed(2, 3, 4), ints([3, 0, 0, 0, 1, -2, 0, 1], [2, 2, 2])],
    attributes: { axis: -1 },
    opsets: [13, 16, 21],
  },
  {
    op: 'GatherND',
    name: 'elements, repeated',
    inputs: [signed(3, 4), ints([0, 1, 2, 3, 0, 1], [3, 2])],
    opsets: [16, 21],
  },
  { op: 'GatherND', name: 'rows', inputs: [signed(3, 4), ints([2, 0, 2], [3, 1])], opsets: [16, 21] },
  {
    op: 'ScatterElements',
    name: 'overwriting',
    inputs: [signed(3, 4), ints([2, 0, 1, 0, 1, 2], [2, 3]), signed(2, 3)],
    opsets: [13, 16, 21],
  },
  {
    op: 'ScatterElements',
    name: 'adding, repeated',
    inputs: [signed(3, 4), ints([0, 0, 3], [3, 1]), signed(3, 1)],
    attributes: { axis: 1, reduction: 'add' },
    opsets: [16, 21],
  },
  {
    op: 'ScatterND',
    name: 'overwriting rows',
    inputs: [signed(4, 3), ints([3, 1], [2, 1]), signed(2, 3)],
    opsets: [13, 21],
  },
  {
    op: 'ScatterND',
    name: 'adding',
    inputs: [signed(4, 3), ints([3, 3], [2, 1]), signed(2, 3)],
    attributes: { reduction: 'add' },
    opsets: [16, 21],
  },
  { op: 'TopK', name: 'largest', inputs: [distinct(0.37, 3, 5), ints([2])], outputs: 2 },
  {
    op: 'TopK',
    name: 'smallest along axis 0',
    inputs: [distinct(0.37, 4, 2), ints([3])],
    attributes: { axis: 0, largest: 0 },
    outputs: 2,
  },
];
