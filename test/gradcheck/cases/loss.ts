import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, between, computedInts, fixed, ints, signed } from '#test/gradcheck/inputs.ts';

const target = ints([2, 0, 1, 2]);
const plane = ints([2, 0, 1, 2, 1, 1, 0, 2], [2, 2, 2]);
const single = { dtype: 'float32' } as const;
const weights = fixed([0.5, 2, 1.5], 3);

export const lossCases: readonly GradientCase[] = [
  { op: 'NegativeLogLikelihoodLoss', name: 'mean', inputs: [signed(4, 3), target], ...single },
  {
    op: 'NegativeLogLikelihoodLoss',
    name: 'weighted sum over a plane',
    inputs: [signed(2, 3, 2, 2), plane, weights],
    attributes: { reduction: 'sum' },
    ...single,
  },
  { op: 'SoftmaxCrossEntropyLoss', name: 'mean', inputs: [signed(4, 3), target], ...single },
  {
    op: 'SoftmaxCrossEntropyLoss',
    name: 'weighted mean, one ignored',
    inputs: [signed(4, 3), target, weights],
    attributes: { ignore_index: 0 },
    ...single,
  },
  {
    op: 'SoftmaxCrossEntropyLoss',
    name: 'ignored index outside the classes',
    inputs: [signed(4, 3), ints([2, -1, 1, -1]), absent],
    attributes: { ignore_index: -1 },
    ...single,
  },
  {
    op: 'SoftmaxCrossEntropyLoss',
    name: 'none, with probabilities',
    inputs: [signed(2, 3, 2, 2), plane],
    attributes: { reduction: 'none' },
    outputs: 2,
    ...single,
  },
  ...(['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'] as const).map((op): GradientCase => ({
    op,
    name: 'by its weights too',
    inputs: [signed(4, 3), target, between(0.5, 2, 3)],
    oracle: 'decomposition',
  })),
  ...(['none', 'sum', 'mean'] as const).flatMap((reduction) =>
    (['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'] as const).map((op): GradientCase => ({
      op,
      name: `${reduction} over a line, weighted, ignoring outside the classes, 32-bit`,
      inputs: [signed(2, 3, 4), { ...computedInts([2, 0, -7, 2, 1, 1, 0, -7], [2, 4]), dtype: 'int32' }, weights],
      attributes: { reduction, ignore_index: -7 },
      opsets: [13, 26],
      ...single,
    })),
  ),
  {
    op: 'SoftmaxCrossEntropyLoss',
    name: 'sum, with probabilities, ignoring one',
    inputs: [signed(4, 3), computedInts([2, 0, 1, 2])],
    attributes: { reduction: 'sum', ignore_index: 2 },
    outputs: 2,
    opsets: [13, 26],
    ...single,
  },
];
