/** The samples of a run: which can be read, their rows for training, and the held-out ones. */
import { totalmem } from 'node:os';
import { elementCount } from '#shared/core/shape.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { loadRows, RowMaker, rowsKey, unreadableRows } from '#electron/engine/training/rows.ts';

/** Rows held in memory at most, as a share of the machine's. */
const memoryShare = 0.25;

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

export interface HeldOutRows {
  readonly samples: readonly Sample[];
  /** [samples, …cut shape]. */
  readonly rows: Float32Array;
}

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
  readonly cancelled: () => boolean;
}

/**
 * Announces the plan, fills or reads the cache, and lists what cannot be read.
 * @returns undefined when cancelled
 * @throws GraftError `data.no-readable-image`
 */
export async function prepareSamples(request: PrepareRequest): Promise<PreparedSamples | undefined> {
  const { project, device, pool, cache, emit } = request;
  const { plan, samples, recipe, facts } = project;
  const { augment } = recipe;
  const width = elementCount(plan.cut.shape);
  const views = augment.enabled ? augment.views : 0;
  const tooLarge = samples.length * (1 + views) * width * 4 > totalmem() * memoryShare;
  const live = tooLarge || (augment.enabled && views === 0);
  const held = live ? samples.filter(({ split }) => split === 'validation') : samples;
  const source = (view: number) => ({
    plan,
    device,
    samples: held,
    pool,
    cache,
    identity: project.identity,
    decode: decodeOptions(project, view),
  });

  emit(announcement(request, await cache.has(rowsKey(source(0)))));
  const began = performance.now();
  const parts: Float32Array[] = [];
  for (let view = 0; view <= (live ? 0 : views); view++) {
    const loaded = await loadRows({
      ...source(view),
      onWarning: (warning) => emit({ event: 'warning', ...warning }),
      cancelled: request.cancelled,
      onProgress: (done, count) => emit(cacheProgress(view * count + done, (1 + (live ? 0 : views)) * count, began)),
    });
    if (!loaded) return undefined;
    parts.push(loaded.data);
  }
  const first = parts[0] as Float32Array;
  const failed = [...new Set(parts.flatMap((part) => unreadableRows(part, width)))];
  const unreadable = await reportUnreadable(request, held, failed);
  const training = samples.filter(({ path, split }) => split === 'train' && !unreadable.has(path));
  const rowOfPath = new Map(held.map(({ path }, row) => [path, row]));
  const validation = heldOutRows(held, unreadable, first, width);
  if (training.length === 0 || validation.samples.length === 0) {
    throw new GraftError('data.no-readable-image', { path: facts.path }, recipe.data.node);
  }
  if (live) {
    const maker = await RowMaker.create(plan, device, pool);
    return {
      training,
      validation,
      rows: { kind: 'live', maker, decodeOptions: (epoch) => decodeOptions(project, augment.enabled ? epoch : 0) },
    };
  }
  const rowOfPosition = training.map(({ path }) => rowOfPath.get(path) as number);
  return {
    training,
    validation,
    rows: {
      kind: 'memory',
      rows: parts.length === 1 ? first : concatenate(parts),
      labels: labelsOf(held, parts.length),
      rowOf: (position, epoch) =>
        (views > 0 ? ((epoch - 1) % views) + 1 : 0) * held.length + (rowOfPosition[position] as number),
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

function announcement({ project, run, device }: PrepareRequest, cached: boolean): RunEvent {
  const { facts, plan, recipe } = project;
  return {
    event: 'plan',
    run,
    task: 'image-classification',
    classes: facts.classes.map(({ name }) => name),
    samples: { train: facts.train, validation: facts.validation },
    parameters: plan.counts,
    device,
    cached,
    epochs: recipe.training.epochs,
    stepsPerEpoch: Math.ceil(facts.train / plan.batch),
    summary: plan.summary,
    unreadable: facts.unreadable,
  };
}

function cacheProgress(done: number, total: number, began: number): RunEvent {
  const secondsLeft = done === 0 ? 0 : ((performance.now() - began) / 1000 / done) * (total - done);
  return { event: 'cache', done, total, secondsLeft };
}

/** Says once for each picture without a row why it cannot be read. @returns reasons by path */
async function reportUnreadable(
  { project, pool, emit }: PrepareRequest,
  samples: readonly Sample[],
  failed: readonly number[],
): Promise<Map<string, string>> {
  if (failed.length === 0) return new Map();
  const paths = failed.map((index) => (samples[index] as Sample).path);
  const { failures } = await pool.decode(paths, decodeOptions(project, 0));
  const reasons = new Map(failures.map(({ index, reason }) => [index, reason]));
  const found = new Map(
    paths.map((path, index) => [path, reasons.get(index) ?? 'it could not be read when its features were computed.']),
  );
  for (const [path, reason] of found) {
    emit({ event: 'warning', ...problem('data.image-unreadable', { path, reason }, project.recipe.data.node) });
  }
  return found;
}

function heldOutRows(
  held: readonly Sample[],
  unreadable: ReadonlyMap<string, string>,
  rows: Float32Array,
  width: number,
): HeldOutRows {
  const chosen = held.flatMap((sample, row) =>
    sample.split === 'validation' && !unreadable.has(sample.path) ? [{ sample, row }] : [],
  );
  const data = new Float32Array(chosen.length * width);
  chosen.forEach(({ row }, place) => data.set(rows.subarray(row * width, (row + 1) * width), place * width));
  return { samples: chosen.map(({ sample }) => sample), rows: data };
}

function labelsOf(samples: readonly Sample[], copies: number): BigInt64Array {
  const labels = new BigInt64Array(samples.length * copies);
  for (let index = 0; index < labels.length; index++)
    labels[index] = BigInt((samples[index % samples.length] as Sample).label);
  return labels;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
