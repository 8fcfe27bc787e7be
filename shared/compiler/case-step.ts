/** The training step of any model for a loss and an optimizer given as a case file: the `step` interface. */
import type { Shape } from '#shared/core/shape.ts';
import { constantsToInitializers, fixShapes, inferTypes, type TypedModel } from '#shared/compiler/2-shape.ts';
import { lower } from '#shared/compiler/3-lower.ts';
import { foldNormalizations } from '#shared/compiler/folded-normalization.ts';
import { fuse } from '#shared/compiler/fusion.ts';
import { movingOf } from '#shared/compiler/5-grad.ts';
import { carriedValues, checkpointed, emitStep, names, type Carried } from '#shared/compiler/7-emit.ts';
import { caseInputShapes, inputName, type TrainingCase } from '#shared/compiler/case-file.ts';
import { chooseCheckpoints, type Checkpointing } from '#shared/compiler/checkpoint-cuts.ts';
import { lossTargetType } from '#shared/compiler/losses/registry.ts';
import { defaultDecay } from '#shared/compiler/optimizers/registry.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import { packed, packsOf } from '#shared/compiler/packed-parameters.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { definitionsEverywhere, movedAside, rename } from '#shared/compiler/subgraph.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import { predictionsOf, type StepSpec } from '#shared/compiler/training-step.ts';
import { withWinogradWithin } from '#shared/compiler/cpu/winograd.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { isFloat, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

export interface CaseStep {
  /** Inputs `input`, `target`, `lr`, `step`, parameters, state; outputs `loss`, `next/…`; initial state in `graft.state`. */
  readonly model: Model;
  /** Or packs of them, where the target has these. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Initial value by state input. */
  readonly state: Readonly<Record<string, number>>;
  readonly stateShapes: ReadonlyMap<string, Shape>;
  readonly predictions: TensorType;
  /** Absent where the step stays within its limit without. */
  readonly checkpointing: Checkpointing | undefined;
}

/**
 * @param inputShape of one batch
 * @param target what it is written for; without, any runtime is to run it
 * @throws GraftError `compile.bad-case`, `compile.unknown-tensor`, `compile.not-trainable`,
 * `compile.not-differentiable`, `model.refused`
 */
export async function buildCaseStep(
  model: Model,
  training: TrainingCase,
  inputShape: Shape,
  oracle: Oracle,
  target: Target = {},
): Promise<CaseStep> {
  const held = constantsToInitializers(model);
  const asked = training.trainable === 'all' ? trainableInitializers(model.graph) : [...new Set(training.trainable)];
  for (const name of asked) assertTrainable(held, name);
  const shapes = caseInputShapes(held, training, inputShape);
  const source = withInterfaceNames(held, new Set(asked));
  const inputShapes = new Map(source.graph.inputs.map(({ name }, index) => [name, shapes[index] as Shape]));
  const typed = await fixShapes(source, inputShapes, asked, oracle);
  const graph = lower(typed.graph, typed.opsets[''] as number, asked);
  const types = await inferTypes({ ...typed, graph }, oracle);
  const plain = foldNormalizations({ ...typed, graph: { ...graph, types } });
  // A step for any runtime has no operators of onnxruntime's own.
  const lowered = target.channelBlock === undefined ? plain : fuse(plain, asked);
  const moving = trainedOf(lowered, asked);
  // PyTorch gives these no gradient: whatever the optimizer, they stay as they are.
  const idle = asked.filter((name) => !moving.includes(name));
  const each = stepSpec(lowered, training, moving);
  const packs = target.packs ? packsOf(each.optimizer, each.groups, lowered.graph.types) : [];
  const spec: StepSpec = { ...each, packs };
  const carried = carriedValues(lowered, spec);
  const { slots } = carried;
  const values = new Map(asked.map((name) => [name, source.graph.initializers.get(name) as Tensor]));
  const kept = idle.map((name): Carried => {
    const { dtype, shape } = values.get(name) as Tensor;
    return { name, dtype, shape };
  });
  const state = Object.fromEntries(slots.map((slot) => [slot.name, slot.initial]));
  const emit = (form: TypedModel): Model => ({
    ...emitStep(form, spec, { ofSamples: false, idle: kept, target }),
    metadata: { 'graft.state': JSON.stringify(state) },
  });
  const limit = (training.memory_limit_mib ?? Number.POSITIVE_INFINITY) * 2 ** 20;
  const checkpointing = await chooseCheckpoints(lowered, () => emit(lowered), limit, oracle);
  const isPlain = checkpointing !== undefined || target.channelBlock === undefined;
  const whole = emit(isPlain ? lowered : await withWinogradWithin(limit, lowered, emit, oracle));
  return {
    model: { ...whole, graph: checkpointed(whole.graph, lowered, checkpointing ?? {}) },
    checkpointing,
    parameters: packed(values, carried.packs),
    state,
    stateShapes: new Map(slots.map((slot) => [slot.name, slot.shape])),
    predictions: predictionsOf(lowered),
  };
}

/** Those of `asked` that training changes. */
function trainedOf({ graph }: TypedModel, asked: readonly string[]): string[] {
  const predictions = graph.outputs[0]?.name as string;
  const type = graph.types.get(predictions);
  if (!type || !isFloat(type.dtype)) {
    const reason = type ? `its type is ${type.dtype}.` : 'it is not a tensor.';
    throw new GraftError('compile.not-trainable', { name: predictions, reason });
  }
  const moving = movingOf(graph, asked, [predictions]);
  if (moving.length > 0) return moving;
  const reason = asked.length > 0 ? `“${predictions}” depends on nothing that is trained.` : 'nothing is trained.';
  throw new GraftError('compile.bad-case', { reason });
}

/** PyTorch's class target that counts for nothing. */
const ignoredByDefault = -100;

/** PyTorch's NAdam had a mistake that 2.0 took out (pytorch/pytorch#92699); a case made before is followed in it. */
function optimizerOf({ optimizer, made_with: maker }: TrainingCase): OptimizerSpec {
  return optimizer.kind === 'nadam' && maker?.startsWith('torch 1.')
    ? { repeated_momentum: true, ...optimizer }
    : optimizer;
}

function stepSpec(model: TypedModel, training: TrainingCase, parameters: readonly string[]): StepSpec {
  const optimizer = optimizerOf(training);
  const decay = optimizer.weight_decay ?? defaultDecay(optimizer.kind);
  const isVector = (name: string): boolean => (model.graph.types.get(name)?.shape.length ?? 0) < 2;
  const spared = optimizer.no_decay_on_norms ? parameters.filter(isVector) : [];
  const groups = [
    { parameters: parameters.filter((name) => !spared.includes(name)), rate: 1, decay },
    { parameters: spared, rate: 1, decay: 0 },
  ].filter((group) => group.parameters.length > 0);
  const given = training.batches?.find(({ name }) => name === names.target);
  const target: TensorType = given ?? lossTargetType(training.loss, predictionsOf(model));
  const ignores = training.loss.kind === 'cross_entropy' && !isFloat(target.dtype);
  const loss = ignores ? { ignore_index: ignoredByDefault, ...training.loss } : training.loss;
  return { loss, optimizer, groups, target: { dtype: target.dtype, shape: target.shape } };
}

/**
 * The model with its first input called `input`, and with names of its own for other values that are called like
 * something the step takes or gives. Parameters keep their names, under which the step takes them.
 */
function withInterfaceNames(model: Model, trained: ReadonlySet<string>): Model {
  const { inputs, outputs } = model.graph;
  const [input] = inputs;
  if (!input || outputs.length === 0)
    throw new GraftError('compile.bad-case', { reason: `the model has no ${input ? 'output' : 'input'}.` });
  const taken = new Set<string>([inputName, names.target, names.lr, names.step, names.loss]);
  const clashing = [...definitionsEverywhere(model.graph)].filter(
    (name) => name !== input.name && (taken.has(name) || /^(?:next|state)\//.test(name)),
  );
  const parameter = clashing.find((name) => trained.has(name));
  if (parameter !== undefined)
    throw new GraftError('compile.not-trainable', {
      name: parameter,
      reason: 'the step has another use for its name.',
    });
  const free = movedAside(model, clashing);
  return { ...free, graph: rename(free.graph, new Map([[input.name, inputName]])) };
}

function assertTrainable(model: Model, name: string): void {
  const tensor = model.graph.initializers.get(name);
  if (!tensor) throw new GraftError('compile.unknown-tensor', { name });
  if (!isFloat(tensor.dtype))
    throw new GraftError('compile.not-trainable', { name, reason: `its type is ${tensor.dtype}.` });
}
