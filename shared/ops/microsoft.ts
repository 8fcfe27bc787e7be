/** Operators of onnxruntime's own domain that are put together from standard ones, or stand for one. */
import { normalizeAxis } from '#shared/core/shape.ts';
import type { AttributeValue } from '#shared/ir/builder.ts';
import { decomposition, rule, stop, type Contribution, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';
import { activated, isKnownActivation } from '#shared/ops/microsoft-fused.ts';

const activation = (node: { string: Emitter['string'] }): string => node.string('activation', '');

const strangeActivation = (node: { string: Emitter['string'] }): string | undefined =>
  isKnownActivation(activation(node)) ? undefined : `its activation “${activation(node)}” is not known.`;

/** The node's own attributes but some, for an operator that takes the rest. */
function attributesWithout(l: LoweringContext, ...names: string[]): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(l.node.attributes).filter(([name]) => !names.includes(name)));
}

/** act(conv(x, w) + b + z) */
function fusedConvolution(l: LoweringContext): string[] {
  const inputs = l.node.inputs.slice(0, 3);
  const product = l.builder.op('Conv', inputs, attributesWithout(l, 'activation', 'activation_params'));
  const sum = l.hasInput(3) ? l.add(product, l.input(3)) : product;
  return [activated(l, activation(l), sum, l.floats('activation_params') ?? [])];
}

/** act(α · A' · B' + β · C) */
function fusedGemm(l: LoweringContext): string[] {
  const own = ['activation', 'activation_alpha', 'activation_beta', 'activation_gamma'];
  const product = l.builder.op('Gemm', [...l.node.inputs], attributesWithout(l, ...own));
  const parameters = own.slice(1).flatMap((name) => (l.node.attributes[name] ? [l.float(name, 0)] : []));
  return [activated(l, activation(l), product, parameters)];
}

/** X⁻¹: dX = −Yᵀ · dY · Yᵀ */
function inverseGradient(g: GradientContext): string {
  const axes = g.outputShape(0).map((_, axis) => axis);
  const swapped = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  const transposed = g.builder.transpose(g.y, swapped);
  return g.neg(g.builder.op('MatMul', [g.builder.op('MatMul', [transposed, g.dy]), transposed]));
}

/**
 * Distances between rows, c = ‖a − b‖² or its root. With s = 2·dc, or dc / c (0 where rows are equal):
 * da = rowSum(s) ∘ a − s·b and db = columnSum(s)ᵀ ∘ b − sᵀ·a.
 */
function distanceGradient(g: GradientContext): readonly Contribution[] {
  const [a, b] = [g.input(0), g.input(1)];
  const apart = g.builder.op('Greater', [g.y, g.scalar(0)]);
  const slope =
    g.string('metric', 'sqeuclidean') === 'euclidean'
      ? g.builder.op('Where', [apart, g.div(g.dy, g.builder.op('Where', [apart, g.y, g.scalar(1)])), g.scalar(0)])
      : g.scale(g.dy, 2);
  const turned = (): string => g.builder.transpose(slope, [1, 0]);
  return [
    g.when(0, () => g.sub(g.mul(g.sum(slope, [1], true), a), g.builder.op('MatMul', [slope, b]))),
    g.when(1, () => {
      const weights = g.builder.transpose(g.sum(slope, [0], true), [1, 0]);
      return g.sub(g.mul(weights, b), g.builder.op('MatMul', [turned(), a]));
    }),
  ];
}

/** x / √(mean of x² over the last axis + ε) */
function rootMeanSquareNormalized(l: LoweringContext, value: string, epsilon: number, rank: number): string {
  const square = l.builder.reduce('ReduceMean', l.mul(value, value), [rank - 1], true);
  return l.div(value, l.unary('Sqrt', l.shift(square, epsilon)));
}

const silu = (l: LoweringContext, value: string): string => l.mul(value, l.unary('Sigmoid', value));

/** rms(x) · scale · silu(gate), over groups as long as the scale. */
function gatedNormalization(l: LoweringContext): string[] {
  const shape = l.inputShape(0);
  const [length] = l.inputShape(1) as [number];
  const grouped = [...shape.slice(0, -1), (shape.at(-1) as number) / length, length];
  const normal = rootMeanSquareNormalized(l, l.builder.reshape(l.x, grouped), l.float('epsilon', 1e-5), grouped.length);
  return [l.mul(l.builder.reshape(l.mul(normal, l.input(1)), shape), silu(l, l.input(2)))];
}

/** σ(sign(d) · √max(|d|, 10⁻⁶)) · value with d = Σ rms(key) · rms(query) / √width */
function engramGate(l: LoweringContext): string[] {
  const [batch, length, , width] = l.inputShape(0) as [number, number, number, number];
  const normal = (input: number, scale: number): string =>
    l.mul(rootMeanSquareNormalized(l, l.input(input), l.float('epsilon', 1e-5), 4), l.input(scale));
  const dot = l.scale(l.sum(l.mul(normal(0, 3), normal(1, 4)), [3], true), 1 / Math.sqrt(width));
  const root = l.unary('Sqrt', l.builder.op('Max', [l.unary('Abs', dot), l.scalar(1e-6)]));
  const gate = l.unary('Sigmoid', l.mul(l.unary('Sign', dot), root));
  return [l.mul(gate, l.builder.reshape(l.input(2), [batch, length, 1, width]))];
}

/** A depthwise convolution that looks back only: the state, or zeros, stands before the sequence. */
function causalConvolution(l: LoweringContext): string[] {
  const [batch, channels] = l.inputShape(0) as [number, number];
  const dilation = l.int('dilation', 1);
  const before = ((l.inputShape(1)[2] as number) - 1) * dilation;
  const past = l.hasInput(3) ? l.input(3) : l.zeros([batch, channels, before]);
  const whole = l.builder.op('Concat', [past, l.x], { axis: 2 });
  const inputs = [whole, l.input(1), ...(l.hasInput(2) ? [l.input(2)] : [])];
  const product = l.builder.op('Conv', inputs, { group: channels, dilations: [dilation] });
  const output = l.string('activation', 'none') === 'none' ? product : silu(l, product);
  const end = before + (l.inputShape(0)[2] as number);
  return [output, l.builder.slice(whole, [2], [end - before], [end])];
}

/** Every window of `size` along an axis, `step` apart, as a last axis. */
function unfold(l: LoweringContext): string[] {
  const shape = l.inputShape(0);
  const axis = normalizeAxis(l.int('dim', -1), shape.length);
  const [size, step] = [l.int('size', 1), l.int('step', 1)];
  const windows = Math.floor(((shape[axis] as number) - size) / step) + 1;
  const places = Array.from({ length: windows * size }, (_, index) => Math.floor(index / size) * step + (index % size));
  const indices = l.builder.constant('int64', [windows, size], places);
  const gathered = l.builder.op('Gather', [l.x, indices], { axis });
  const axes = Array.from({ length: shape.length + 1 }, (_, index) => index).filter((index) => index !== axis + 1);
  return [l.builder.transpose(gathered, [...axes, axis + 1])];
}

export const microsoft = {
  'com.microsoft.CausalConvWithState': decomposition(causalConvolution, {
    refuses: (node) =>
      node.int('ndim', 1) !== 1 || node.int('channels_last', 0) || node.int('state_window', 0)
        ? 'only sequences with channels first and a state of one position can be trained through.'
        : undefined,
  }),
  'com.microsoft.CDist': rule(distanceGradient),
  'com.microsoft.ConvTransposeWithDynamicPads': decomposition(
    (l) => {
      const inputs = [l.input(0), l.input(1), ...(l.hasInput(3) ? [l.input(3)] : [])];
      const pads = l.hasInput(2) ? { pads: l.constant(2) as number[] } : {};
      return [l.builder.op('ConvTranspose', inputs, { ...attributesWithout(l), ...pads })];
    },
    {
      stops: [2],
      refuses: (node) => (node.isComputed(2) ? 'its padding is computed while running.' : undefined),
    },
  ),
  'com.microsoft.EngramGate': decomposition(engramGate),
  'com.microsoft.ExpandDims': decomposition((l) => [l.builder.reshape(l.x, l.outputShape(0))], { stops: [1] }),
  'com.microsoft.FusedConv': decomposition(fusedConvolution, { refuses: strangeActivation }),
  'com.microsoft.FusedGemm': decomposition(fusedGemm, { refuses: strangeActivation }),
  'com.microsoft.GatedAdd': decomposition((l) => [l.add(l.x, l.mul(l.input(1), l.input(2)))]),
  'com.microsoft.GatedRMSNorm': decomposition(gatedNormalization),
  'com.microsoft.GatherND': decomposition(
    (l) => [l.builder.op('GatherND', [l.x, l.builder.cast(l.input(1), 'int64')])],
    { stops: [1] },
  ),
  // The standard operator, whose interpolations got other names in operator set 20.
  'com.microsoft.GridSample': decomposition((l) => {
    const mode = l.string('mode', 'bilinear');
    const renamed = { bilinear: 'linear', bicubic: 'cubic' }[mode] ?? mode;
    const attributes = { ...attributesWithout(l), mode: l.builder.opset >= 20 ? renamed : mode };
    return [l.builder.op('GridSample', [l.x, l.input(1)], attributes)];
  }),
  'com.microsoft.Inverse': rule((g) => [g.when(0, () => inverseGradient(g))]),
  // decay = softplus(a + bias) · scale, beta = σ(b)
  'com.microsoft.LinearAttentionGate': decomposition((l) => {
    const decay = l.mul(l.unary('Softplus', l.add(l.x, l.input(1))), l.input(2));
    return l.hasInput(3) ? [decay, l.unary('Sigmoid', l.input(3))] : [decay];
  }),
  'com.microsoft.Pad': decomposition(
    (l) => {
      const pads = l.builder.ints(l.constant(1) as number[]);
      const value = l.hasInput(2) ? [l.builder.reshape(l.input(2), [])] : [];
      return [l.builder.op('Pad', [l.x, pads, ...value], attributesWithout(l))];
    },
    { stops: [1], refuses: (node) => (node.isComputed(1) ? 'its padding is computed while running.' : undefined) },
  ),
  'com.microsoft.Range': stop('depends on sizes only'),
  'com.microsoft.SampleOp': decomposition((l) => [l.x]),
  'com.microsoft.Trilu': decomposition(
    (l) => [l.builder.op('Trilu', l.node.inputs.filter(Boolean), attributesWithout(l))],
    { stops: [1] },
  ),
  'com.microsoft.UnfoldTensor': decomposition(unfold),
} as const satisfies Family;
