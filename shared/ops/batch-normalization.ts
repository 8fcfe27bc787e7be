import { elementCount } from '#shared/core/shape.ts';
import { rule, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

type Gradients = readonly (string | undefined)[];

/** A per-channel vector [C] as [C, 1, …], to broadcast over [N, C, …]; without a channel axis there is one channel. */
function perChannel(g: GradientContext, value: string): string {
  const spatial = g.inputShape(0).slice(2);
  return spatial.length === 0 ? value : g.builder.reshape(value, [...g.inputShape(1), ...spatial.map(() => 1)]);
}

/** Sum over all axes but the channel's, as a vector [C]. */
function channelSum(g: GradientContext, value: string): string {
  const shape = g.inputShape(0);
  if (shape.length === 1) return g.sum(value, [0], true);
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return g.sum(value, axes, false);
}

const inverseDeviation = (g: GradientContext, variance: string): string =>
  g.div(g.scalar(1), g.unary('Sqrt', g.shift(variance, g.float('epsilon', 1e-5))));

/**
 * With fixed statistics, y = (x − mean) · r · scale + bias, r = 1 / √(variance + ε):
 * dx = dy · scale · r, dscale = r · Σ dy·(x − mean), dbias = Σ dy,
 * dmean = −scale · r · Σ dy, dvariance = −½ · scale · r³ · Σ dy·(x − mean).
 */
function frozenGradient(g: GradientContext): Gradients {
  const [scale, mean, variance] = [g.input(1), g.input(3), g.input(4)];
  const r = inverseDeviation(g, variance);
  let sums: string | undefined;
  let products: string | undefined;
  const sumOfDy = (): string => (sums ??= channelSum(g, g.dy));
  const sumOfProducts = (): string => (products ??= channelSum(g, g.mul(g.dy, g.sub(g.x, perChannel(g, mean)))));
  return [
    g.when(0, () => g.mul(g.dy, perChannel(g, g.mul(scale, r)))),
    g.when(1, () => g.mul(sumOfProducts(), r)),
    g.when(2, sumOfDy),
    g.when(3, () => g.neg(g.mul(sumOfDy(), g.mul(scale, r)))),
    g.when(4, () => g.scale(g.mul(sumOfProducts(), g.mul(scale, g.mul(r, g.mul(r, r)))), -0.5)),
  ];
}

/**
 * With the statistics of the batch, μ = mean(x) and σ² = mean((x − μ)²) over all but the channel, y = n · scale + bias,
 * n = (x − μ) · r, r = 1 / √(σ² + ε), and running statistic = m · input + (1 − m) · that of the batch:
 * dx = scale · r · (dy − mean(dy) − n · mean(dy·n)) + (1 − m) · (drunningMean + 2 · (x − μ) · drunningVariance) / N,
 * dscale = Σ dy·n, dbias = Σ dy, dinput = m · drunning.
 */
function trainingGradient(g: GradientContext): Gradients {
  const count = elementCount(g.inputShape(0)) / elementCount(g.inputShape(1));
  const momentum = g.float('momentum', 0.9);
  const channelMean = (value: string): string => g.scale(channelSum(g, value), 1 / count);
  const centred = g.sub(g.x, perChannel(g, channelMean(g.x)));
  const r = inverseDeviation(g, channelMean(g.mul(centred, centred)));
  const n = g.mul(centred, perChannel(g, r));
  const sumOfDy = channelSum(g, g.dy);
  const sumOfProducts = channelSum(g, g.mul(g.dy, n));
  const throughStatistics = (): string[] => {
    const share = (index: number): string => perChannel(g, g.scale(g.cotangent(index), (1 - momentum) / count));
    return [...(g.reaches(1) ? [share(1)] : []), ...(g.reaches(2) ? [g.mul(share(2), g.scale(centred, 2))] : [])];
  };
  const dx = (): string => {
    const swing = g.mul(n, perChannel(g, g.scale(sumOfProducts, 1 / count)));
    const level = g.sub(g.sub(g.dy, perChannel(g, g.scale(sumOfDy, 1 / count))), swing);
    const throughY = g.mul(level, perChannel(g, g.mul(g.input(1), r)));
    return throughStatistics().reduce((sum, part) => g.add(sum, part), throughY);
  };
  return [
    g.when(0, dx),
    g.when(1, () => sumOfProducts),
    g.when(2, () => sumOfDy),
    g.reaches(1) ? g.when(3, () => g.scale(g.cotangent(1), momentum)) : undefined,
    g.reaches(2) ? g.when(4, () => g.scale(g.cotangent(2), momentum)) : undefined,
  ];
}

export const batchNormalization = {
  BatchNormalization: rule((g) => (g.int('training_mode', 0) ? trainingGradient(g) : frozenGradient(g))),
} as const satisfies Family;
