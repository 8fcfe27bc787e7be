import { float } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, between, fixed, given, signed } from '#test/gradcheck/inputs.ts';

const single = { dtype: 'float32' } as const;
/** Each side of every piece of a piecewise function with kinks at ±3. */
const pieces = given([-4.1, -2.4, -0.6, 0.7, 2.3, 4.4], 2, 3);

export const activationCases: readonly GradientCase[] = [
  { op: 'Relu', name: 'plain', inputs: [signed(2, 3)] },
  { op: 'LeakyRelu', name: 'default slope', inputs: [signed(2, 3)], ...single },
  { op: 'LeakyRelu', name: 'own slope', inputs: [signed(2, 3)], attributes: { alpha: 0.3 }, ...single },
  { op: 'PRelu', name: 'per channel', inputs: [signed(2, 3, 2), signed(3, 1)], ...single },
  { op: 'PRelu', name: 'one slope', inputs: [signed(2, 3), signed(1)], ...single },
  { op: 'Elu', name: 'own alpha', inputs: [signed(2, 3)], attributes: { alpha: 1.5 }, ...single },
  { op: 'Selu', name: 'plain', inputs: [signed(2, 3)], ...single },
  { op: 'Celu', name: 'own alpha', inputs: [signed(2, 3)], attributes: { alpha: 1.5 }, ...single },
  { op: 'Sigmoid', name: 'plain', inputs: [signed(2, 3)] },
  { op: 'HardSigmoid', name: 'default line', inputs: [given([-3.4, -1.4, -0.2, 0.9, 1.7, 3.2], 2, 3)], ...single },
  { op: 'HardSigmoid', name: 'as in MobileNetV3', inputs: [pieces], attributes: { alpha: 1 / 6 }, ...single },
  { op: 'HardSwish', name: 'every piece', inputs: [pieces], opsets: [14, 21], ...single },
  { op: 'Softplus', name: 'plain', inputs: [given([-30, -1.2, -0.1, 0.4, 2, 30], 6)], ...single },
  { op: 'Softsign', name: 'plain', inputs: [signed(2, 3)], ...single },
  { op: 'Mish', name: 'plain', inputs: [given([-20, -1.2, -0.3, 0.4, 1.5, 20], 6)], opsets: [18, 22], ...single },
  { op: 'Gelu', name: 'exact', inputs: [signed(2, 3)], opsets: [20, 22], ...single },
  {
    op: 'Gelu',
    name: 'tanh',
    inputs: [signed(2, 3)],
    attributes: { approximate: 'tanh' },
    opsets: [20, 22],
    ...single,
  },
  { op: 'com.microsoft.Gelu', name: 'plain', inputs: [signed(2, 3)], ...single },
  { op: 'Swish', name: 'own alpha', inputs: [signed(2, 3)], attributes: { alpha: 1.3 }, opsets: [24], ...single },
  { op: 'com.microsoft.QuickGelu', name: 'plain', inputs: [signed(2, 3)], ...single },
  { op: 'com.microsoft.BiasGelu', name: 'plain', inputs: [signed(2, 3), signed(3)], ...single },
  { op: 'com.microsoft.FastGelu', name: 'without bias', inputs: [signed(2, 3)], ...single },
  { op: 'com.microsoft.FastGelu', name: 'with bias', inputs: [signed(2, 3), signed(3)], ...single },
  { op: 'ThresholdedRelu', name: 'own threshold', inputs: [signed(2, 3)], attributes: { alpha: float(0) }, ...single },
  {
    op: 'Shrink',
    name: 'both sides',
    inputs: [given([-2, -0.7, 0.2, 0.8, 3], 5)],
    attributes: { bias: 0.1, lambd: 0.5 },
    ...single,
  },
  { op: 'Clip', name: 'both limits', inputs: [pieces, fixed([-1]), fixed([1])] },
  { op: 'Clip', name: 'low only', inputs: [pieces, fixed([-1])] },
  { op: 'Clip', name: 'high only', inputs: [pieces, absent, fixed([1])] },
  { op: 'Clip', name: 'no limits', inputs: [pieces] },
  { op: 'Softmax', name: 'last axis', inputs: [signed(2, 3)] },
  { op: 'Softmax', name: 'middle axis', inputs: [signed(2, 3, 2)], attributes: { axis: 1 } },
  { op: 'LogSoftmax', name: 'last axis', inputs: [signed(2, 3)] },
  { op: 'LogSoftmax', name: 'negative axis', inputs: [signed(2, 3, 2)], attributes: { axis: -2 } },
  { op: 'Dropout', name: 'inference', inputs: [between(-1, 1, 2, 3), fixed([0.5])] },
];
