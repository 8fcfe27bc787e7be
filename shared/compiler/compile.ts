/** The driver: runs the phases in order and keeps what each made, so that any of them can be explained. */
import { elementCount } from '#shared/core/shape.ts';
import { resolve, type Assembly, type BackboneSource } from '#shared/compiler/1-resolve.ts';
import { fixShapes, inferTypes, type TypedModel } from '#shared/compiler/2-shape.ts';
import { lower } from '#shared/compiler/3-lower.ts';
import { cutTensor, parameterGroups, partition, type Partition } from '#shared/compiler/4-partition.ts';
import { foldNormalizations } from '#shared/compiler/folded-normalization.ts';
import { fuse } from '#shared/compiler/fusion.ts';
import { firstBlocked, type BlockedNode } from '#shared/compiler/5-grad.ts';
import type { StateSlot } from '#shared/compiler/6-update.ts';
import {
  carriedValues,
  emitEvaluation,
  emitLoop,
  emitStep,
  type Carried,
  type CarriedForm,
} from '#shared/compiler/7-emit.ts';
import { packsOf } from '#shared/compiler/packed-parameters.ts';
import { chooseCheckpoints, type Checkpointing } from '#shared/compiler/checkpoint-cuts.ts';
import { inHalf } from '#shared/compiler/mixed-precision.ts';
import { pooledFeatures, type DropoutInput } from '#shared/compiler/head.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';
import { usualScaling } from '#shared/compiler/loss-scaling.ts';
import { peakMemory } from '#shared/compiler/memory.ts';
import type { Oracle } from '#shared/compiler/oracle.ts';
import { lossSpec, optimizerSpec } from '#shared/compiler/specs.ts';
import { findStages, type StageCut } from '#shared/compiler/stages.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import type { StepSpec } from '#shared/compiler/training-step.ts';
import { withWinograd, withWinogradWithin } from '#shared/compiler/cpu/winograd.ts';
import type { Model, TypedGraph } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';

/**
 * Pictures the frozen part takes at a time at most, so that a large training batch does not make its memory grow. A
 * processor gains nothing from more; a graphics card may (`electron/engine/training/prefix-batch.ts`).
 */
const largestPrefixBatch = 32;

export interface Plan {
  /** Samples in a batch; every graph but the prefix has it fixed. */
  readonly batch: number;
  /** The tensor that is kept: its name, and its shape for one sample. */
  readonly cut: { readonly name: string; readonly shape: readonly number[] };
  /** Pictures to the cut, `prefixBatch` at a time; absent when nothing is frozen. */
  readonly prefix: Model | undefined;
  readonly prefixBatch: number;
  /** The prefix as a processor computes it fastest. */
  readonly processorPrefix: Model | undefined;
  /** The prefix in float16, for devices that compute in it faster; absent where float32 is asked for. */
  readonly halfPrefix: Model | undefined;
  /** The one a graphics card takes, for another number of pictures at a time, and the bytes it is estimated to take. */
  readonly prefixAt: (pictures: number) => Promise<{ readonly model: Model; readonly bytes: number } | undefined>;
  readonly step: Model;
  readonly loop: Model;
  /** Cut rows and parameters to logits. */
  readonly evaluation: Model;
  /** Any of these, written for a machine's kernels. */
  readonly emitFor: (kind: 'step' | 'loop' | 'evaluation', target: Target) => Model;
  /** What those carry: the parameters and slots above, or packs of them. */
  readonly carriedFor: (target: Target) => CarriedForm;
  /** Pictures to logits with any batch size, holding the weights training started from. */
  readonly inference: Model;
  readonly parameters: readonly Carried[];
  readonly initial: ReadonlyMap<string, Tensor>;
  readonly slots: readonly StateSlot[];
  readonly dropouts: readonly DropoutInput[];
  readonly loss: LossSpec;
  readonly counts: { readonly trainable: number; readonly frozen: number };
  readonly summary: string;
  /** What each phase made, for `graft explain`. */
  readonly phases: {
    readonly assembly: Assembly;
    readonly typed: TypedModel;
    readonly lowered: TypedModel;
    readonly partition: Partition;
    readonly spec: StepSpec;
    /** Absent where a step stays within its limit without. */
    readonly checkpointing: Checkpointing | undefined;
  };
}

export interface CompileInput {
  readonly recipe: Recipe;
  readonly backbone: BackboneSource;
  /** Training samples of each class. */
  readonly classCounts: readonly number[];
  readonly oracle: Oracle;
  /** Bytes a step may take where the recipe names no limit; absent is any amount. */
  readonly memoryLimit?: number;
}

/** @throws GraftError with the node at fault; an operator without gradient names the freeze line that avoids it */
export async function compile({ recipe, backbone, classCounts, oracle, memoryLimit }: CompileInput): Promise<Plan> {
  const assembly = resolve(recipe, backbone, classCounts.length);
  const batch = recipe.training.batchSize;
  const fix = (model: Model, count = batch): Promise<TypedModel> =>
    fixShapes(
      model,
      new Map<string, readonly number[]>([
        ['input', [count, 3, ...backbone.size]],
        ...assembly.dropouts.map(({ name, width }): [string, readonly number[]] => [name, [count, width]]),
      ]),
      trainableInitializers(model.graph),
      oracle,
    );
  const typed = await fix(assembly.training);
  const stages = stagesOf(typed);
  const tensor = cutTensor(recipe.freeze, stages);
  const lowered = await withoutExotic(typed, oracle);
  // What is frozen needs no gradient: it keeps its operators as they are, which the runtime has the fastest kernels for.
  const divided: Partition = { ...partition(lowered, tensor), prefix: partition(typed, tensor).prefix };
  refuseBlocked(lowered, tensor, recipe, stages);
  if (divided.cut.dtype !== 'float32') {
    const reason = `what reaches it is of type ${divided.cut.dtype}, and only float32 can be kept.`;
    throw new GraftError('compile.not-trainable', { name: tensor, reason }, recipe.freeze.node);
  }

  const head = new Set(assembly.head.keys());
  const groups = parameterGroups(divided, head, stages, recipe.freeze, recipe.optimizer.weightDecay);
  const isHalf = recipe.training.precision === 'float16';
  const whole: StepSpec = {
    loss: lossSpec(recipe.loss, classCounts),
    optimizer: optimizerSpec(recipe),
    groups,
    ...(isHalf ? { scaling: usualScaling } : {}),
  };
  const limit = recipe.training.memoryLimit * 2 ** 20 || (memoryLimit ?? Number.POSITIVE_INFINITY);
  const trained = groups.flatMap((group) => group.parameters);
  const joined = fuse(foldNormalizations(divided.suffix), trained);
  const suffix = isHalf ? inHalf(joined, trained) : joined;
  const checkpointing = await chooseCheckpoints(suffix, () => emitStep(suffix, whole), limit, oracle);
  const spec: StepSpec = checkpointing ? { ...whole, cuts: checkpointing.cuts } : whole;
  const fast = checkpointing
    ? suffix
    : await withWinogradWithin(limit, suffix, (model) => emitStep(model, spec), oracle);
  const { parameters, slots } = carriedValues(suffix, spec);
  const specFor = (target: Target): StepSpec =>
    target.packs ? { ...spec, packs: packsOf(spec.optimizer, groups, suffix.graph.types) } : spec;
  const initial = new Map(parameters.map(({ name }) => [name, lowered.graph.initializers.get(name) as Tensor]));
  // Evaluation runs the graph as it was before lowering, without dropout.
  const evaluated = partition(await fix(assembly.inference), tensor).suffix;
  const prefixBatch = Math.min(batch, largestPrefixBatch);
  const sized = divided.prefix && prefixBatch < batch ? await fix(assembly.inference, prefixBatch) : typed;
  const { prefix } = partition(sized, tensor);
  const joinedPrefix = prefix && foldNormalizations(withTypes(prefix, sized));
  const trainable = parameters.reduce((total, { shape }) => total + elementCount(shape), 0);
  const all = trainableInitializers(assembly.training.graph).reduce(
    (total, name) => total + elementCount(assembly.training.graph.initializers.get(name)?.shape ?? []),
    0,
  );
  return {
    batch,
    cut: { name: tensor, shape: divided.cut.shape.slice(1) },
    prefix,
    prefixBatch,
    processorPrefix: joinedPrefix && withWinograd(joinedPrefix),
    halfPrefix: isHalf ? joinedPrefix && inHalf(joinedPrefix) : undefined,
    prefixAt: async (pictures) => {
      const fixed = await fix(assembly.inference, pictures);
      const full = partition(fixed, tensor).prefix;
      const model = full && (isHalf ? inHalf(foldNormalizations(withTypes(full, fixed))) : withTypes(full, fixed));
      return model && { model, bytes: peakMemory(model.graph, model.graph.types) };
    },
    step: emitStep(suffix, spec),
    loop: emitLoop(suffix, spec),
    evaluation: emitEvaluation(evaluated, parameters),
    emitFor: (kind, target) => {
      const isForProcessor = target.channelBlock !== undefined;
      const form = specFor(target);
      if (kind === 'evaluation') {
        const carried = carriedValues(suffix, form).parameters;
        return emitEvaluation(isForProcessor ? withWinograd(evaluated) : evaluated, carried, form.packs);
      }
      const written = isForProcessor ? fast : suffix;
      return kind === 'step' ? emitStep(written, form, { target }) : emitLoop(written, form, target);
    },
    carriedFor: (target) => carriedValues(suffix, specFor(target)),
    inference: assembly.inference,
    parameters,
    initial,
    slots,
    dropouts: assembly.dropouts,
    loss: spec.loss,
    counts: { trainable, frozen: all - trainable },
    summary: summarize(divided, recipe),
    phases: { assembly, typed, lowered, partition: divided, spec, checkpointing },
  };
}

/**
 * Stages of the backbone part of an assembled model, found in that part alone, so that they are the ones found in the
 * backbone file by itself.
 */
function stagesOf(typed: TypedModel): StageCut[] {
  return findStages(typed.graph, 'input', pooledFeatures);
}

/** Phase 3, and the types of what it made. */
async function withoutExotic(typed: TypedModel, oracle: Oracle): Promise<TypedModel> {
  const graph = lower(typed.graph, typed.opsets[''] as number, trainableInitializers(typed.graph));
  if (
    graph.nodes.length === typed.graph.nodes.length &&
    graph.nodes.every((node, index) => node === typed.graph.nodes[index])
  )
    return typed;
  const model = { ...typed, graph };
  const types = await inferTypes(model, oracle);
  return withTypes(model, { graph: { types } });
}

function withTypes(model: Model, { graph }: { readonly graph: Pick<TypedGraph, 'types'> }): TypedModel {
  return { ...model, graph: { ...model.graph, types: graph.types } };
}

/** Stops at an operator that cannot be differentiated, naming the first stage before which freezing avoids it. */
function refuseBlocked(lowered: TypedModel, tensor: string, recipe: Recipe, stages: readonly StageCut[]): void {
  const first = blockedBehind(lowered, tensor);
  if (!first) return;
  // What is clear behind one cut is clear behind all later ones, so that few have to be tried of many.
  let [from, to] = [0, stages.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (blockedBehind(lowered, stages[middle]?.tensor ?? '')) from = middle + 1;
    else to = middle;
  }
  const clear = stages[from];
  throw new GraftError(
    'compile.not-differentiable',
    {
      op: first.node.op,
      name: first.node.name || (first.node.outputs[0] ?? ''),
      reason: first.reason,
      stage: clear?.stage ?? '',
    },
    recipe.freeze.node,
  );
}

/** The first operator without gradient that training behind a cut would meet. */
function blockedBehind(lowered: TypedModel, tensor: string): BlockedNode | undefined {
  const { graph } = partition(lowered, tensor).suffix;
  return firstBlocked(graph, trainableInitializers(graph));
}

function summarize({ prefix, suffix }: Partition, recipe: Recipe): string {
  const convolutions = (model: Model): number => model.graph.nodes.filter((node) => node.op === 'Conv').length;
  const before = prefix ? `prefix ${convolutions(prefix)} convolutions (once per picture) → ` : '';
  const trained = convolutions(suffix);
  const behind = trained > 0 ? `${trained} convolutions + head` : 'head';
  return `${before}${behind} → ${recipe.loss.kind} → ${recipe.optimizer.kind}`;
}
