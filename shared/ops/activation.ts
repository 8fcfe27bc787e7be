/** Activation functions and the softmax family. At a kink the gradient is that of the flat side. */
import { clip } from '#shared/ops/clip.ts';
import { dropout } from '#shared/ops/dropout.ts';
import { broadcasting, decomposition, rule, stop, type Family } from '#shared/ops/entry.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import { float } from '#shared/ir/builder.ts';
import { softmaxGradient } from '#shared/ops/softmax.ts';

/** So steep that every normal positive number is above 1. */
const steepest = 3e38;

/** dy where the value is above zero, else 0. A cut-off slope gives 1 and 0 in one pass where a comparison needs two. */
function gate(g: Emitter, value: string, dy: string): string {
  const isOpen =
    g.dtype === 'float32'
      ? g.builder.op('HardSigmoid', [value], { alpha: float(steepest), beta: float(0) })
      : g.indicator('Greater', value, g.scalar(0));
  return g.mul(dy, isOpen);
}

/** One-cotangent rule for an activation of one input. */
const activate = (gradient: (g: GradientContext) => string) => rule((g) => [g.when(0, () => gradient(g))]);

/** max(x, 0) and min(x, 0) */
const positive = (g: Emitter, x: string): string => g.builder.op('Relu', [x]);
const negative = (g: Emitter, x: string): string => g.sub(x, positive(g, x));

const sigmoid = (g: Emitter, x: string): string => g.unary('Sigmoid', x);

/** ln(1 + eˣ) without overflow: max(x, 0) + ln(1 + e^(−|x|)). */
function softplus(g: Emitter, x: string): string {
  return g.add(positive(g, x), g.unary('Log', g.shift(g.unary('Exp', g.neg(g.unary('Abs', x))), 1)));
}

/** d/dx of x·Φ(x), Φ the normal distribution: Φ(x) + x·φ(x). */
function exactGeluSlope(g: Emitter, x: string): string {
  const error = g.unary('Erf', g.scale(x, Math.SQRT1_2));
  // ½·erf + ½ in one pass; what this cuts off is never reached.
  const distribution =
    g.dtype === 'float32'
      ? g.builder.op('HardSigmoid', [error], { alpha: float(0.5), beta: float(0.5) })
      : g.scale(g.shift(error, 1), 0.5);
  const density = g.unary('Exp', g.mul(x, g.scale(x, -0.5)));
  return g.add(distribution, g.scale(g.mul(x, density), 1 / Math.sqrt(2 * Math.PI)));
}

/** d/dx of x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³). */
function tanhGeluSlope(g: Emitter, x: string): string {
  const factor = Math.sqrt(2 / Math.PI);
  const squared = g.mul(x, x);
  const inner = g.scale(g.mul(x, g.shift(g.scale(squared, 0.044715), 1)), factor);
  const tanh = g.unary('Tanh', inner);
  const innerSlope = g.scale(g.shift(g.scale(squared, 3 * 0.044715), 1), factor);
  const bend = g.mul(g.mul(x, innerSlope), g.oneMinus(g.mul(tanh, tanh)));
  return g.scale(g.add(g.shift(tanh, 1), bend), 0.5);
}

/** d/dx of y = x·σ(a·x) = σ + a·y·(1 − σ) */
function swishSlope(g: GradientContext, alpha: number): string {
  const gateValue = sigmoid(g, g.scale(g.x, alpha));
  return g.add(gateValue, g.scale(g.mul(g.y, g.oneMinus(gateValue)), alpha));
}

const axisOf = (g: GradientContext): number => g.int('axis', -1);

export const activation = {
  ...clip,
  ...dropout,
  Relu: activate((g) => gate(g, g.y, g.dy)),
  // α for the negative side
  LeakyRelu: activate((g) => {
    const alpha = g.float('alpha', 0.01);
    const step = g.indicator('Greater', g.x, g.scalar(0));
    return g.mul(g.dy, g.shift(g.scale(step, 1 - alpha), alpha));
  }),
  // y = x > 0 ? x : slope · x; dslope = dy · min(x, 0)
  PRelu: broadcasting((g) => [
    g.when(0, () => {
      const above = g.builder.op('Greater', [g.x, g.scalar(0)]);
      return g.builder.op('Where', [above, g.dy, g.mul(g.dy, g.input(1))]);
    }),
    g.when(1, () => g.mul(g.dy, negative(g, g.x))),
  ]),
  // y = x > 0 ? x : α (eˣ − 1), whose slope below zero is y + α
  Elu: activate((g) => {
    const above = g.builder.op('Greater', [g.x, g.scalar(0)]);
    const below = g.shift(g.y, g.float('alpha', 1));
    return g.mul(g.dy, g.builder.op('Where', [above, g.scalar(1), below]));
  }),
  // γ · elu(x, α)
  Selu: decomposition((l) => [
    l.scale(
      l.builder.op('Elu', [l.x], { alpha: { type: 'float', value: l.float('alpha', 1.6732632) } }),
      l.float('gamma', 1.050701),
    ),
  ]),
  // max(0, x) + min(0, α (e^(x/α) − 1)) = α · elu(x / α) for α > 0
  Celu: decomposition((l) => {
    const alpha = l.float('alpha', 1);
    return [l.scale(l.builder.op('Elu', [l.scale(l.x, 1 / alpha)]), alpha)];
  }),
  Sigmoid: activate((g) => g.mul(g.dy, g.mul(g.y, g.oneMinus(g.y)))),
  // y = clip(α x + β, 0, 1)
  HardSigmoid: activate((g) => {
    const inside = g.builder.op('And', [
      g.builder.op('Greater', [g.y, g.scalar(0)]),
      g.builder.op('Less', [g.y, g.scalar(1)]),
    ]);
    return g.mul(g.dy, g.scale(g.asFloat(inside), g.float('alpha', 0.2)));
  }),
  // y = x · h with h = clip(x/6 + 1/2, 0, 1): slope h + x/6 where |x| < 3, else h
  HardSwish: activate((g) => {
    const h = g.builder.op('Clip', [g.shift(g.scale(g.x, 1 / 6), 0.5), g.scalar(0), g.scalar(1)]);
    const inside = g.indicator('Less', g.unary('Abs', g.x), g.scalar(3));
    return g.mul(g.dy, g.add(h, g.scale(g.mul(g.x, inside), 1 / 6)));
  }),
  Softplus: activate((g) => g.mul(g.dy, sigmoid(g, g.x))),
  // y = x / (1 + |x|), slope 1 / (1 + |x|)²
  Softsign: activate((g) => {
    const width = g.shift(g.unary('Abs', g.x), 1);
    return g.div(g.dy, g.mul(width, width));
  }),
  // y = x · t with t = tanh(softplus x): slope t + x · (1 − t²) · σ(x)
  Mish: activate((g) => {
    const tanh = g.unary('Tanh', softplus(g, g.x));
    const bend = g.mul(g.mul(g.x, sigmoid(g, g.x)), g.oneMinus(g.mul(tanh, tanh)));
    return g.mul(g.dy, g.add(tanh, bend));
  }),
  Swish: activate((g) => g.mul(g.dy, swishSlope(g, g.float('alpha', 1)))),
  'com.microsoft.QuickGelu': activate((g) => g.mul(g.dy, swishSlope(g, g.float('alpha', 1.702)))),
  Gelu: activate((g) =>
    g.mul(g.dy, g.string('approximate', 'none') === 'tanh' ? tanhGeluSlope(g, g.x) : exactGeluSlope(g, g.x)),
  ),
  'com.microsoft.Gelu': activate((g) => g.mul(g.dy, exactGeluSlope(g, g.x))),
  // gelu(x + bias)
  'com.microsoft.BiasGelu': broadcasting((g) => {
    const dx = g.mul(g.dy, exactGeluSlope(g, g.add(g.input(0), g.input(1))));
    return g.each(() => dx);
  }),
  'com.microsoft.FastGelu': broadcasting((g) => {
    const dx = g.mul(g.dy, tanhGeluSlope(g, g.hasInput(1) ? g.add(g.input(0), g.input(1)) : g.x));
    return g.each(() => dx);
  }),
  ThresholdedRelu: activate((g) => g.mul(g.dy, g.indicator('Greater', g.x, g.scalar(g.float('alpha', 1))))),
  // y = x < −λ ? x + bias : x > λ ? x − bias : 0
  Shrink: activate((g) => g.mul(g.dy, g.indicator('Greater', g.unary('Abs', g.x), g.scalar(g.float('lambd', 0.5))))),
  Softmax: activate(softmaxGradient),
  // dx = dy − e^y · Σ dy
  LogSoftmax: activate((g) => g.sub(g.dy, g.mul(g.unary('Exp', g.y), g.sum(g.dy, [axisOf(g)], true)))),
  Hardmax: stop('constant between jumps'),
  Bernoulli: stop('a random draw'),
  Multinomial: stop('a random draw'),
  RandomNormal: stop('a random draw'),
  RandomNormalLike: stop('a random draw'),
  RandomUniform: stop('a random draw'),
  RandomUniformLike: stop('a random draw'),
} as const satisfies Family;
