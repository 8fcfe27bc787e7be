/**
 * Phase 7: writes the graphs a run uses. All have fixed shapes; the last, short batch is padded and its padding
 * weighs nothing.
 */
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model, ValueInfo } from '#shared/ir/graph.ts';
import { recompute } from '#shared/compiler/checkpoint.ts';
import { appendMembers, carriedPacks, type Pack } from '#shared/compiler/packed-parameters.ts';
import type { StateSlot } from '#shared/compiler/6-update.ts';
import { workingType } from '#shared/compiler/arithmetic.ts';
import { definitions, rename, withoutValuesOf } from '#shared/compiler/subgraph.ts';
import {
  appendStep,
  predictionsOf,
  slotsOf,
  targetOf,
  updatedBy,
  type StepSpec,
} from '#shared/compiler/training-step.ts';
import { modelLike } from '#shared/compiler/versions.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import type { Target } from '#shared/ir/target.ts';
import type { DType, TensorType } from '#shared/ir/tensor.ts';

/** Names every emitted training graph shares. */
export const names = {
  target: 'target',
  sampleWeight: 'weight',
  lr: 'lr',
  step: 'step',
  loss: 'loss',
  correct: 'correct',
  /** With loss scaling: 1 where a step updated nothing since its numbers overflowed, for now. */
  overflow: 'overflow',
  /** Rows of all samples, for the loop. */
  rows: 'rows',
  labels: 'labels',
  /** Sample of each place in each batch, int64 [K, N]. */
  order: 'order',
  next: (name: string): string => `next/${name}`,
} as const;

/** One value carried from step to step. */
export interface Carried {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** All that goes from step to step, in the order every training graph has it. */
export interface CarriedForm {
  /** Parameters, or packs of them. */
  readonly parameters: readonly Carried[];
  readonly slots: readonly StateSlot[];
  /** Which of these are packs, and what is in each. */
  readonly packs: readonly Pack[];
}

export function carriedValues(model: TypedModel, spec: StepSpec): CarriedForm {
  const { groups, types } = updatedBy(model, spec);
  const parameters = groups.flatMap((group) =>
    group.parameters.map((name) => ({ name, ...(types.get(name) as TensorType) })),
  );
  const slots = slotsOf(model, spec);
  return { parameters, slots, packs: carriedPacks(spec.packs ?? [], slots) };
}

/** The step of `suffix` with the checkpoints of `spec`. */
export function checkpointed(step: Graph, suffix: TypedModel, { cuts = [] }: Pick<StepSpec, 'cuts'>): Graph {
  return cuts.length === 0 ? step : recompute(step, suffix.graph, cuts, suffix.opsets[''] as number).graph;
}

/** Forms of a step; a project's for any runtime unless said otherwise. */
export interface StepForm {
  /** Whether samples have weights and right answers are counted: the last, short batch of a project is padded. */
  readonly ofSamples: boolean;
  /** Parameters that come out as they go in. */
  readonly idle: readonly Carried[];
  /** What it is written for. */
  readonly target: Target;
}

/**
 * The step as one graph. Inputs: the suffix's own (the cut rows first), `target` as the loss wants it (int64 [N] for
 * classes), `weight` float32 [N] of samples, `lr` float32, `step` int64, parameters, state. Outputs: `loss`, `correct`
 * of samples, `next/…`.
 */
export function emitStep(
  suffix: TypedModel,
  spec: StepSpec,
  { ofSamples = true, idle = [], target: writtenFor = {} }: Partial<StepForm> = {},
): Model {
  const builder = new GraphBuilder(suffix.opsets[''] as number, undefined, writtenFor);
  builder.reserve(suffix.graph);
  for (const input of suffix.graph.inputs) builder.input(input.name, input.dtype, input.shape);
  const target = targetOf(suffix, spec);
  builder.input(names.target, target.dtype, target.shape);
  const batch = suffix.graph.inputs[0]?.shape[0] as number;
  const sampleWeight = ofSamples ? { sampleWeight: builder.input(names.sampleWeight, 'float32', [batch]) } : {};
  builder.input(names.lr, 'float32', []);
  builder.input(names.step, 'int64', []);
  const { parameters, slots } = carriedValues(suffix, spec);
  for (const { name, dtype, shape } of [...parameters, ...idle, ...slots]) builder.input(name, dtype, shape);
  const graph = withoutValuesOf(
    suffix.graph,
    idle.map(({ name }) => name),
  );
  const step = appendStep(
    builder,
    { ...suffix, graph },
    spec,
    { target: names.target, lr: names.lr, step: names.step, ...sampleWeight },
    { countCorrect: ofSamples },
  );
  builder.output(step.loss, workingType(predictionsOf(suffix).dtype), [], names.loss);
  if (step.correct !== undefined) builder.output(step.correct, 'float32', [], names.correct);
  if (step.overflow !== undefined) builder.output(step.overflow, 'float32', [], names.overflow);
  for (const { name, dtype, shape } of [...parameters, ...idle])
    builder.output(step.parameters.get(name) ?? name, dtype, shape, names.next(name));
  for (const { name, dtype, shape } of slots)
    builder.output(step.state.get(name) as string, dtype, shape, names.next(name));
  return modelLike(checkpointed(builder.build('step'), suffix, spec), suffix);
}

/**
 * K steps as one graph over rows held in memory. Inputs: `rows` [samples, …], `labels` [samples, …] (the targets),
 * `order` int64 [K, N], `weight` float32 [K, N], `lr` float32 [K], `step` int64 (of the first), each dropout mask
 * [K, N, …], parameters, state. Outputs: `next/…`, `loss`, `correct` and, with loss scaling, `overflow`, float32 [K].
 */
export function emitLoop(suffix: TypedModel, spec: StepSpec, writtenFor: Target = {}): Model {
  const { parameters, slots } = carriedValues(suffix, spec);
  const carried = [...parameters, ...slots];
  const [cut, ...masks] = suffix.graph.inputs as readonly [ValueInfo, ...ValueInfo[]];
  const batch = cut.shape[0] as number;
  const body = loopBody(suffix, spec, carried, cut, masks, writtenFor);

  const outer = new GraphBuilder(suffix.opsets[''] as number);
  outer.input(names.rows, 'float32', ['samples', ...cut.shape.slice(1)]);
  const target = targetOf(suffix, spec);
  outer.input(names.labels, target.dtype, ['samples', ...target.shape.slice(1)]);
  outer.input(names.order, 'int64', ['K', batch]);
  outer.input(names.sampleWeight, 'float32', ['K', batch]);
  outer.input(names.lr, 'float32', ['K']);
  outer.input(names.step, 'int64', []);
  for (const mask of masks) outer.input(mask.name, 'float32', ['K', ...mask.shape]);
  for (const { name, dtype, shape } of carried) outer.input(name, dtype, shape);
  const steps = outer.op('Squeeze', [outer.op('Shape', [names.lr]), outer.ints([0])]);
  const outputs = outer.opN(
    'Loop',
    [steps, outer.constant('bool', [], [1]), ...carried.map(({ name }) => name)],
    carried.length + (spec.scaling ? 3 : 2),
    {
      body: { type: 'graph', value: body },
    },
  );
  carried.forEach(({ name, dtype, shape }, index) =>
    outer.output(outputs[index] as string, dtype, shape, names.next(name)),
  );
  outer.output(outputs[carried.length] as string, 'float32', ['K'], names.loss);
  outer.output(outputs[carried.length + 1] as string, 'float32', ['K'], names.correct);
  if (spec.scaling) outer.output(outputs[carried.length + 2] as string, 'float32', ['K'], names.overflow);
  return modelLike(outer.build('loop'), suffix);
}

/** Names inside the body differ from those outside, since a body may not hide an outer name. */
function loopBody(
  suffix: TypedModel,
  spec: StepSpec,
  carried: readonly Carried[],
  cut: ValueInfo,
  masks: readonly ValueInfo[],
  writtenFor: Target,
): Graph {
  const builder = new GraphBuilder(suffix.opsets[''] as number, undefined, writtenFor);
  builder.reserve(suffix.graph);
  const iteration = builder.input(builder.fresh('iteration'), 'int64', []);
  const condition = builder.input(builder.fresh('condition'), 'bool', []);
  for (const { name, dtype, shape } of carried) builder.input(name, dtype, shape);
  const row = (name: string): string => builder.op('Gather', [`outer/${name}`, iteration], { axis: 0 });
  const chosen = row(names.order);
  const provide = (name: string, value: string): void =>
    builder.append({ name: '', op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
  provide(cut.name, builder.op('Gather', [`outer/${names.rows}`, chosen], { axis: 0 }));
  for (const mask of masks) provide(mask.name, row(mask.name));
  const target = builder.op('Gather', [`outer/${names.labels}`, chosen], { axis: 0 });
  const step = appendStep(
    builder,
    suffix,
    spec,
    {
      target,
      sampleWeight: row(names.sampleWeight),
      lr: row(names.lr),
      step: builder.op('Add', [`outer/${names.step}`, iteration]),
    },
    { countCorrect: true },
  );
  builder.output(condition, 'bool', [], builder.fresh('condition/next'));
  for (const { name, dtype, shape } of carried) {
    builder.output((step.parameters.get(name) ?? step.state.get(name)) as string, dtype, shape, names.next(name));
  }
  builder.output(step.loss, 'float32', [], names.loss);
  builder.output(step.correct as string, 'float32', [], names.correct);
  if (step.overflow !== undefined) builder.output(step.overflow, 'float32', [], names.overflow);
  const graph = checkpointed(builder.build('step'), suffix, spec);
  const renaming = new Map([...definitions(graph)].map((name) => [name, `body/${name}`]));
  const outside = [
    names.order,
    names.rows,
    names.labels,
    names.sampleWeight,
    names.lr,
    names.step,
    ...masks.map((mask) => mask.name),
  ];
  for (const name of outside) renaming.set(`outer/${name}`, name);
  return rename(graph, renaming);
}

/** Parameters and cut rows to logits; inputs: the cut rows, then the parameters or packs of them. */
export function emitEvaluation(suffix: TypedModel, parameters: readonly Carried[], packs: readonly Pack[] = []): Model {
  const { graph } = suffix;
  const builder = new GraphBuilder(suffix.opsets[''] as number);
  builder.reserve(graph);
  for (const { name, dtype, shape } of [...graph.inputs, ...parameters]) builder.input(name, dtype, shape);
  const given = new Set([...parameters, ...packs.flatMap(({ members }) => members)].map(({ name }) => name));
  for (const [name, tensor] of graph.initializers) if (!given.has(name)) builder.initializer(name, tensor);
  appendMembers(builder, packs);
  for (const node of graph.nodes) builder.append(node);
  builder.outputs.push(...graph.outputs);
  return modelLike(builder.build('evaluate'), suffix);
}

/** Every value as it is, under `next/…`: how values come into the memory of a device, and back to the processor. */
export function emitPassage(values: readonly ValueInfo[], like: Model): Model {
  const builder = new GraphBuilder(like.opsets[''] as number);
  for (const { name, dtype, shape } of values) {
    builder.input(name, dtype, shape);
    builder.output(name, dtype, shape, names.next(name));
  }
  return modelLike(builder.build('passage'), like);
}
