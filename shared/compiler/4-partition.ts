/** Phase 4: the freeze line. What lies before the cut runs once and is kept; what lies behind is trained. */
import { extract } from '#shared/compiler/subgraph.ts';
import { pooledFeatures } from '#shared/compiler/head.ts';
import type { StageCut } from '#shared/compiler/stages.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import type { ParameterGroup } from '#shared/compiler/6-update.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { firstToLearn } from '#shared/nodes/freeze.ts';
import type { FreezePart } from '#shared/nodes/recipe.ts';
import { GraftError } from '#shared/messages/error.ts';

export interface Partition {
  /** The tensor that is cached, with its shape for a whole batch. */
  readonly cut: TensorType & { readonly name: string };
  /** From pictures to the cut; absent when nothing is frozen. */
  readonly prefix: Model | undefined;
  readonly suffix: TypedModel;
}

/**
 * The name of the cut tensor.
 * @throws GraftError `model.unknown-stage`
 */
export function cutTensor(freeze: FreezePart, stages: readonly StageCut[]): string {
  if (freeze.mode === 'none') return 'input';
  if (freeze.mode === 'backbone') return pooledFeatures;
  const stage = firstToLearn(stages, freeze.stage);
  if (!stage) {
    const known = stages.map((candidate) => candidate.stage).join(', ');
    throw new GraftError('model.unknown-stage', { stage: freeze.stage, stages: known }, freeze.node);
  }
  return stage.tensor;
}

export function partition(model: TypedModel, tensor: string): Partition {
  const type = model.graph.types.get(tensor);
  if (!type) throw new GraftError('compile.unknown-tensor', { name: tensor });
  const cut = { name: tensor, dtype: type.dtype, shape: type.shape };
  const pictures = model.graph.inputs.filter((input) => input.name === 'input');
  const masks = model.graph.inputs.filter((input) => input.name !== 'input');
  const suffix = extract(model, tensor === 'input' ? [...pictures, ...masks] : [cut, ...masks], model.graph.outputs);
  return {
    cut,
    prefix: tensor === 'input' ? undefined : extract(model, pictures, [cut]),
    suffix: { ...suffix, graph: { ...suffix.graph, types: model.graph.types } },
  };
}

/**
 * What is trained behind the cut, in groups of one learning rate: the head at the base rate, the last backbone
 * stage at `backboneRate` of it, each earlier stage `stageDecay` times slower (Howard and Ruder 2018).
 * Weight decay applies to matrices and kernels only.
 * A weight that the frozen part uses as well stays frozen with it.
 * @throws GraftError `compile.not-trainable` for weights that are not float32
 */
export function parameterGroups(
  { suffix, prefix }: Pick<Partition, 'suffix' | 'prefix'>,
  head: ReadonlySet<string>,
  stages: readonly StageCut[],
  freeze: FreezePart,
  decay: number,
): ParameterGroup[] {
  const position = new Map(stages.flatMap((stage, index) => stage.parameters.map((name) => [name, index] as const)));
  const groups = new Map<string, { parameters: string[]; rate: number; decay: number }>();
  for (const name of trainableInitializers(suffix.graph)) {
    if (prefix?.graph.initializers.has(name)) continue;
    const dtype = suffix.graph.types.get(name)?.dtype;
    if (dtype !== 'float32') {
      const reason = `its type is ${dtype}, and only float32 weights can be.`;
      throw new GraftError('compile.not-trainable', { name, reason }, freeze.node);
    }
    const distance = stages.length - 1 - (position.get(name) ?? stages.length - 1);
    const rate = head.has(name) ? 1 : freeze.backboneRate / freeze.stageDecay ** distance;
    const isVector = (suffix.graph.types.get(name)?.shape.length ?? 0) < 2;
    const group = { parameters: [name], rate, decay: isVector ? 0 : decay };
    const key = `${group.rate}/${group.decay}`;
    const known = groups.get(key);
    if (known) known.parameters.push(name);
    else groups.set(key, group);
  }
  return [...groups.values()];
}
