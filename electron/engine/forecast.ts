/** What a run will cost, from a dry run of a few steps on made-up rows. */
import { elementCount } from '#shared/core/shape.ts';
import type { Forecast } from '#shared/nodes/facts.ts';
import { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import { cacheFolder, cacheLimitBytes } from '#electron/engine/paths.ts';
import { requirePrecision } from '#electron/engine/runtime/devices.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { batchPlaces, dropoutMasks } from '#electron/engine/training/batches.ts';
import { Network } from '#electron/engine/training/network.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { RowMaker } from '#electron/engine/training/row-maker.ts';
import { rowsKey } from '#electron/engine/training/rows.ts';
import { decodeOptions, keepingOf } from '#electron/engine/training/passes.ts';
import { knownChoices } from '#electron/engine/tuning/run-choices.ts';

/** Steps timed at most, after one that warms the session up. */
const timedSteps = 5;
/** Slow steps say enough before there are that many. */
const enoughMilliseconds = 1500;

/** @throws GraftError `run.half-missing` */
export async function forecast(project: Project, device: ConcreteDevice, pool: DecodePool): Promise<Forecast> {
  const { plan, samples, recipe } = project;
  await requirePrecision(device, recipe.training);
  const decode = decodeOptions(project, 0);
  const cache = new FeatureCache(cacheFolder(), cacheLimitBytes());
  const key = rowsKey({ root: project.facts.path, plan, device, samples, cache, decode, identity: project.identity });
  const width = elementCount(plan.cut.shape);
  const network = new Network(plan, device);
  network.choose(await knownChoices(plan, device));
  const maker = await RowMaker.create(plan, device, pool);
  try {
    const first = samples.slice(0, plan.batch);
    const secondsPerBatchOfRows = await timeRows(maker, first, decode);
    const places = batchPlaces(
      Uint32Array.from({ length: plan.batch }, (_, index) => index),
      0,
      plan.batch,
    );
    let began = 0;
    let timed = 0;
    for (let step = 0; step <= timedSteps; step++) {
      if (step === 1) began = performance.now();
      await network.step({
        rows: new Float32Array(plan.batch * width),
        labels: new BigInt64Array(plan.batch),
        weights: places.weights,
        rate: 0,
        step: step + 1,
        masks: dropoutMasks(plan.dropouts, plan.batch, step + 1, 1, recipe.training.seed),
      });
      timed = step;
      if (step > 0 && performance.now() - began > enoughMilliseconds) break;
    }
    const secondsPerStep = (performance.now() - began) / 1000 / timed;
    const trained = samples.filter(({ split }) => split === 'train').length;
    const keeping = keepingOf(project);
    const steps = Math.ceil(trained / plan.batch);
    const copies = 1 + (recipe.augment.enabled ? recipe.augment.views : 0);
    const cacheBytes = samples.length * width * 4 * copies;
    const live = keeping === 'none' || (keeping === 'file' && !cache.holds(cacheBytes));
    return {
      secondsPerEpoch: steps * (secondsPerStep + (live ? secondsPerBatchOfRows : 0)),
      cacheSeconds: Math.ceil(samples.length / plan.batch) * secondsPerBatchOfRows * copies,
      cacheBytes,
      memoryBytes: process.memoryUsage.rss(),
      cached: await cache.has(key),
    };
  } finally {
    await maker.release();
    await network.release();
  }
}

/** Seconds a batch of rows takes once under way, when the next pictures are decoded while these are computed. */
async function timeRows(maker: RowMaker, samples: readonly Sample[], decode: DecodeOptions): Promise<number> {
  let began = performance.now();
  const decoded = await maker.decode(samples, decode, []);
  const decoding = performance.now() - began;
  let computing = Number.POSITIVE_INFINITY;
  // The first run also warms the session up; where that is cheap, a second one tells more.
  for (let run = 0; run < 2 && computing > decoding; run++) {
    began = performance.now();
    await maker.rows(decoded);
    computing = performance.now() - began;
    if (computing > enoughMilliseconds) break;
  }
  return Math.max(decoding, computing) / 1000;
}
