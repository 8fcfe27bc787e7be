/** From a project to everything a run needs: the recipe, the data, the backbone and the compiled plan. */
import { totalmem } from 'node:os';
import { isAbsolute, resolve as resolvePath } from 'node:path';
import { compile, type Plan } from '#shared/compiler/compile.ts';
import { normalizationOf } from '#shared/compiler/1-resolve.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { readFolder, type Dataset, type Sample } from '#electron/engine/data/folder.ts';
import { withRanges } from '#electron/engine/data/ranges.ts';
import type { Look } from '#electron/engine/data/listing.ts';
import { backboneSource, isAdapted, type LoadedBackbone } from '#electron/engine/backbones.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';

export interface Project {
  readonly recipe: Recipe;
  readonly facts: DatasetFacts;
  readonly samples: readonly Sample[];
  /** Those that are kept for the end. */
  readonly test: readonly Sample[];
  readonly backbone: LoadedBackbone;
  /** Height, width of the pictures. */
  readonly size: readonly [number, number];
  readonly plan: Plan;
  /** What the cached rows depend on besides the cut. */
  readonly identity: Readonly<Record<string, unknown>>;
}

/**
 * @param look how closely the data is looked at: what is trained or judged must be what the files hold now
 * @throws GraftError with the node at fault
 */
export async function loadProject(document: GraftDocument, baseFolder: string, look: Look = 'files'): Promise<Project> {
  const recipe = resolveRecipe(document);
  const { facts, samples, test } = await readData(recipe, baseFolder, look);
  const { loaded, size, featureShape } = await backboneSource(recipe.backbone, baseFolder);
  const plan = await compile({
    recipe,
    backbone: { model: loaded.model, view: loaded.view, featureShape, size },
    classCounts: facts.classes.map(({ train }) => train),
    oracle,
    // No provider of the runtime says how much a graphics card has. Half: from its second step on, the runtime holds a
    // block of the size of the peak beside what it took for the first.
    memoryLimit: totalmem() / 2,
  });
  const identity = {
    rows: 1,
    backbone: loaded.hash,
    data: facts.fingerprint,
    normalization: normalizationOf(recipe.backbone, loaded.model),
    // Of models and settings that there were before, rows stay what they are.
    ...(recipe.backbone.channels === 'rgb' ? {} : { channels: recipe.backbone.channels }),
    ...(isAdapted(loaded) ? { adapted: loaded.adapted } : {}),
  };
  return { recipe, facts, samples, test, backbone: loaded, size, plan, identity };
}

async function readData(recipe: Recipe, baseFolder: string, look: Look): Promise<Dataset> {
  const { node, path, limitPerClass, corrections } = recipe.data;
  const folder = path === '' || isAbsolute(path) ? path : resolvePath(baseFolder, path);
  try {
    const { validation, test, seed } = recipe.split;
    const dataset = await readFolder({ path: folder, validation, test, seed, limitPerClass, corrections }, look);
    return { ...dataset, facts: await withRanges(dataset.facts) };
  } catch (error) {
    if (error instanceof GraftError && error.node === undefined) throw Object.assign(error, { node });
    throw error;
  }
}
