/** The samples of a run: which can be read, their rows for training, and the held-out ones. */
import { elementCount } from '#shared/core/shape.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import type { Project } from '#electron/engine/training/project.ts';
import {
  exceedsMemory,
  heldInChunks,
  heldInMemory,
  needsChunks,
  type HeldOutRows,
} from '#electron/engine/training/held-out-rows.ts';
import { loadRows, RowMaker, rowsKey, type Rows, type RowsRequest } from '#electron/engine/training/rows.ts';

/** Rows of the training split: in memory, or made batch by batch. */
export type TrainingRows =
  | {
      readonly kind: 'memory';
      /** [rows, …cut shape]. */
      readonly rows: Float32Array;
      readonly labels: BigInt64Array;
      /** Row of a position in the training split, in an epoch. */
      readonly rowOf: (position: number, epoch: number) => number;
    }
  | {
      readonly kind: 'live';
      readonly maker: RowMaker;
      readonly decodeOptions: (epoch: number) => DecodeOptions;
    };

export interface PreparedSamples {
  readonly training: readonly Sample[];
  readonly rows: TrainingRows;
  readonly validation: HeldOutRows;
}

export interface PrepareRequest {
  readonly project: Project;
  readonly run: string;
  readonly device: ConcreteDevice;
  readonly pool: DecodePool;
  readonly cache: FeatureCache;
  readonly emit: (...events: RunEvent[]) => void;
  /** Asked between batches, and may take its time: true ends the work. */
  readonly interrupted: () => Promise<boolean>;
}

/**
 * Announces the plan, fills or reads the cache, and lists what cannot be read.
 * @returns undefined when interrupted
 * @throws GraftError `data.no-readable-image`, `model.features-not-finite`
 */
export async function prepareSamples(request: PrepareRequest): Promise<PreparedSamples | undefined> {
  const { project } = request;
  const { plan, samples, recipe } = project;
  const { augment } = recipe;
  const views = augment.enabled ? augment.views : 0;
  const train = samples.filter(({ split }) => split === 'train').length;
  const live =
    exceedsMemory(samples.length + views * train, elementCount(plan.cut.shape)) || (augment.enabled && views === 0);
  return live ? prepareLive(request, views) : prepareInMemory(request, views);
}

/** All rows in memory: every picture as it is, then the training pictures once for each augmented view. */
async function prepareInMemory(request: PrepareRequest, views: number): Promise<PreparedSamples | undefined> {
  const { project, cache, emit } = request;
  const { plan, samples } = project;
  const width = elementCount(plan.cut.shape);
  const trainRows = samples.flatMap(({ split }, row) => (split === 'train' ? [row] : []));
  const trained = trainRows.map((row) => samples[row] as Sample);
  const total = samples.length + views * trained.length;
  const plain = rowsRequest(request, samples, 0, 0, total);

  emit(announcement(request, await cache.has(rowsKey(plain))));
  const first = await loadRows(plain);
  if (!first) return undefined;
  const rows = views === 0 ? first.data : new Float32Array(total * width);
  if (views > 0) rows.set(first.data);
  const failures = new Map(first.failures);
  for (let view = 1; view <= views; view++) {
    const offset = samples.length + (view - 1) * trained.length;
    const loaded = await loadRows(rowsRequest(request, trained, view, offset, total));
    if (!loaded) return undefined;
    rows.set(loaded.data, offset * width);
    for (const [place, reason] of loaded.failures) failures.set(trainRows[place] as number, reason);
  }
  const validation = heldInMemory(
    { ...first, failures },
    samples.flatMap((sample, row) => (sample.split === 'validation' ? [{ sample, row }] : [])),
    width,
  );
  const usable = trainRows.flatMap((row, place) => (failures.has(row) ? [] : [{ row, place }]));
  const training = usable.map(({ row }) => samples[row] as Sample);
  report(request, { failures, cached: first.cached }, samples, training.length, validation.samples.length);
  const labels = [...samples, ...Array.from({ length: views }, () => trained).flat()];
  return {
    training,
    validation,
    rows: {
      kind: 'memory',
      rows,
      labels: BigInt64Array.from(labels, ({ label }) => BigInt(label)),
      rowOf: (position, epoch) => {
        const { row, place } = usable[position] as (typeof usable)[number];
        return views === 0 ? row : samples.length + ((epoch - 1) % views) * trained.length + place;
      },
    },
  };
}

/** Training pictures are decoded as they are needed; only the held-out ones are looked at before. */
async function prepareLive(request: PrepareRequest, views: number): Promise<PreparedSamples | undefined> {
  const { project, device, pool, cache, emit } = request;
  const { plan, samples, recipe } = project;
  const heldOut = samples.filter(({ split }) => split === 'validation');
  const plain = rowsRequest(request, heldOut, 0, 0, heldOut.length);
  const inChunks = needsChunks(heldOut.length, plan.cut.shape);
  emit(announcement(request, !inChunks && (await cache.has(rowsKey(plain)))));
  const width = elementCount(plan.cut.shape);
  const loaded = inChunks ? undefined : await loadRows(plain);
  const looked = inChunks ? await heldInChunks(plain) : undefined;
  const failures = loaded?.failures ?? looked?.failures;
  const validation =
    looked?.held ??
    (loaded &&
      heldInMemory(
        loaded,
        heldOut.map((sample, row) => ({ sample, row })),
        width,
      ));
  if (!failures || !validation) return undefined;
  const training = samples.filter(({ split }) => split === 'train');
  report(request, { failures, cached: loaded?.cached ?? false }, heldOut, training.length, validation.samples.length);
  const maker = await RowMaker.create(plan, device, pool);
  const viewOf = (epoch: number): number => {
    if (!recipe.augment.enabled) return 0;
    return views > 0 ? ((epoch - 1) % views) + 1 : epoch;
  };
  return {
    training,
    validation,
    rows: { kind: 'live', maker, decodeOptions: (epoch) => decodeOptions(project, viewOf(epoch)) },
  };
}

/** @param before rows done by earlier passes, of `total` in all */
function rowsRequest(
  request: PrepareRequest,
  samples: readonly Sample[],
  view: number,
  before: number,
  total: number,
): RowsRequest {
  const { project, device, pool, cache, emit, interrupted } = request;
  const began = performance.now();
  return {
    plan: project.plan,
    device,
    root: project.facts.path,
    samples,
    pool,
    cache,
    identity: project.identity,
    decode: decodeOptions(project, view),
    interrupted,
    onWarning: (warning) => emit({ event: 'warning', ...warning }),
    onProgress: (done) => {
      const left = total - before - done;
      const secondsLeft = done === 0 ? 0 : ((performance.now() - began) / 1000 / done) * left;
      emit({ event: 'cache', done: before + done, total, secondsLeft });
    },
  };
}

/** How pictures are decoded. @param view 0 is as they are; else the number that seeds their variation */
export function decodeOptions({ recipe, size }: Pick<Project, 'recipe' | 'size'>, view: number): DecodeOptions {
  const { flip, rotate, zoom, light } = recipe.augment;
  const augment =
    view === 0 ? undefined : { flip, rotate, zoom, light, seed: recipe.training.seed, counter: view, indices: [] };
  return { size, resize: recipe.backbone.resize, ...(augment ? { augment } : {}) };
}

/** @param left pictures of each split that are left, and those that were left out */
function announcement(
  { project, run, device }: PrepareRequest,
  cached: boolean,
  left?: { readonly train: number; readonly validation: number; readonly unreadable: DatasetFacts['unreadable'] },
): RunEvent {
  const { facts, plan, recipe } = project;
  const { train, validation, unreadable } = left ?? facts;
  return {
    event: 'plan',
    run,
    task: 'image-classification',
    classes: facts.classes.map(({ name }) => name),
    samples: { train, validation },
    parameters: plan.counts,
    device,
    cached,
    epochs: recipe.training.epochs,
    stepsPerEpoch: Math.ceil(train / plan.batch),
    summary: plan.summary,
    unreadable,
  };
}

/**
 * Says of each picture why it cannot be read, and the plan again without them.
 * @throws GraftError `data.no-readable-image`
 */
function report(
  request: PrepareRequest,
  { failures, cached }: Pick<Rows, 'failures' | 'cached'>,
  samples: readonly Sample[],
  train: number,
  validation: number,
): void {
  const { project, emit } = request;
  const unreadable = [...failures].map(([place, reason]) => ({ path: (samples[place] as Sample).path, reason }));
  for (const details of unreadable)
    emit({ event: 'warning', ...problem('data.image-unreadable', details, project.recipe.data.node) });
  if (train === 0 || validation === 0) {
    throw new GraftError('data.no-readable-image', { path: project.facts.path }, project.recipe.data.node);
  }
  if (unreadable.length === 0) return;
  emit(announcement(request, cached, { train, validation, unreadable: [...project.facts.unreadable, ...unreadable] }));
}
