/**
 * Phase 6: turns gradients into the next parameters. A group is a set of parameters with its own learning
 * rate, relative to the base rate, and its own weight decay.
 */
import type { Shape } from '#shared/core/shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import { clipByGlobalNorm, optimizerRule, type OptimizerSpec } from '#shared/compiler/optimizers.ts';

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
  readonly initial: number;
}

export interface AppendedUpdate {
  /** Name of each parameter's next value. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Name of each slot's next value, by slot name. */
  readonly state: ReadonlyMap<string, string>;
}

/** The slots an optimizer needs for these groups, in a fixed order. */
export function stateSlots(spec: OptimizerSpec, groups: readonly ParameterGroup[]): StateSlot[] {
  const slots = optimizerRule(spec.kind).slots(spec);
  return groups.flatMap((group) =>
    group.parameters.flatMap((parameter) =>
      slots.map((slot) => ({
        name: `state/${parameter}/${slot.name}`,
        parameter,
        slot: slot.name,
        initial: slot.initial,
      })),
    ),
  );
}

/**
 * @param gradients gradient name by parameter
 * @param lr base learning rate, a float32 scalar
 * @param step int64 scalar, from 1
 */
export function appendUpdate(
  builder: GraphBuilder,
  spec: OptimizerSpec,
  groups: readonly ParameterGroup[],
  gradients: ReadonlyMap<string, string>,
  shapes: ReadonlyMap<string, Shape>,
  lr: string,
  step: string,
): AppendedUpdate {
  const rule = optimizerRule(spec.kind);
  const limit = spec.clip_norm ?? 0;
  const clipped = limit > 0 ? clipByGlobalNorm(builder, gradients, shapes, limit) : gradients;
  const terms = rule.terms(builder, spec, step);
  const parameters = new Map<string, string>();
  const state = new Map<string, string>();
  for (const group of groups) {
    const rate = group.rate === 1 ? lr : builder.op('Mul', [lr, builder.scalar('float32', group.rate)]);
    for (const parameter of group.parameters) {
      const slots = Object.fromEntries(rule.slots(spec).map(({ name }) => [name, `state/${parameter}/${name}`]));
      const gradient = clipped.get(parameter) as string;
      const updated = rule.update(builder, spec, terms, { parameter, gradient, rate, decay: group.decay, slots });
      parameters.set(parameter, updated.parameter);
      for (const [slot, value] of Object.entries(updated.slots)) state.set(`state/${parameter}/${slot}`, value);
    }
  }
  return { parameters, state };
}
