/** The training step of any model for a loss and an optimizer given as a case file: the `step` interface. */
import { z } from 'zod';
import type { Shape } from '#shared/core/shape.ts';
import { fixShapes, inferTypes, type TypedModel } from '#shared/compiler/2-shape.ts';
import { lower } from '#shared/compiler/3-lower.ts';
import { carriedValues, checkpointed, names } from '#shared/compiler/7-emit.ts';
import { chooseCheckpoints, type Checkpointing } from '#shared/compiler/checkpoint-cuts.ts';
import { lossTargetType } from '#shared/compiler/losses/registry.ts';
import { lossSchema } from '#shared/compiler/losses/spec.ts';
import { defaultDecay } from '#shared/compiler/optimizers/registry.ts';
import { optimizerSchema, type OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { definitions, rename } from '#shared/compiler/subgraph.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import { appendStep, predictionsOf, targetOf, type StepSpec } from '#shared/compiler/training-step.ts';
import { onnxIrVersion } from '#shared/compiler/versions.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { dtypes, isFloat, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

export const caseSchema = z.object({
  loss: lossSchema,
  optimizer: optimizerSchema.extend({ lr: z.number() }),
  trainable: z.union([z.literal('all'), z.array(z.string())]),
  /** What made the reference: “torch 2.1”. */
  made_with: z.string().optional(),
  /**
   * The recorded batches of a reference case. The step is made for the first input's shape, and the target's type is
   * settled by them where the loss and the predictions leave a choice.
   */
  batches: z
    .array(z.object({ name: z.string(), dtype: z.enum(dtypes), shape: z.array(z.int().nonnegative()) }))
    .optional(),
  /** What a step may take, in MiB; above it, part of the forward pass is computed again. Absent is any amount. */
  memory_limit_mib: z.number().positive().optional(),
  /** For models whose input has open sizes, where there are no batches. */
  input: z.object({ shape: z.array(z.int().positive()).optional(), high: z.int().positive().optional() }).optional(),
});
export type TrainingCase = z.output<typeof caseSchema>;

/** @throws GraftError `compile.bad-case` */
export function parseCase(json: unknown): TrainingCase {
  const parsed = caseSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new GraftError('compile.bad-case', { reason: z.prettifyError(parsed.error).replaceAll('\n', ' ') });
}

/**
 * The shape of one batch: that of the case's first input batch, else the one it states, else the model's own.
 * @throws GraftError `compile.bad-case` where none of them says every size
 */
export function caseInputShape(model: Model, training: TrainingCase): Shape {
  const stated = training.batches?.find(({ name }) => name === inputName)?.shape ?? training.input?.shape;
  const shape = stated ?? model.graph.inputs[0]?.shape ?? [];
  const sizes = shape.filter((size) => typeof size === 'number');
  if (sizes.length === shape.length) return sizes;
  const open = shape.map((size) => size ?? '?').join(', ');
  throw new GraftError('compile.bad-case', {
    reason: `the model leaves sizes of its input open ([${open}]), and input.shape does not say them.`,
  });
}

/** Whatever the model calls its own input. */
export const inputName = 'input';

export interface CaseStep {
  /** Inputs `input`, `target`, `lr`, `step`, parameters, state; outputs `loss`, `next/…`; initial state in `graft.state`. */
  readonly model: Model;
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
 * @throws GraftError `compile.bad-case`, `compile.not-trainable`, `compile.not-differentiable`
 */
export async function buildCaseStep(
  model: Model,
  training: TrainingCase,
  inputShape: Shape,
  oracle: Oracle,
): Promise<CaseStep> {
  const trainable = training.trainable === 'all' ? trainableInitializers(model.graph) : training.trainable;
  for (const name of trainable) assertTrainable(model, name);
  const source = withInterfaceNames(model, new Set(trainable));
  const typed = await fixShapes(source, new Map([[inputName, inputShape]]), trainable, oracle);
  const graph = lower(typed.graph, typed.opsets[''] as number);
  const lowered: TypedModel = { ...typed, graph: { ...graph, types: await inferTypes({ ...typed, graph }, oracle) } };
  // A parameter the output does not use keeps its value; it has no place in the lowered graph.
  const used = trainable.filter((name) => lowered.graph.initializers.has(name));
  const spec = stepSpec(lowered, training, used);
  const { parameters, slots } = carriedValues(lowered, spec);

  const builder = new GraphBuilder(lowered.opsets[''] as number);
  builder.reserve(lowered.graph);
  builder.input(inputName, lowered.graph.inputs[0]?.dtype ?? 'float32', inputShape);
  const target = targetOf(lowered, spec);
  builder.input(names.target, target.dtype, target.shape);
  builder.input(names.lr, 'float32', []);
  builder.input(names.step, 'int64', []);
  for (const { name, shape } of [...parameters, ...slots]) builder.input(name, 'float32', shape);
  const step = appendStep(
    builder,
    lowered,
    spec,
    { target: names.target, lr: names.lr, step: names.step },
    { countCorrect: false },
  );
  builder.output(step.loss, 'float32', [], names.loss);
  for (const { name, shape } of parameters)
    builder.output(step.parameters.get(name) as string, 'float32', shape, names.next(name));
  for (const { name, shape } of slots)
    builder.output(step.state.get(name) as string, 'float32', shape, names.next(name));

  const state = Object.fromEntries(slots.map((slot) => [slot.name, slot.initial]));
  const whole: Model = {
    graph: builder.build('step'),
    opsets: { '': lowered.opsets[''] as number, 'com.microsoft': 1 },
    irVersion: onnxIrVersion,
    metadata: { 'graft.state': JSON.stringify(state) },
  };
  const limit = (training.memory_limit_mib ?? Number.POSITIVE_INFINITY) * 2 ** 20;
  const checkpointing = await chooseCheckpoints(lowered, () => whole, limit, oracle);
  return {
    model: { ...whole, graph: checkpointed(whole.graph, lowered, checkpointing ?? {}) },
    checkpointing,
    parameters: new Map(used.map((name) => [name, lowered.graph.initializers.get(name) as Tensor])),
    state,
    stateShapes: new Map(slots.map((slot) => [slot.name, slot.shape])),
    predictions: predictionsOf(lowered),
  };
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
 * The model with its input called `input`, and with names of its own for values inside that are called like something
 * the step takes or gives. Parameters keep their names, under which the step takes them.
 */
function withInterfaceNames(model: Model, trainable: ReadonlySet<string>): Model {
  const input = model.graph.inputs[0];
  if (!input) throw new GraftError('compile.bad-case', { reason: 'the model has no input.' });
  const taken = new Set<string>([inputName, names.target, names.lr, names.step, names.loss]);
  const free = new GraphBuilder(0, model.graph);
  const clashing = [...definitions(model.graph)].filter(
    (name) => (taken.has(name) || /^(?:next|state)\//.test(name)) && !trainable.has(name),
  );
  const renaming = new Map(clashing.map((name) => [name, free.fresh(`model/${name}`)]));
  renaming.set(input.name, inputName);
  return { ...model, graph: rename(model.graph, renaming) };
}

function assertTrainable(model: Model, name: string): void {
  const tensor = model.graph.initializers.get(name);
  if (!tensor) throw new GraftError('compile.unknown-tensor', { name });
  if (!isFloat(tensor.dtype))
    throw new GraftError('compile.not-trainable', { name, reason: `its type is ${tensor.dtype}.` });
}
