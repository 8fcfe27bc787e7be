import { float, type AttributeValue } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { fusedConvolution, fusedProduct, type FusedActivation } from '#test/gradcheck/references/fused.ts';
import { absent, between, computedInts, distinct, fixed, given, ints, signed } from '#test/gradcheck/inputs.ts';

/** So short that no value crosses a kink. */
const short = { step: 1e-5 } as const;
const rewritten = { oracle: 'decomposition' } as const;

const single = { dtype: 'float32' } as const;

const floats = (...value: number[]): AttributeValue => ({ type: 'floats', value });

/** Each side of every activation's kinks. */
const spread = distinct(0.31, 2, 3, 4, 4);
const kernel = between(-0.5, 0.5, 2, 3, 3, 3);

/** Activations with the parameters that FusedConv takes in one list. */
const convolved: readonly FusedActivation[] = [
  ['Relu'],
  ['Tanh'],
  ['Sigmoid'],
  ['LeakyRelu', 0.2],
  ['HardSigmoid', 0.3, 0.4],
  ['Clip', -1, 2],
];

const fusedConvolutions = convolved.map(([activation, ...parameters]): GradientCase => ({
  op: 'com.microsoft.FusedConv',
  name: activation,
  inputs: [spread, kernel, signed(2)],
  attributes: {
    activation,
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    ...(parameters.length > 0 ? { activation_params: floats(...parameters) } : {}),
  },
  oracle: fusedConvolution([activation, ...parameters], { pad: 1 }),
  ...short,
}));

/** Activations with the parameters that FusedGemm takes one by one. */
const multiplied: readonly FusedActivation[] = [
  ['Relu'],
  ['Tanh'],
  ['Sigmoid'],
  ['Softplus'],
  ['Softsign'],
  ['LeakyRelu', 0.2],
  ['Elu', 1.5],
  ['HardSigmoid', 0.3, 0.4],
  ['ThresholdedRelu', 0.3],
  ['ScaledTanh', 1.5, 0.7],
  ['ParametricSoftplus', 1.5, 0.7],
];

const fusedProducts = multiplied.map(([activation, alpha, beta]): GradientCase => ({
  op: 'com.microsoft.FusedGemm',
  name: activation,
  inputs: [signed(3, 4), signed(4, 2), signed(2)],
  attributes: {
    activation,
    ...(alpha === undefined ? {} : { activation_alpha: float(alpha) }),
    ...(beta === undefined ? {} : { activation_beta: float(beta) }),
  },
  oracle: fusedProduct(alpha === undefined ? [activation] : [activation, alpha, beta ?? 0]),
  ...short,
}));

export const microsoftCases: readonly GradientCase[] = [
  ...fusedConvolutions,
  {
    op: 'com.microsoft.FusedConv',
    name: 'with a sum, strided and grouped',
    inputs: [spread, between(-0.5, 0.5, 3, 1, 3, 3), signed(3), signed(2, 3, 2, 2)],
    attributes: { activation: 'Relu', kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], group: 3 },
    oracle: fusedConvolution(['Relu'], { pad: 1, stride: 2, group: 3 }),
    ...short,
  },
  {
    op: 'com.microsoft.FusedConv',
    name: 'a sum without bias',
    inputs: [spread, kernel, absent, signed(2, 2, 2, 2)],
    attributes: { activation: 'Relu', kernel_shape: [3, 3] },
    oracle: fusedConvolution(['Relu'], {}),
    ...short,
  },
  ...fusedProducts,
  {
    op: 'com.microsoft.FusedGemm',
    name: 'transposed and scaled',
    inputs: [signed(4, 3), signed(2, 4), signed(3, 1)],
    attributes: { activation: 'Tanh', transA: 1, transB: 1, alpha: 0.5, beta: 1.5 },
    ...rewritten,
  },
  {
    op: 'com.microsoft.FusedGemm',
    name: 'without bias',
    inputs: [signed(3, 4), signed(4, 2)],
    attributes: { activation: 'Relu' },
    ...rewritten,
  },
  {
    op: 'com.microsoft.CDist',
    name: 'squared',
    inputs: [signed(3, 4), signed(2, 4)],
    attributes: { metric: 'sqeuclidean' },
  },
  {
    op: 'com.microsoft.CDist',
    name: 'plain',
    inputs: [signed(3, 4), signed(2, 4)],
    attributes: { metric: 'euclidean' },
  },
  {
    op: 'com.microsoft.Inverse',
    name: 'one matrix',
    inputs: [given([2, 0.3, -0.4, 0.5, 1.5, 0.2, -0.1, 0.4, 1.8], 3, 3)],
  },
  { op: 'com.microsoft.Inverse', name: 'a batch', inputs: [given([2, 0.3, 0.5, 1.5, 1, -0.4, 0.6, 2.5], 2, 2, 2)] },
  {
    op: 'com.microsoft.ExpandDims',
    name: 'in the middle',
    inputs: [signed(2, 3), ints([1], [], 'int32')],
    ...rewritten,
  },
  {
    op: 'com.microsoft.ExpandDims',
    name: 'from the end',
    inputs: [signed(2, 3), ints([-1], [], 'int32')],
    ...rewritten,
  },
  {
    op: 'com.microsoft.GatherND',
    name: 'rows',
    inputs: [signed(3, 4), ints([2, 0, 2], [3, 1], 'int32')],
    opsets: [17, 21],
  },
  {
    op: 'com.microsoft.GatherND',
    name: 'computed elements',
    inputs: [signed(3, 4), computedInts([2, 0, 1, 3], [2, 2])],
    opsets: [17, 21],
  },
  { op: 'com.microsoft.Trilu', name: 'upper', inputs: [signed(2, 3, 4)], opsets: [14, 21] },
  {
    op: 'com.microsoft.Trilu',
    name: 'lower, shifted',
    inputs: [signed(3, 4), ints([1], [])],
    attributes: { upper: 0 },
    opsets: [14, 21],
  },
  { op: 'com.microsoft.Pad', name: 'constant', inputs: [signed(2, 3), ints([0, 1, 2, 0]), fixed([0.5])], ...rewritten },
  {
    op: 'com.microsoft.Pad',
    name: 'reflected, pads as a row',
    inputs: [signed(2, 3), ints([0, 1, 0, 2], [1, 4])],
    attributes: { mode: 'reflect' },
    ...rewritten,
  },
  { op: 'com.microsoft.UnfoldTensor', name: 'last axis', inputs: [signed(2, 7)], attributes: { size: 3, step: 2 } },
  {
    op: 'com.microsoft.UnfoldTensor',
    name: 'first axis, overlapping',
    inputs: [signed(5, 2)],
    attributes: { dim: 0, size: 2, step: 1 },
  },
  { op: 'com.microsoft.SampleOp', name: 'plain', inputs: [signed(2, 3)], ...rewritten },
  {
    op: 'com.microsoft.ConvTransposeWithDynamicPads',
    // Without padding, the runtime's shape inference ends the process.
    name: 'strided',
    inputs: [signed(1, 2, 3, 3), signed(2, 3, 3, 3), ints([1, 1, 1, 1]), signed(3)],
    attributes: { strides: [2, 2] },
    ...single,
  },
  {
    op: 'com.microsoft.GatedAdd',
    name: 'plain',
    inputs: [signed(2, 3, 4), signed(2, 3, 4), signed(2, 3, 1)],
    ...rewritten,
  },
  {
    op: 'com.microsoft.GatedRMSNorm',
    name: 'one group',
    inputs: [signed(2, 3, 4), signed(4), signed(2, 3, 4)],
    ...single,
  },
  {
    op: 'com.microsoft.GatedRMSNorm',
    name: 'two heads',
    inputs: [signed(2, 3, 8), signed(4), signed(2, 3, 8)],
    attributes: { epsilon: 0.01 },
    ...single,
  },
  {
    op: 'com.microsoft.LinearAttentionGate',
    name: 'decay',
    inputs: [signed(2, 3, 4), signed(4), signed(4)],
    ...single,
  },
  {
    op: 'com.microsoft.LinearAttentionGate',
    name: 'decay and rate',
    inputs: [signed(2, 3, 4), signed(4), signed(4), signed(2, 3, 4)],
    outputs: 2,
    ...single,
  },
  {
    op: 'com.microsoft.EngramGate',
    name: 'two connections',
    inputs: [signed(2, 3, 2, 4), signed(2, 3, 2, 4), signed(2, 3, 4), signed(2, 4), signed(2, 4)],
    attributes: { epsilon: float(0.01) },
    ...rewritten,
  },
  {
    op: 'com.microsoft.CausalConvWithState',
    name: 'from nothing',
    inputs: [signed(2, 3, 5), signed(3, 1, 3)],
    outputs: 2,
    ...single,
  },
  {
    op: 'com.microsoft.CausalConvWithState',
    name: 'bias, state, dilation, activation',
    inputs: [signed(2, 3, 5), signed(3, 1, 3), signed(3), signed(2, 3, 4)],
    attributes: { dilation: 2, activation: 'silu' },
    outputs: 2,
    ...single,
  },
  ...(['bilinear', 'bicubic'] as const).map((mode): GradientCase => ({
    op: 'com.microsoft.GridSample',
    name: mode,
    inputs: [signed(1, 2, 3, 4), given([-0.67, -0.5, 0, 0.5, 0.67, -0.5, 0.6, 0.4, -0.6, 0.6, 0.1, -0.4], 1, 2, 3, 2)],
    attributes: { mode, padding_mode: 'border', align_corners: 1 },
    opsets: [17, 21],
    ...single,
    step: 0.01,
  })),
  { op: 'MemcpyFromHost', name: 'plain', inputs: [signed(2, 3)] },
  { op: 'MemcpyToHost', name: 'plain', inputs: [signed(2, 3)] },
];
