import type { OperatorName } from '#shared/ops/names.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, distinct, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

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
];
