/** Normalization layers. */
import { elementCount, normalizeAxis } from '#shared/core/shape.ts';
import { batchNormalization } from '#shared/ops/batch-normalization.ts';
import { decomposition, rule, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { layerNormalization } from '#shared/ops/layer-normalization.ts';
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

/** Axes from `axis` to the last. */
function trailingAxes(g: Emitter, axis: number): number[] {
  const rank = g.inputShape(0).length;
  const first = normalizeAxis(axis, rank);
  return Array.from({ length: rank - first }, (_, index) => first + index);
}

const mean = (g: Emitter, value: string, axes: readonly number[]): string =>
  g.builder.reduce('ReduceMean', value, axes, true);

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
  ...batchNormalization,
  ...layerNormalization,
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
} as const satisfies Family;
