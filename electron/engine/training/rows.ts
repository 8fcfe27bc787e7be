/**
 * The rows a run trains on: each picture brought to the cut, once. They come from the feature cache where they
 * are there, and go into it where they are not.
 */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import { GraftError, problem, toProblem, type Problem } from '#shared/messages/error.ts';
import { prefetch } from '#electron/engine/data/batches.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { isHalfOn } from '#electron/engine/training/prefix-batch.ts';
import { RowMaker } from '#electron/engine/training/row-maker.ts';

export interface RowsRequest {
  readonly plan: Plan;
  readonly device: ConcreteDevice;
  /** The dataset's folder: rows are known by paths relative to it, so that a moved folder keeps its cache. */
  readonly root: string;
  readonly samples: readonly Sample[];
  readonly decode: DecodeOptions;
  readonly pool: DecodePool;
  /** What makes these rows what they are: hashes of backbone and data, and every setting that shows in them. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly cache: FeatureCache;
  readonly onProgress: (done: number, total: number) => void;
  readonly onWarning: (problem: Problem) => void;
  /** Asked between batches, and may take its time: true ends the work. */
  readonly interrupted: () => Promise<boolean>;
  /** Told of samples that are looked at again and again, and cannot be read any more. */
  readonly onMissing?: ((sample: Sample, reason: string) => void) | undefined;
}

export interface Rows {
  /** [samples, …cut shape]; a picture that cannot be read has a row of NaN. */
  readonly data: Float32Array;
  readonly cached: boolean;
  /** Why a picture cannot be read, by its place among the samples. */
  readonly failures: ReadonlyMap<number, string>;
}

/** Key of these rows in the feature cache. */
export function rowsKey(
  request: Pick<RowsRequest, 'plan' | 'device' | 'root' | 'samples' | 'identity' | 'decode' | 'cache'>,
): string {
  const { plan, device, root, samples, identity, decode, cache } = request;
  const files = createHash('sha256');
  for (const { path } of samples) files.update(relative(root, path).replaceAll('\\', '/')).update('\0');
  return cache.key({
    ...identity,
    device,
    ...(isHalfOn(plan, device) ? { precision: 'float16' } : {}),
    cut: plan.cut,
    size: decode.size,
    resize: decode.resize,
    augment: decode.augment ?? null,
    files: files.digest('hex'),
  });
}

/**
 * @returns undefined when interrupted
 * @throws GraftError `model.features-not-finite`
 */
export async function loadRows(request: RowsRequest): Promise<Rows | undefined> {
  const { plan, samples, cache, onWarning } = request;
  const key = rowsKey(request);
  const width = elementCount(plan.cut.shape);
  const known = await readCache(request, key, samples.length * width);
  const data = known ?? new Float32Array(samples.length * width);
  // What could not be read before may be readable now: the disk was away, the file has been mended.
  const wanted = known ? rowsOfNaN(known, width) : Array.from(samples, (_, index) => index);
  if (wanted.length === 0) return { data, cached: true, failures: new Map() };
  const failures = await computeRows(request, wanted, (places, rows) => {
    for (const [index, place] of places.entries())
      data.set(rows.subarray(index * width, (index + 1) * width), place * width);
  });
  if (!failures) return undefined;
  if (!known || failures.size < wanted.length) {
    const kept = await cache.write(key, [samples.length, ...plan.cut.shape], data);
    if (!kept.stored) onWarning(problem('cache.not-kept', { reason: kept.detail }));
  }
  return { data, cached: known !== undefined, failures };
}

/** A cache that cannot be read is as good as none; it is said. */
async function readCache(
  { cache, onWarning }: RowsRequest,
  key: string,
  length: number,
): Promise<Float32Array | undefined> {
  try {
    const known = await cache.read(key);
    return known?.features.length === length ? known.features : undefined;
  } catch (error) {
    onWarning(unreadableCache(error));
    return undefined;
  }
}

/** What is said of a cache that could not be read. */
export function unreadableCache(error: unknown): Problem {
  if (error instanceof GraftError) return toProblem(error);
  return problem('cache.not-kept', { reason: (error as Error).message });
}

/** Rows of NaN, those of pictures that could not be read, among `values`. @param first place of the first value among all */
export function rowsOfNaN(values: Float32Array, width: number, first = 0): number[] {
  const found: number[] = [];
  for (let row = Math.ceil(first / width); row * width < first + values.length; row++)
    if (Number.isNaN(values[row * width - first])) found.push(row);
  return found;
}

/**
 * Makes the rows of the samples at `wanted`, a batch at a time.
 * @param take is given each batch in its order: places among the samples, and their rows one after the other; that of
 * a picture that cannot be read is NaN
 * @returns why some cannot be read; undefined when interrupted
 * @throws GraftError `model.features-not-finite`
 */
export async function computeRows(
  request: RowsRequest,
  wanted: readonly number[],
  take: (places: readonly number[], rows: Float32Array) => Promise<void> | void,
): Promise<Map<number, string> | undefined> {
  const { plan, samples, device, pool, decode, onProgress, interrupted } = request;
  const width = elementCount(plan.cut.shape);
  let done = samples.length - wanted.length;
  onProgress(done, samples.length);
  const maker = await RowMaker.create(plan, device, pool, wanted.length);
  try {
    const batches = Array.from({ length: Math.ceil(wanted.length / maker.batch) }, (_, index) =>
      wanted.slice(index * maker.batch, (index + 1) * maker.batch),
    );
    const failures = new Map<number, string>();
    const prepare = (places: readonly number[]) =>
      maker.decode(
        places.map((place) => samples[place] as Sample),
        decode,
        places,
      );
    for await (const { batch: places, value } of prefetch(batches, prepare)) {
      if (await interrupted()) return undefined;
      const rows = await maker.rows(value);
      for (const { index, reason } of value.failures) failures.set(places[index] as number, reason);
      for (const [index, place] of places.entries()) {
        const row = rows.subarray(index * width, (index + 1) * width);
        if (failures.has(place)) row.fill(Number.NaN);
        else if (!row.every(Number.isFinite))
          throw new GraftError('model.features-not-finite', { path: (samples[place] as Sample).path });
      }
      await take(places, rows);
      done += places.length;
      onProgress(done, samples.length);
    }
    return failures;
  } finally {
    await maker.release();
  }
}
