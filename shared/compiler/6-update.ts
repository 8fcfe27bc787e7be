/**
 * Phase 6: turns gradients into the next parameters. A group is a set of parameters with its own learning
 * rate, relative to the base rate, and its own weight decay. Accumulating gradients over several steps, clipping, and
 * averaging the parameters are written here, around whatever optimizer it is.
 */
import type { Shape } from '#shared/core/shape.ts';
import { Arithmetic, workingType } from '#shared/compiler/arithmetic.ts';
import {
  afterUpdate,
  areFinite,
  hasOverflowed,
  scalingNames,
  unscaled,
  type LossScaling,
} from '#shared/compiler/loss-scaling.ts';
import { clipByGlobalNorm, clipByValue } from '#shared/compiler/optimizers/clipping.ts';
import { optimizerRule } from '#shared/compiler/optimizers/registry.ts';
import { StepClock, zeros, type Slot } from '#shared/compiler/optimizers/rule.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { DType, TensorType } from '#shared/ir/tensor.ts';

export interface ParameterGroup {
  readonly parameters: readonly string[];
  /** Learning rate of the group relative to the base rate. */
  readonly rate: number;
  readonly decay: number;
}

/** A value carried from one step to the next besides the parameters. */
export interface StateSlot {
  /** `state/<parameter>/<slot>`. */
  readonly name: string;
  readonly parameter: string;
  readonly slot: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** What every element starts from. */
  readonly initial: number;
}

export interface AppendedUpdate {
  /** Name of each parameter's next value. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Name of each slot's next value, by slot name. */
  readonly state: ReadonlyMap<string, string>;
  /** With loss scaling: float32 scalar, 1 where nothing was updated since numbers overflowed. */
  readonly overflow: string | undefined;
}

/** Of each parameter in the model. */
export type ParameterTypes = ReadonlyMap<string, TensorType>;

/** The slot of the gradients summed up since the last update, over the steps of one; absent where each step updates. */
const accumulatedSlot = 'accumulated';
/** The slot of a parameter's moving average. */
export const averageSlot = 'ema';

export const stateName = (parameter: string, slot: string): string => `state/${parameter}/${slot}`;
const stepsOfUpdate = (spec: OptimizerSpec): number => spec.accumulate_steps ?? 1;
const averages = (spec: OptimizerSpec): boolean => (spec.ema_decay ?? 0) > 0;

/** The element type of all updates and slots of these parameters. */
function typeOfUpdates(groups: readonly ParameterGroup[], types: ParameterTypes): DType {
  const all = groups.flatMap(({ parameters }) => parameters).map((name) => workingType(typeIn(types, name).dtype));
  return all.includes('float64') ? 'float64' : 'float32';
}

function typeIn(types: ParameterTypes, parameter: string): TensorType {
  const type = types.get(parameter);
  if (!type) throw new Error(`the type of ${parameter} is not known`);
  return type;
}

/** The slots an optimizer needs for these groups, in a fixed order. */
export function stateSlots(spec: OptimizerSpec, groups: readonly ParameterGroup[], types: ParameterTypes): StateSlot[] {
  const rule = optimizerRule(spec.kind);
  const dtype = typeOfUpdates(groups, types);
  return groups.flatMap((group) =>
    group.parameters.flatMap((parameter) => {
      const { shape } = typeIn(types, parameter);
      const slots: Slot[] = [...rule.slots(spec, shape)];
      if (stepsOfUpdate(spec) > 1) slots.push(zeros(accumulatedSlot, shape));
      if (averages(spec)) slots.push(zeros(averageSlot, shape));
      return slots.map((slot) => ({
        name: stateName(parameter, slot.name),
        parameter,
        slot: slot.name,
        dtype,
        shape: slot.shape,
        initial: slot.initial,
      }));
    }),
  );
}

/**
 * Computed in float32, or in float64 where a parameter is; what is of another type is so only in the model.
 *
 * @param gradients gradient name by parameter, each of its parameter's type
 * @param lr base learning rate, a float32 scalar
 * @param step int64 scalar, from 1
 * @param scaling of the loss, and so of the gradients
 */
export function appendUpdate(
  builder: GraphBuilder,
  spec: OptimizerSpec,
  groups: readonly ParameterGroup[],
  gradients: ReadonlyMap<string, string>,
  types: ParameterTypes,
  lr: string,
  step: string,
  scaling?: LossScaling,
): AppendedUpdate {
  const rule = optimizerRule(spec.kind);
  const arithmetic = new Arithmetic(builder, typeOfUpdates(groups, types));
  const widened = new Map(
    [...gradients].map(([name, gradient]) => [name, arithmetic.from(gradient, typeIn(types, name).dtype)]),
  );
  const measured = scaling ? unscaled(arithmetic, widened) : widened;
  const baseRate = arithmetic.from(lr, 'float32');
  const count = stepsOfUpdate(spec);
  const accumulation = count > 1 ? accumulate(arithmetic, measured, step, count) : undefined;
  const whole = accumulation?.gradients ?? measured;
  const guard = scaling ? guarding(builder, scaling, areFinite(arithmetic, whole, types), accumulation) : undefined;
  const attempts = accumulation?.updates ?? step;
  const updates = guard ? builder.op('Sub', [attempts, builder.cast(scalingNames.skipped, 'int64')]) : attempts;
  const clipped = clip(arithmetic, spec, whole, types);
  const terms = rule.terms(arithmetic, spec, updates);
  const average = averages(spec) ? averaging(arithmetic, spec, updates) : undefined;
  const parameters = new Map<string, string>();
  const state = new Map<string, string>();
  for (const group of groups) {
    const rate = arithmetic.scale(baseRate, group.rate);
    for (const parameter of group.parameters) {
      const { shape, dtype } = typeIn(types, parameter);
      const before = arithmetic.from(parameter, dtype);
      const slots = Object.fromEntries(rule.slots(spec, shape).map(({ name }) => [name, stateName(parameter, name)]));
      const gradient = clipped.get(parameter) as string;
      const { decay } = group;
      const updated = rule.update(arithmetic, spec, terms, { parameter: before, shape, gradient, rate, decay, slots });
      const next = new Map(Object.entries(updated.slots).map(([slot, value]) => [stateName(parameter, slot), value]));
      const averageName = stateName(parameter, averageSlot);
      if (average) next.set(averageName, average(averageName, updated.parameter));
      const settle = (name: string, value: string): string => (guard ?? accumulation)?.whenDue(value, name) ?? value;
      const after = settle(before, updated.parameter);
      parameters.set(parameter, dtype === arithmetic.dtype ? after : builder.cast(after, dtype));
      for (const [name, value] of next) state.set(name, settle(name, value));
      if (accumulation) state.set(stateName(parameter, accumulatedSlot), accumulation.carry(parameter));
    }
  }
  for (const [name, value] of guard?.state ?? []) state.set(name, value);
  return { parameters, state, overflow: guard?.overflow };
}

interface Guard {
  /** `value` where an update is made, `otherwise` where not. */
  whenDue(value: string, otherwise: string): string;
  readonly overflow: string;
  /** Next value of each slot of the scaling. */
  readonly state: ReadonlyMap<string, string>;
}

/** Leaves out updates by gradients that are not finite. */
function guarding(
  builder: GraphBuilder,
  scaling: LossScaling,
  isFinite: string,
  accumulation: Accumulation | undefined,
): Guard {
  const arithmetic = new Arithmetic(builder);
  const isMade = accumulation ? builder.op('And', [accumulation.isDue, isFinite]) : isFinite;
  const next = [...afterUpdate(arithmetic, scaling, isFinite)];
  return {
    whenDue: (value, otherwise) => builder.op('Where', [isMade, value, otherwise]),
    overflow: hasOverflowed(arithmetic, isFinite),
    state: new Map(next.map(([name, value]) => [name, accumulation?.whenDue(value, name) ?? value])),
  };
}

function clip(
  arithmetic: Arithmetic,
  spec: OptimizerSpec,
  gradients: ReadonlyMap<string, string>,
  types: ParameterTypes,
): ReadonlyMap<string, string> {
  const [value, norm] = [spec.clip_value ?? 0, spec.clip_norm ?? 0];
  const bounded = value > 0 ? clipByValue(arithmetic, gradients, value) : gradients;
  return norm > 0 ? clipByGlobalNorm(arithmetic, bounded, types, norm) : bounded;
}

interface Accumulation {
  /** Mean gradient of the steps so far. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Number of the update that this step is part of, int64 from 1. */
  readonly updates: string;
  /** Whether this step is the last of an update. */
  readonly isDue: string;
  /** `value` at the last step of an update, `otherwise` at the others. */
  whenDue(value: string, otherwise: string): string;
  /** What of a parameter's sum goes on to the next step. */
  carry(parameter: string): string;
}

/** a ← a + g/K; at every K-th step a is the gradient of an update, and begins anew from 0. */
function accumulate(
  arithmetic: Arithmetic,
  gradients: ReadonlyMap<string, string>,
  step: string,
  count: number,
): Accumulation {
  const { builder } = arithmetic;
  const whole = (value: number): string => builder.scalar('int64', value);
  const sums = new Map(
    [...gradients].map(([parameter, gradient]) => [
      parameter,
      arithmetic.scaledSum(1 / count, gradient, stateName(parameter, accumulatedSlot)),
    ]),
  );
  const due = builder.op('Equal', [builder.op('Mod', [step, whole(count)]), whole(0)]);
  return {
    gradients: sums,
    isDue: due,
    updates: builder.op('Div', [builder.op('Add', [step, whole(count - 1)]), whole(count)]),
    whenDue: (value, otherwise) => builder.op('Where', [due, value, otherwise]),
    carry: (parameter) => builder.op('Where', [due, arithmetic.scalar(0), sums.get(parameter) as string]),
  };
}

/**
 * e ← e + (1 − d)·(p − e) after each update, and e ← p after the first: PyTorch's AveragedModel with its
 * get_ema_multi_avg_fn. With `ema_warm_up`, d is at most (1 + n)/(10 + n) after n updates, as in TensorFlow's
 * ExponentialMovingAverage: a short run would else keep mostly what the parameters were at its start.
 */
function averaging(
  arithmetic: Arithmetic,
  spec: OptimizerSpec,
  updates: string,
): (average: string, parameter: string) => string {
  const { builder } = arithmetic;
  const isFirst = builder.op('Equal', [updates, builder.scalar('int64', 1)]);
  const settled = arithmetic.scalar(1 - (spec.ema_decay ?? 0));
  const later = spec.ema_warm_up ? arithmetic.max(settled, warmingUp(arithmetic, updates)) : settled;
  const taken = builder.op('Where', [isFirst, arithmetic.scalar(1), later]);
  return (average, parameter) => arithmetic.add(average, arithmetic.mul(arithmetic.sub(parameter, average), taken));
}

/** 1 − (1 + n)/(10 + n) = 9/(10 + n). */
function warmingUp(arithmetic: Arithmetic, updates: string): string {
  const clock = new StepClock(arithmetic, updates);
  return clock.out(clock.div(clock.scalar(9), clock.shift(clock.time, 10)));
}
