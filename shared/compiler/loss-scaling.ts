/**
 * Dynamic loss scaling (Micikevicius et al. 2018, with the numbers of PyTorch's GradScaler): gradients in float16 lose
 * what is below 6e-8, so the loss is multiplied by a scale before they are taken, and they are divided by it
 * after. Where one of them overflows, nothing is updated and the scale is halved; after many updates without, it is
 * doubled. The scale is carried from step to step like the state of the optimizer.
 */
import { allAxes, type Arithmetic } from '#shared/compiler/arithmetic.ts';
import type { ParameterTypes, StateSlot } from '#shared/compiler/6-update.ts';

export interface LossScaling {
  /** The scale of the first step. */
  readonly initial: number;
  /** Updates in a row without overflow after which the scale is doubled. */
  readonly growthInterval: number;
}

/** PyTorch's. */
export const usualScaling: LossScaling = { initial: 2 ** 16, growthInterval: 2000 };

/** Between these the scale moves. Below 1 it would take away what it is there to keep. */
const [smallest, largest] = [1, 2 ** 24];

const owner = 'loss-scaling';
const nameOf = (slot: string): string => `state/${owner}/${slot}`;
export const scalingNames = {
  scale: nameOf('scale'),
  /** Updates without overflow since the scale last changed. */
  good: nameOf('good'),
  /** Updates that were left out so far. */
  skipped: nameOf('skipped'),
} as const;

/** Float32 scalars, which are exact up to 2²⁴. */
export function scalingSlots(scaling: LossScaling | undefined): StateSlot[] {
  if (!scaling) return [];
  const initial = { scale: scaling.initial, good: 0, skipped: 0 };
  return Object.entries(initial).map(([slot, value]) => ({
    name: nameOf(slot),
    parameter: owner,
    slot,
    dtype: 'float32',
    shape: [],
    initial: value,
  }));
}

export function unscaled(arithmetic: Arithmetic, gradients: ReadonlyMap<string, string>): Map<string, string> {
  const inverse = arithmetic.div(arithmetic.scalar(1), scaleIn(arithmetic));
  return new Map([...gradients].map(([parameter, gradient]) => [parameter, arithmetic.mul(gradient, inverse)]));
}

/** In the type of updates, which is float64 where a parameter is. */
function scaleIn(arithmetic: Arithmetic): string {
  return arithmetic.from(scalingNames.scale, 'float32');
}

/** Whether every number of the gradients is finite. What came of float16 is too small for its sum to overflow. */
export function areFinite(
  arithmetic: Arithmetic,
  gradients: ReadonlyMap<string, string>,
  types: ParameterTypes,
): string {
  const { builder } = arithmetic;
  const sums = [...gradients].map(([parameter, gradient]) =>
    arithmetic.sum(gradient, allAxes(types.get(parameter)?.shape.length ?? 0), false),
  );
  const total = arithmetic.unary('Abs', arithmetic.total(sums));
  return builder.op('Less', [total, arithmetic.scalar(Number.POSITIVE_INFINITY)]);
}

/**
 * What the slots become after an update that was made where `isFinite`.
 * @param arithmetic of float32
 */
export function afterUpdate(
  arithmetic: Arithmetic,
  { growthInterval }: LossScaling,
  isFinite: string,
): Map<string, string> {
  const { builder } = arithmetic;
  const either = (yes: string, no: string): string => builder.op('Where', [isFinite, yes, no]);
  const { scale, good, skipped } = scalingNames;
  const oneMore = arithmetic.shift(good, 1);
  const isDue = builder.op('Greater', [oneMore, arithmetic.scalar(growthInterval - 0.5)]);
  const whenDue = (yes: string, no: string): string => builder.op('Where', [isDue, yes, no]);
  const bounded = (value: string): string => arithmetic.clip(value, smallest, largest);
  return new Map([
    [scale, either(whenDue(bounded(arithmetic.scale(scale, 2)), scale), bounded(arithmetic.scale(scale, 0.5)))],
    [good, either(whenDue(arithmetic.scalar(0), oneMore), arithmetic.scalar(0))],
    [skipped, either(skipped, arithmetic.shift(skipped, 1))],
  ]);
}

/** 1 where numbers overflowed and a smaller scale may yet help, else 0: float32. */
export function hasOverflowed(arithmetic: Arithmetic, isFinite: string): string {
  const { builder } = arithmetic;
  const mayShrink = builder.op('Greater', [scalingNames.scale, arithmetic.scalar(smallest)]);
  return builder.cast(builder.op('And', [builder.op('Not', [isFinite]), mayShrink]), 'float32');
}
