import type { OperatorName } from '#shared/ops/names.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, computedInts, distinct, given, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

/** Each reduction with axes in the form of its operator set: an attribute below `inputSince`, an input from there. */
function reductions(
  op: OperatorName,
  input: (...shape: number[]) => InputSpec,
  more: Partial<GradientCase> = {},
): GradientCase[] {
  const inputSince = op === 'ReduceSum' ? 13 : 18;
  const forms = [
    { name: 'last axis, kept', axes: [-1], keepdims: 1 },
    { name: 'middle axes, dropped', axes: [1, 2], keepdims: 0 },
    { name: 'everything', axes: undefined, keepdims: 0 },
  ];
  return forms.flatMap(({ name, axes, keepdims }) =>
    [13, 21].map((opset): GradientCase => {
      const asInput = opset >= inputSince;
      return {
        op,
        name,
        inputs: [input(2, 3, 2, 2), ...(axes && asInput ? [ints(axes)] : [])],
        attributes: { keepdims, ...(axes && !asInput ? { axes } : {}) },
        opsets: [opset],
        ...more,
      };
    }),
  );
}

/** Axes that come as a graph input. */
function computed(op: OperatorName, input: InputSpec, more: Partial<GradientCase> = {}): GradientCase[] {
  const forms = [
    { axes: [1], keepdims: 1 },
    { axes: [-1, 0], keepdims: 0 },
    { axes: [], keepdims: 0 },
  ];
  return forms.map(({ axes, keepdims }) => ({
    op,
    name: `computed axes [${axes.join()}]`,
    inputs: [input, computedInts(axes)],
    attributes: { keepdims },
    opsets: [18, 26],
    ...more,
  }));
}

/** Nothing to reduce over, asked to do nothing then, and tensors of no elements. */
function edgeCases(
  op: OperatorName,
  input: (...shape: number[]) => InputSpec,
  more: Partial<GradientCase> = {},
): GradientCase[] {
  const doNothing = { noop_with_empty_axes: 1 };
  return [
    { op, name: 'asked to do nothing', inputs: [input(2, 3), ints([])], attributes: doNothing, opsets: [18, 26] },
    { op, name: 'no axes', inputs: [input(2, 3), ints([])], opsets: [18, 26] },
    { op, name: 'a scalar', inputs: [input()], opsets: [18, 26] },
    { op, name: 'rows of nothing kept', inputs: [input(0, 3), ints([1])], opsets: [18, 26] },
  ].map((gradientCase) => ({ ...gradientCase, ...more }));
}

export const reductionCases: readonly GradientCase[] = [
  ...reductions('ReduceSum', signed),
  ...reductions('ReduceMean', signed),
  ...reductions('ReduceMax', (...shape) => distinct(0.3, ...shape)),
  ...reductions('ReduceMin', (...shape) => distinct(0.3, ...shape)),
  ...reductions('ReduceProd', signed, { dtype: 'float32', step: 0.02 }),
  ...reductions('ReduceL1', signed, { dtype: 'float32' }),
  ...reductions('ReduceL2', signed, { dtype: 'float32' }),
  ...reductions('ReduceSumSquare', signed),
  ...reductions('ReduceLogSum', (...shape) => between(0.5, 2, ...shape), { dtype: 'float32' }),
  ...reductions('ReduceLogSumExp', signed),
  {
    op: 'ReduceSum',
    name: 'no axes, asked to do nothing',
    inputs: [signed(2, 3)],
    attributes: { noop_with_empty_axes: 1 },
  },
  { op: 'CumSum', name: 'forward', inputs: [signed(2, 4), ints([1], [])] },
  {
    op: 'CumSum',
    name: 'reverse, exclusive',
    inputs: [signed(2, 4), ints([0], [])],
    attributes: { reverse: 1, exclusive: 1 },
  },
  ...computed('ReduceSum', signed(2, 3, 2)),
  ...computed('ReduceMean', signed(2, 3, 2)),
  ...computed('ReduceMax', distinct(0.3, 2, 3, 2)),
  ...computed('ReduceMin', distinct(0.3, 2, 3, 2)),
  ...computed('ReduceProd', signed(2, 3, 2), { dtype: 'float32', step: 0.02 }),
  ...computed('ReduceL1', signed(2, 3, 2), { dtype: 'float32' }),
  ...computed('ReduceL2', signed(2, 3, 2), { dtype: 'float32' }),
  ...computed('ReduceSumSquare', signed(2, 3, 2)),
  ...computed('ReduceLogSum', between(0.5, 2, 2, 3, 2), { dtype: 'float32' }),
  ...computed('ReduceLogSumExp', signed(2, 3, 2)),
  ...edgeCases('ReduceSum', signed),
  ...edgeCases('ReduceMean', signed),
  ...edgeCases('ReduceMax', (...shape) => distinct(0.3, ...shape)),
  ...edgeCases('ReduceProd', signed, { dtype: 'float32', step: 0.02 }),
  ...edgeCases('ReduceL1', signed, { dtype: 'float32' }),
  ...edgeCases('ReduceL2', signed, { dtype: 'float32' }),
  ...edgeCases('ReduceSumSquare', signed),
  ...edgeCases('ReduceLogSum', (...shape) => between(0.5, 2, ...shape), { dtype: 'float32' }),
  ...edgeCases('ReduceLogSumExp', signed),
  {
    op: 'ReduceProd',
    name: 'one zero, two zeros, none',
    inputs: [given([2, 0, 3, 0, 4, 0, 1.5, -2, 0.5], 3, 3), ints([1])],
    opsets: [18, 26],
    dtype: 'float32',
    step: 0.5,
  },
  {
    op: 'ReduceLogSumExp',
    name: 'large values',
    inputs: [given([1000, 1001, 999.5, -1000, -1000.5, -999], 2, 3), ints([1])],
    opsets: [18, 26],
  },
  {
    op: 'CumSum',
    name: 'computed axis from the end',
    inputs: [signed(2, 4), computedInts([-1], [])],
    opsets: [14, 26],
  },
  { op: 'CumSum', name: 'exclusive', inputs: [signed(2, 4), ints([1], [])], attributes: { exclusive: 1 } },
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].flatMap((reverse): GradientCase[] => [
      {
        op: 'CumProd',
        name: `exclusive ${exclusive}, reverse ${reverse}`,
        inputs: [signed(2, 4), ints([1], [])],
        attributes: { exclusive, reverse },
        opsets: [26],
      },
      {
        op: 'CumProd',
        name: `one zero and two, exclusive ${exclusive}, reverse ${reverse}`,
        inputs: [given([2, 0, 3, 0.5, 0, 4, 0, 1.5, -2, 0.5, 1.5, 0], 3, 4), computedInts([-1], [])],
        attributes: { exclusive, reverse },
        opsets: [26],
      },
    ]),
  ),
];
