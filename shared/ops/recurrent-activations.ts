/**
 * The functions a recurrent layer may name as its activations. Their parameters default to what onnxruntime's kernels
 * take, which for some is not what the operator of the same name has.
 */
import { float } from '#shared/ir/builder.ts';
import type { Emitter } from '#shared/ops/emitter.ts';

/** A function y = f(x), and its derivative from whichever of x and y it takes. */
export interface Activation {
  readonly value: (g: Emitter, x: string) => string;
  readonly slope: (g: Emitter, x: () => string, y: string) => string;
}

interface Form {
  /** Which parameters it takes from the lists of the node. */
  readonly takes?: readonly ('alpha' | 'beta')[];
  readonly defaults?: { readonly alpha?: number; readonly beta?: number };
  readonly make: (alpha: number, beta: number) => Activation;
}

const plain = (op: string, slope: Activation['slope']): Form => ({
  make: () => ({ value: (g, x) => g.unary(op, x), slope }),
});

const isPositive = (g: Emitter, value: string): string => g.builder.op('Greater', [value, g.scalar(0)]);

/** By name in small letters, as onnxruntime compares them. */
const forms: Readonly<Record<string, Form>> = {
  relu: plain('Relu', (g, _, y) => g.asFloat(isPositive(g, y))),
  tanh: plain('Tanh', (g, _, y) => g.oneMinus(g.mul(y, y))),
  sigmoid: plain('Sigmoid', (g, _, y) => g.mul(y, g.oneMinus(y))),
  // 1 / (1 + |x|)²
  softsign: plain('Softsign', (g, x) => {
    const width = g.shift(g.unary('Abs', x()), 1);
    return g.div(g.scalar(1), g.mul(width, width));
  }),
  softplus: plain('Softplus', (g, x) => g.unary('Sigmoid', x())),
  // α x + β
  affine: {
    takes: ['alpha', 'beta'],
    make: (alpha, beta) => ({
      value: (g, x) => g.shift(g.scale(x, alpha), beta),
      slope: (g, _, y) => g.builder.op('Expand', [g.scalar(alpha), g.builder.op('Shape', [y])]),
    }),
  },
  // x < 0 ? α x : x
  leakyrelu: {
    takes: ['alpha'],
    defaults: { alpha: 0.01 },
    make: (alpha) => ({
      value: (g, x) => g.builder.op('LeakyRelu', [x], { alpha: float(alpha) }),
      slope: (g, x) => g.builder.op('Where', [isPositive(g, x()), g.scalar(1), g.scalar(alpha)]),
    }),
  },
  // x > α ? x : 0
  thresholdedrelu: {
    takes: ['alpha'],
    make: (alpha) => {
      const passes = (g: Emitter, x: string): string => g.indicator('Greater', x, g.scalar(alpha));
      return { value: (g, x) => g.mul(x, passes(g, x)), slope: (g, x) => passes(g, x()) };
    },
  },
  // α tanh(β x)
  scaledtanh: {
    takes: ['alpha', 'beta'],
    make: (alpha, beta) => {
      const inner = (g: Emitter, x: string): string => g.unary('Tanh', g.scale(x, beta));
      return {
        value: (g, x) => g.scale(inner(g, x), alpha),
        slope: (g, x) => {
          const tanh = inner(g, x());
          return g.scale(g.oneMinus(g.mul(tanh, tanh)), alpha * beta);
        },
      };
    },
  },
  // clip(α x + β, 0, 1)
  hardsigmoid: {
    takes: ['alpha', 'beta'],
    defaults: { alpha: 0.2, beta: 0.5 },
    make: (alpha, beta) => ({
      value: (g, x) => g.builder.op('Clip', [g.shift(g.scale(x, alpha), beta), g.scalar(0), g.scalar(1)]),
      slope: (g, _, y) => {
        const inside = g.builder.op('And', [isPositive(g, y), g.builder.op('Less', [y, g.scalar(1)])]);
        return g.scale(g.asFloat(inside), alpha);
      },
    }),
  },
  // x > 0 ? x : α (eˣ − 1), whose slope below zero is y + α
  elu: {
    takes: ['alpha'],
    defaults: { alpha: 1 },
    make: (alpha) => ({
      value: (g, x) => g.builder.op('Elu', [x], { alpha: float(alpha) }),
      slope: (g, x, y) => g.builder.op('Where', [isPositive(g, x()), g.scalar(1), g.shift(y, alpha)]),
    }),
  },
};

const formOf = (name: string): Form | undefined => {
  const key = name.toLowerCase();
  return Object.hasOwn(forms, key) ? forms[key] : undefined;
};

/** The first of these names that is no activation. */
export function unknownActivation(names: readonly string[]): string | undefined {
  return names.find((name) => !formOf(name));
}

/** Activations whose parameters stand in two lists, of which each takes the next that it has a use for. */
export function activationsInOrder(
  names: readonly string[],
  alphas: readonly number[],
  betas: readonly number[],
): Activation[] {
  const left = { alpha: [...alphas], beta: [...betas] };
  return names.map((name) => {
    const { takes = [], defaults = {}, make } = formOf(name) as Form;
    const taken = (which: 'alpha' | 'beta'): number =>
      (takes.includes(which) ? left[which].shift() : undefined) ?? defaults[which] ?? 0;
    return make(taken('alpha'), taken('beta'));
  });
}

/** f(clip(x, −limit, limit)), whose slope is zero at and beyond the limits. */
export function clipped(activation: Activation, limit: number): Activation {
  const cut = (g: Emitter, x: string): string => g.builder.op('Clip', [x, g.scalar(-limit), g.scalar(limit)]);
  return {
    value: (g, x) => activation.value(g, cut(g, x)),
    slope: (g, x, y) => {
      const inside = g.indicator('Less', g.unary('Abs', x()), g.scalar(limit));
      return g.mul(
        inside,
        activation.slope(g, () => cut(g, x()), y),
      );
    },
  };
}
