import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { Arithmetic } from '#shared/compiler/arithmetic.ts';
import {
  decayed,
  norm,
  slotOf,
  StepClock,
  zeros,
  type OptimizerRule,
  type StepTerms,
  type Update,
} from '#shared/compiler/optimizers/rule.ts';

/** PyTorch's ε₁ where none is given: the spacing of float32 at 1. */
const epsilonOfFloat32 = 1.1920928955078125e-7;

const isFactored = (shape: Shape): boolean => shape.length > 1;

/** `shape` with one of its axes, from the end, reduced to 1. */
function without(shape: Shape, fromEnd: number): Shape {
  return shape.with(shape.length - fromEnd, 1);
}

/**
 * Shazeer and Stern 2018, in the form of torch.optim.Adafactor: the second moment of a matrix (of the last two axes) is
 * kept as its mean along rows r and along columns c, v = r·c ÷ mean r; that of a vector in full. With s = t^`beta2_decay`,
 * r ← (1−s)·r + s·mean g². u = g/√max(v, ε₁²); p ← p·(1 − lr·λ) − α·u ÷ max(1, RMS u ÷ d), where
 * α = max(ε₂, RMS p)·min(lr, 1/√t). Defaults: decay −0.8, d 1, ε₂ (`eps2`) 1e-3, ε₁ (`eps`) that of float32.
 */
export const adafactor: OptimizerRule = {
  slots: (_spec, shape) =>
    isFactored(shape)
      ? [zeros('row_var', without(shape, 1)), zeros('col_var', without(shape, 2))]
      : [zeros('variance', shape)],
  terms(arithmetic, spec, step) {
    const clock = new StepClock(arithmetic, step);
    const taken = clock.builder.op('Pow', [clock.time, clock.scalar(spec.beta2_decay ?? -0.8)]);
    return {
      taken: clock.out(taken),
      kept: clock.out(clock.oneMinus(taken)),
      largestRate: clock.out(clock.div(clock.scalar(1), clock.unary('Sqrt', clock.time))),
    };
  },
  update(arithmetic, spec, terms, update) {
    const { parameter, gradient, shape, rate } = update;
    const epsilon = spec.eps ?? epsilonOfFloat32;
    const { variance, slots } = estimate(arithmetic, terms, update, epsilon);
    const root = arithmetic.unary('Sqrt', arithmetic.max(variance, arithmetic.scalar(epsilon ** 2)));
    const direction = arithmetic.div(gradient, root);
    const rms = (value: string): string =>
      arithmetic.scale(norm(arithmetic, value, shape), elementCount(shape) ** -0.5);
    const size = arithmetic.max(rms(parameter), arithmetic.scalar(spec.eps2 ?? 1e-3));
    const alpha = arithmetic.mul(size, arithmetic.min(rate, terms['largestRate'] as string));
    const excess = arithmetic.max(arithmetic.scale(rms(direction), 1 / (spec.d ?? 1)), arithmetic.scalar(1));
    const change = arithmetic.mul(direction, arithmetic.div(alpha, excess));
    return { parameter: arithmetic.sub(decayed(arithmetic, update), change), slots };
  },
};

function estimate(
  arithmetic: Arithmetic,
  terms: StepTerms,
  update: Update,
  epsilon: number,
): { variance: string; slots: Record<string, string> } {
  const { builder } = arithmetic;
  const { gradient, shape } = update;
  const square = arithmetic.square(gradient);
  const follow = (name: string, value: string): string =>
    arithmetic.add(
      arithmetic.mul(slotOf(update, name), terms['kept'] as string),
      arithmetic.mul(value, terms['taken'] as string),
    );
  if (!isFactored(shape)) {
    const variance = follow('variance', square);
    return { variance, slots: { variance } };
  }
  const [rows, columns] = [shape.length - 2, shape.length - 1];
  const rowMeans = follow('row_var', builder.reduce('ReduceMean', square, [columns], true));
  const columnMeans = follow('col_var', builder.reduce('ReduceMean', square, [rows], true));
  const mean = arithmetic.max(builder.reduce('ReduceMean', rowMeans, [rows], true), arithmetic.scalar(epsilon));
  // An outer product: multiplication broadcasts [R, 1] against [1, C].
  const variance = arithmetic.mul(arithmetic.div(rowMeans, mean), columnMeans);
  return { variance, slots: { row_var: rowMeans, col_var: columnMeans } };
}
