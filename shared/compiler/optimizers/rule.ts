/** What an optimizer is to the compiler, and the pieces that many of them share. */
import type { Shape } from '#shared/core/shape.ts';
import { Arithmetic } from '#shared/compiler/arithmetic.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';

/** A value carried from one step to the next besides a parameter. */
export interface Slot {
  /** PyTorch's name where it has the optimizer. */
  readonly name: string;
  readonly shape: Shape;
  /** What every element starts from. */
  readonly initial: number;
}

export interface Update {
  readonly parameter: string;
  readonly shape: Shape;
  readonly gradient: string;
  /** Scalar: the learning rate of this parameter's group. */
  readonly rate: string;
  /** Weight decay of this parameter's group. */
  readonly decay: number;
  /** Name of each slot's current value. */
  readonly slots: Readonly<Record<string, string>>;
}

export interface Updated {
  readonly parameter: string;
  readonly slots: Readonly<Record<string, string>>;
}

/** What every parameter's update shares: computed once a step. */
export interface StepTerms {
  readonly [name: string]: string;
}

/** The arithmetic is in the element type of slots and updates. */
export interface OptimizerRule {
  /** Weight decay PyTorch, or the paper's code, uses when the case names none. */
  readonly decay?: number;
  /** Whether each element's update depends on that element's numbers and the step alone: slots have the parameter's shape. */
  readonly isElementwise?: boolean;
  /** Slots that a parameter of this shape needs. */
  slots(spec: OptimizerSpec, shape: Shape): readonly Slot[];
  /** Scalars that depend on the step number alone. `step` is int64, from 1. */
  terms(arithmetic: Arithmetic, spec: OptimizerSpec, step: string): StepTerms;
  update(arithmetic: Arithmetic, spec: OptimizerSpec, terms: StepTerms, update: Update): Updated;
}

/** A slot of the parameter's shape that starts from 0. */
export function zeros(name: string, shape: Shape): Slot {
  return { name, shape, initial: 0 };
}

export const noTerms = (): StepTerms => ({});

/** The step as float64: 1 − 0.999 in float32 is off by 1.3e-5 relative, which would show in the first losses. */
export class StepClock extends Arithmetic {
  readonly time: string;
  readonly #updates: Arithmetic;

  constructor(updates: Arithmetic, step: string) {
    super(updates.builder, 'float64');
    this.#updates = updates;
    this.time = this.builder.cast(step, 'float64');
  }

  /** baseᵗ */
  power(base: number, time = this.time): string {
    return this.builder.op('Pow', [this.scalar(base), time]);
  }

  /** 1 − βᵗ, by which an average that began at 0 is too small (Kingma and Ba 2015). */
  correction(beta: number): string {
    return this.oneMinus(this.power(beta));
  }

  /** In the type that updates are computed in. */
  out(value: string): string {
    return this.#updates.from(value, this.dtype);
  }
}

/** g + λ·p: decay as part of the gradient. */
export function withDecay(arithmetic: Arithmetic, { parameter, gradient, decay }: Update): string {
  return decay > 0 ? arithmetic.scaledSum(decay, parameter, gradient) : gradient;
}

/** p·(1 − lr·λ): decay apart from the gradient (Loshchilov and Hutter 2019). */
export function decayed(arithmetic: Arithmetic, { parameter, rate, decay }: Update): string {
  if (decay === 0) return parameter;
  return arithmetic.mul(parameter, arithmetic.oneMinus(arithmetic.scale(rate, decay)));
}

/** β·v + (1 − β)·g² */
export function secondMoment(arithmetic: Arithmetic, beta: number, before: string, gradient: string): string {
  return arithmetic.blend(beta, before, arithmetic.square(gradient));
}

export function slotOf(update: Update, name: string): string {
  return update.slots[name] as string;
}

/** √ of the sum of squares over all elements: a scalar. */
export function norm(arithmetic: Arithmetic, value: string, shape: Shape): string {
  return arithmetic.unary('Sqrt', sumOfSquares(arithmetic, value, shape));
}

export function sumOfSquares(arithmetic: Arithmetic, value: string, shape: Shape): string {
  const axes = shape.map((_, axis) => axis);
  return arithmetic.builder.reduce('ReduceSum', arithmetic.square(value), axes, false);
}
