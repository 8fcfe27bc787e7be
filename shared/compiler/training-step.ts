/** One training step, appended to a graph: forward, loss, backward, update. Shared by every form it is emitted in. */
import { Arithmetic, workingType } from '#shared/compiler/arithmetic.ts';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import {
  appendUpdate,
  stateSlots,
  type ParameterGroup,
  type ParameterTypes,
  type StateSlot,
} from '#shared/compiler/6-update.ts';
import { scalingNames, scalingSlots, type LossScaling } from '#shared/compiler/loss-scaling.ts';
import { appendCorrectCount } from '#shared/compiler/losses/correct-count.ts';
import { appendLoss, lossTargetType } from '#shared/compiler/losses/registry.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import {
  appendMembers,
  packedGradients,
  packedGroups,
  packedTypes,
  type Pack,
} from '#shared/compiler/packed-parameters.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

export interface StepSpec {
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  readonly groups: readonly ParameterGroup[];
  /** What the target is where the loss and the predictions leave a choice. */
  readonly target?: TensorType;
  /** Where checkpoints stand; absent keeps all the backward pass reads. */
  readonly cuts?: readonly number[];
  /** Parameters that are carried together; absent carries each by itself. */
  readonly packs?: readonly Pack[];
  /** For a model that computes in float16; absent takes the gradients of the loss as it is. */
  readonly scaling?: LossScaling;
}

/** What is updated: parameters, or packs of them. */
interface Updated {
  readonly groups: readonly ParameterGroup[];
  readonly types: ParameterTypes;
}

export function updatedBy({ graph }: TypedModel, { groups, packs = [] }: StepSpec): Updated {
  return { groups: packedGroups(groups, packs), types: packedTypes(graph.types, packs) };
}

/** The slots of a step, in a fixed order. */
export function slotsOf(model: TypedModel, spec: StepSpec): StateSlot[] {
  const { groups, types } = updatedBy(model, spec);
  return [...stateSlots(spec.optimizer, groups, types), ...scalingSlots(spec.scaling)];
}

/** Name and type of what the model predicts. */
export function predictionsOf({ graph }: TypedModel): TensorType & { readonly name: string } {
  const name = graph.outputs[0]?.name as string;
  const type = graph.types.get(name);
  if (!type) throw new Error(`no type for ${name}`);
  return { name, ...type };
}

/** Element type and shape of the target of one step. */
export function targetOf(model: TypedModel, spec: StepSpec): TensorType {
  return spec.target ?? lossTargetType(spec.loss, predictionsOf(model));
}

export interface StepInputs {
  readonly target: string;
  readonly sampleWeight?: string;
  readonly lr: string;
  readonly step: string;
}

export interface AppendedStep {
  /** Scalars; the loss is float32, or float64 where the predictions are. */
  readonly loss: string;
  readonly correct: string | undefined;
  /** As in `AppendedUpdate`. */
  readonly overflow: string | undefined;
  /** Name of the next value by parameter, and by state slot. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly state: ReadonlyMap<string, string>;
  readonly slots: readonly StateSlot[];
}

export interface StepOptions {
  /** Whether to count right answers: for classifiers. */
  readonly countCorrect: boolean;
}

/**
 * Appends the step of `model` (inputs → one output, the predictions). The caller has declared the model's inputs,
 * the trained parameters, or their packs, and the state slots as inputs of the builder, under their own names.
 */
export function appendStep(
  builder: GraphBuilder,
  model: TypedModel,
  spec: StepSpec,
  inputs: StepInputs,
  options: StepOptions,
): AppendedStep {
  const { graph } = model;
  const trained = spec.groups.flatMap((group) => group.parameters);
  const trainedNames = new Set(trained);
  for (const [name, tensor] of graph.initializers) if (!trainedNames.has(name)) builder.initializer(name, tensor);
  const { packs = [] } = spec;
  appendMembers(builder, packs);
  for (const node of graph.nodes) builder.append(node);

  const { name: predictions, dtype, shape } = predictionsOf(model);
  const arithmetic = new Arithmetic(builder, workingType(dtype));
  const lossInputs = {
    logits: arithmetic.from(predictions, dtype),
    type: { dtype: arithmetic.dtype, shape },
    target: inputs.target,
    targetType: targetOf(model, spec),
    ...(inputs.sampleWeight === undefined ? {} : { sampleWeight: inputs.sampleWeight }),
  };
  const { loss, gradient } = appendLoss(builder, spec.loss, lossInputs);
  const correct = options.countCorrect ? appendCorrectCount(builder, lossInputs) : undefined;

  const scaled = spec.scaling ? arithmetic.mul(gradient, arithmetic.from(scalingNames.scale, 'float32')) : gradient;
  const cotangent = dtype === arithmetic.dtype ? scaled : builder.cast(scaled, dtype);
  const gradients = appendGradient(builder, graph, new Map([[predictions, cotangent]]), trained);
  const { groups, types } = updatedBy(model, spec);
  const whole = packedGradients(builder, gradients, packs);
  const { optimizer, scaling } = spec;
  const updated = appendUpdate(builder, optimizer, groups, whole, types, inputs.lr, inputs.step, scaling);
  return { loss, correct, ...updated, slots: slotsOf(model, spec) };
}
