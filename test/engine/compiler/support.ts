/** Plans compiled from generated backbones and the usual recipe with changes. */
import { fixShapes, inferTypes, type TypedModel } from '#shared/compiler/2-shape.ts';
import { lower } from '#shared/compiler/3-lower.ts';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import { compile, type Plan } from '#shared/compiler/compile.ts';
import { foldNormalizations } from '#shared/compiler/folded-normalization.ts';
import { fuse } from '#shared/compiler/fusion.ts';
import { inHalf } from '#shared/compiler/mixed-precision.ts';
import { extract } from '#shared/compiler/subgraph.ts';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { shapeless, type Model } from '#shared/ir/graph.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { dropoutMasks } from '#electron/engine/training/batches.ts';
import type { StepBatch } from '#electron/engine/training/network.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { project } from '#test/support/documents.ts';

export type RecipeChanges = { readonly [Part in keyof Recipe]?: Partial<Recipe[Part]> };

export function recipeWith(changes: RecipeChanges = {}): Recipe {
  const usual = resolveRecipe(project());
  const parts = Object.entries(usual).map(([part, values]: [string, object]) => [
    part,
    { ...values, ...changes[part as keyof Recipe] },
  ]);
  return Object.fromEntries(parts) as Recipe;
}

export async function compileModel(
  model: Model,
  changes: RecipeChanges = {},
  size: readonly [number, number] = [8, 8],
  classCounts: readonly number[] = [10, 10, 10],
): Promise<Plan> {
  const view = viewBackbone(model, 'backbone.onnx');
  const body = extract(model, [view.input], [shapeless(view.features)]);
  const shapes = new Map([[view.input.name, [1, 3, ...size]]]);
  const typed = await fixShapes(body, shapes, trainableInitializers(body.graph), oracle);
  const featureShape = typed.graph.types.get(view.features)?.shape.slice(1) ?? [];
  return compile({ recipe: recipeWith(changes), backbone: { model, view, featureShape, size }, classCounts, oracle });
}

/** Everything a plan holds that is a model. */
export function modelsOf(plan: Plan): Record<string, Model> {
  const { assembly, typed, lowered, partition } = plan.phases;
  return {
    assembly: assembly.training,
    typed,
    lowered,
    ...(partition.prefix ? { prefix: partition.prefix } : {}),
    suffix: partition.suffix,
    step: plan.step,
    loop: plan.loop,
    evaluation: plan.evaluation,
    inference: plan.inference,
  };
}

/** Batches of noise for a plan; the last is half padding, as the last of an epoch is. */
export function batchesFor(plan: Plan, steps: number, classes = 3): StepBatch[] {
  const { batch, cut, dropouts } = plan;
  const masks = dropoutMasks(dropouts, batch, 1, steps, 7);
  return Array.from({ length: steps }, (_, index) => ({
    rows: Float32Array.from({ length: batch * elementCount(cut.shape) }, (_value, at) =>
      randomUniform(7, randomStreams.sample, index, at),
    ),
    labels: BigInt64Array.from({ length: batch }, (_value, at) => BigInt((index + at) % classes)),
    weights: Float32Array.from({ length: batch }, (_value, at) => (index === steps - 1 && 2 * at >= batch ? 0 : 1)),
    rate: 0.01 * (index + 1),
    step: index + 1,
    masks: masks.map((mask, layer) => {
      const size = batch * (dropouts[layer]?.width ?? 0);
      return mask.slice(index * size, (index + 1) * size);
    }),
  }));
}

/** A model as it is trained in float32 and in mixed precision. @param input shape of a batch */
export async function precisionsOf({
  model,
  input,
}: {
  readonly model: Model;
  readonly input: Shape;
}): Promise<{ full: TypedModel; half: TypedModel; trained: readonly string[] }> {
  const trained = trainableInitializers(model.graph);
  const shapes = new Map(model.graph.inputs.map(({ name }) => [name, input]));
  const typed = await fixShapes(model, shapes, trained, oracle);
  const graph = lower(typed.graph, typed.opsets[''] as number, trained);
  const types = await inferTypes({ ...typed, graph }, oracle);
  const full = fuse(foldNormalizations({ ...typed, graph: { ...graph, types } }), trained);
  return { full, half: inHalf(full, trained), trained };
}
