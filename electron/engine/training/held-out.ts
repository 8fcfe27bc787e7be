/** A past run's best weights and what they say of its validation split. */
import type { Tensor } from '#shared/ir/tensor.ts';
import { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { TestEvaluation } from '#shared/protocol/run.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { evaluateClassifier } from '#electron/engine/training/classification.ts';
import { cacheFolder, cacheLimitBytes } from '#electron/engine/paths.ts';
import { Network } from '#electron/engine/training/network.ts';
import { reloadProject, type Sameness } from '#electron/engine/training/past-run.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { holdOut, type HeldOutRows, type Judged } from '#electron/engine/training/held-out-rows.ts';
import { decodeOptions } from '#electron/engine/training/passes.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';

export interface HeldOut extends Judged {
  readonly project: Project;
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** What the weights make of the part that is kept for the end; undefined where there is none, or none of it can be read. */
export async function judgeTest(
  project: Project,
  parameters: ReadonlyMap<string, Tensor>,
  pool: DecodePool,
): Promise<TestEvaluation | undefined> {
  if (project.test.length === 0) return undefined;
  const { logits, samples } = await judge(project, parameters, pool, project.test);
  if (samples.length === 0) return undefined;
  const classes = project.facts.classes.map(({ name }) => name);
  const found = evaluateClassifier(logits, samples, classes, project.plan.loss);
  const { loss, accuracy, accuracyMargin, macroF1 } = found;
  return { loss, accuracy, accuracyMargin, macroF1, samples: samples.length };
}

/** @throws GraftError `run.missing`, `run.no-checkpoint`, `run.data-changed`, and what loading a project can throw */
export async function loadHeldOut(path: string, same: Sameness, pool: DecodePool): Promise<HeldOut> {
  const folder = RunFolder.open(path);
  const { tensors } = folder.readCheckpoint('best');
  const project = await reloadProject(folder, same);
  return { project, parameters: tensors, ...(await judge(project, tensors, pool)) };
}

/** What the weights say of samples by the CPU's arithmetic, in which exported models are checked. */
export async function judge(
  project: Project,
  parameters: ReadonlyMap<string, Tensor>,
  pool: DecodePool,
  samples: readonly Sample[] = project.samples.filter(({ split }) => split === 'validation'),
): Promise<Judged> {
  const held = await heldOutRows(project, samples, pool);
  const network = new Network(project.plan, 'cpu');
  try {
    return await held.judge(network, parameters);
  } finally {
    await held.release();
    await network.release();
  }
}

async function heldOutRows(project: Project, samples: readonly Sample[], pool: DecodePool): Promise<HeldOutRows> {
  const { plan, facts, identity } = project;
  const held = await holdOut({
    plan,
    device: 'cpu',
    root: facts.path,
    samples,
    pool,
    cache: new FeatureCache(cacheFolder(), cacheLimitBytes()),
    identity,
    decode: decodeOptions(project, 0),
    onProgress: () => undefined,
    onWarning: () => undefined,
    interrupted: () => Promise.resolve(false),
  });
  if (!held) throw new Error('nothing interrupts this');
  return held.held;
}
