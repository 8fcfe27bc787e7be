import type { OperatorName } from '#shared/ops/names.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

const plain = (op: OperatorName, input: InputSpec, more: Partial<GradientCase> = {}): GradientCase => ({
  op,
  name: 'plain',
  inputs: [input],
  ...more,
});
const single = { dtype: 'float32' } as const;

export const functionCases: readonly GradientCase[] = [
  plain('Neg', signed(2, 3)),
  plain('Abs', signed(2, 3)),
  plain('Exp', signed(2, 3)),
  plain('Log', between(0.4, 2, 2, 3)),
  plain('Sqrt', between(0.4, 2, 2, 3)),
  plain('Reciprocal', between(0.5, 2, 2, 3)),
  plain('Erf', signed(2, 3), single),
  plain('Sin', signed(2, 3)),
  plain('Cos', signed(2, 3), single),
  plain('Tan', between(-0.8, 0.8, 2, 3), single),
  plain('Asin', between(-0.6, 0.6, 2, 3), single),
  plain('Acos', between(-0.6, 0.6, 2, 3), single),
  plain('Atan', signed(2, 3), single),
  plain('Sinh', signed(2, 3), single),
  plain('Cosh', signed(2, 3), single),
  plain('Tanh', signed(2, 3)),
  plain('Asinh', signed(2, 3), single),
  plain('Acosh', between(1.6, 3, 2, 3), single),
  plain('Atanh', between(-0.6, 0.6, 2, 3), single),
];
