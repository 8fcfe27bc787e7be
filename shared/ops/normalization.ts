/** Normalization layers. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { decomposition, refused, rule, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';

/** A per-channel vector [C] as [C, 1, …], to broadcast over [N, C, …]. */
function perChannel(g: Emitter, value: string): string {
  const [, channels] = g.inputShape(0) as [number, number];
  return g.builder.reshape(value, [
    channels,
    ...g
      .inputShape(0)
      .slice(2)
      .map(() => 1),
  ]);
}

/** All axes but the channel's. */
function aroundChannel(g: Emitter): number[] {
  return g
    .inputShape(0)
    .map((_, axis) => axis)
    .filter((axis) => axis !== 1);
}

/**
 * With fixed statistics, y = (x − mean) · r · scale + bias, r = 1 / √(variance + ε):
 * dx = dy · scale · r, dscale = r · Σ dy·(x − mean), dbias = Σ dy,
 * dmean = −scale · r · Σ dy, dvariance = −½ · scale · r³ · Σ dy·(x − mean).
 */
function batchNormalizationGradient(g: GradientContext): readonly (string | undefined)[] {
  const [scale, mean, variance] = [g.input(1), g.input(3), g.input(4)];
  const r = g.div(g.scalar(1), g.unary('Sqrt', g.shift(variance, g.float('epsilon', 1e-5))));
  const axes = aroundChannel(g);
  let sums: string | undefined;
  let products: string | undefined;
  const sumOfDy = (): string => (sums ??= g.sum(g.dy, axes, false));
  const sumOfProducts = (): string => (products ??= g.sum(g.mul(g.dy, g.sub(g.x, perChannel(g, mean))), axes, false));
  return [
    g.when(0, () => g.mul(g.dy, perChannel(g, g.mul(scale, r)))),
    g.when(1, () => g.mul(sumOfProducts(), r)),
    g.when(2, sumOfDy),
    g.when(3, () => g.neg(g.mul(sumOfDy(), g.mul(scale, r)))),
    g.when(4, () => g.scale(g.mul(sumOfProducts(), g.mul(scale, g.mul(r, g.mul(r, r)))), -0.5)),
  ];
}

/** Axes from `axis` to the last. */
function trailingAxes(g: Emitter, axis: number): number[] {
  const rank = g.inputShape(0).length;
  const first = normalizeAxis(axis, rank);
  return Array.from({ length: rank - first }, (_, index) => first + index);
}

const mean = (g: Emitter, value: string, axes: readonly number[]): string =>
  g.builder.reduce('ReduceMean', value, axes, true);

/**
 * y = n · scale + bias with n = (x − μ) · r, r = 1 / √(σ² + ε) over the trailing axes. With dn = dy · scale,
 * dx = r · (dn − mean(dn) − n · mean(dn · n)); dscale = dy · n and dbias = dy, summed by the walker.
 */
function layerNormalizationGradient(g: GradientContext) {
  const axes = trailingAxes(g, g.int('axis', -1));
  const centred = g.sub(g.x, mean(g, g.x, axes));
  const variance = mean(g, g.mul(centred, centred), axes);
  const r = g.div(g.scalar(1), g.unary('Sqrt', g.shift(variance, g.float('epsilon', 1e-5))));
  const n = g.mul(centred, r);
  const dx = (): string => {
    const dn = g.mul(g.dy, g.input(1));
    const swing = g.mul(n, mean(g, g.mul(dn, n), axes));
    return g.mul(r, g.sub(g.sub(dn, mean(g, dn, axes)), swing));
  };
  const unreduced = (value: string) => ({ value, shape: g.outputShape(0) });
  return [g.when(0, dx), g.needs(1) ? unreduced(g.mul(g.dy, n)) : undefined, g.needs(2) ? unreduced(g.dy) : undefined];
}

/**
 * y = x / n with n = ‖x‖ₚ along one axis, p = 1 or 2: dx = (dy − s · Σ dy·y) / n, where s is y for p = 2 and the sign of x
 * for p = 1. A vector of zeros stays zero, as in the kernel, and gets no gradient.
 */
function lpNormalizationGradient(g: GradientContext): string {
  const axes = [normalizeAxis(g.int('axis', -1), g.inputShape(0).length)];
  const first = g.int('p', 2) === 1;
  const norm = first ? g.sum(g.unary('Abs', g.x), axes, true) : g.unary('Sqrt', g.sum(g.mul(g.x, g.x), axes, true));
  const swing = g.mul(first ? g.unary('Sign', g.x) : g.y, g.sum(g.mul(g.dy, g.y), axes, true));
  const positive = g.builder.op('Greater', [norm, g.scalar(0)]);
  return g.builder.op('Where', [positive, g.div(g.sub(g.dy, swing), norm), g.scalar(0)]);
}

/** (x − mean) / √(variance + ε) over `axes`. */
function standardized(l: LoweringContext, value: string, axes: readonly number[], epsilon: number): string {
  const centred = l.sub(value, mean(l, value, axes));
  const variance = mean(l, l.mul(centred, centred), axes);
  return l.div(centred, l.unary('Sqrt', l.shift(variance, epsilon)));
}

export const normalization = {
  BatchNormalization: rule(batchNormalizationGradient, {
    refuses: (node) =>
      node.int('training_mode', 0)
        ? 'it computes batch statistics (training_mode = 1); export the model in inference mode.'
        : undefined,
  }),
  LayerNormalization: rule(layerNormalizationGradient, {
    refuses: (node) => (node.hasOutput(1) || node.hasOutput(2) ? 'its statistics are used as outputs.' : undefined),
  }),
  InstanceNormalization: decomposition((l) => {
    const axes = trailingAxes(l, 2);
    const scaled = l.mul(standardized(l, l.x, axes, l.float('epsilon', 1e-5)), perChannel(l, l.input(1)));
    return [l.add(scaled, perChannel(l, l.input(2)))];
  }),
  // Scale and bias are per channel since operator set 21, per group before.
  GroupNormalization: decomposition((l) => {
    const [batch, channels, ...spatial] = l.inputShape(0) as [number, number, ...number[]];
    const groups = l.int('num_groups', 1);
    const grouped = l.builder.reshape(l.x, [batch, groups, channels / groups, ...spatial]);
    const axes = [1, ...spatial.map((_, axis) => axis + 2)].map((axis) => axis + 1);
    const normal = standardized(l, grouped, axes, l.float('epsilon', 1e-5));
    const ones = spatial.map(() => 1);
    const perGroup = l.inputShape(1)[0] === groups && l.builder.opset < 21;
    const vector = perGroup ? [groups, 1, ...ones] : [groups, channels / groups, ...ones];
    const scaled = l.mul(normal, l.builder.reshape(l.input(1), vector));
    return [l.builder.reshape(l.add(scaled, l.builder.reshape(l.input(2), vector)), l.inputShape(0))];
  }),
  // y = x / √(mean(x²) + ε) · scale
  RMSNormalization: decomposition((l) => {
    const axes = trailingAxes(l, l.int('axis', -1));
    const square = l.shift(mean(l, l.mul(l.x, l.x), axes), l.float('epsilon', 1e-5));
    return [l.mul(l.div(l.x, l.unary('Sqrt', square)), l.input(1))];
  }),
  SimplifiedLayerNormalization: decomposition((l) => {
    const axes = trailingAxes(l, l.int('axis', -1));
    const square = l.shift(mean(l, l.mul(l.x, l.x), axes), l.float('epsilon', 1e-5));
    return [l.mul(l.div(l.x, l.unary('Sqrt', square)), l.input(1))];
  }),
  MeanVarianceNormalization: decomposition((l) => [standardized(l, l.x, l.ints('axes') ?? [0, 2, 3], 0)]),
  LpNormalization: rule((g) => [g.when(0, () => lpNormalizationGradient(g))]),
  // y = x / (bias + alpha · mean of x² over neighbouring channels)^beta, channels beyond the edges counting as zero
  LRN: decomposition((l) => {
    const [batch, channels, ...spatial] = l.inputShape(0) as [number, number, ...number[]];
    const size = l.int('size', 1);
    const square = l.builder.reshape(l.mul(l.x, l.x), [batch, 1, channels, elementCount(spatial)]);
    const around = l.builder.op('AveragePool', [square], {
      kernel_shape: [size, 1],
      pads: [Math.floor((size - 1) / 2), 0, Math.ceil((size - 1) / 2), 0],
      count_include_pad: 1,
    });
    const base = l.shift(
      l.scale(l.builder.reshape(around, l.inputShape(0)), l.float('alpha', 1e-4)),
      l.float('bias', 1),
    );
    return [l.div(l.x, l.pow(base, l.float('beta', 0.75)))];
  }),
  // Layer normalization of x + skip (+ bias); the fourth output is that sum.
  'com.microsoft.SkipLayerNormalization': decomposition(
    (l) => {
      const plain = l.add(l.x, l.input(1));
      const sum = l.hasInput(4) ? l.add(plain, l.input(4)) : plain;
      const scaled = l.mul(standardized(l, sum, trailingAxes(l, -1), l.float('epsilon', 1e-12)), l.input(2));
      const normal = l.hasInput(3) ? l.add(scaled, l.input(3)) : scaled;
      return [normal, normal, normal, sum];
    },
    {
      refuses: (node) => (node.hasOutput(1) || node.hasOutput(2) ? 'its statistics are used as outputs.' : undefined),
    },
  ),
  'com.microsoft.SkipSimplifiedLayerNormalization': refused(),
} as const satisfies Family;
