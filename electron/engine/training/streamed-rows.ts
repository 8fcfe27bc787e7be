/** Rows too many to hold: made once like all rows, but kept in their file of the feature cache and read from there. */
import { elementCount } from '#shared/core/shape.ts';
import { problem } from '#shared/messages/error.ts';
import type { FeatureFile } from '#electron/engine/cache/feature-file.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { computeRows, rowsKey, rowsOfNaN, unreadableCache, type RowsRequest } from '#electron/engine/training/rows.ts';

/** Rows copied at a time into a file that takes the place of an older one. */
const copiedValues = 4 << 20;

export interface StreamedRows {
  /** [samples, …cut shape]; a picture that cannot be read has a row of NaN. To be closed by whoever asked for it. */
  readonly file: FeatureFile;
  readonly cached: boolean;
  /** Why a picture cannot be read, by its place among the samples. */
  readonly failures: ReadonlyMap<number, string>;
}

/**
 * @returns why there are none: the work was interrupted, or the cache could not keep them, which has been said
 * @throws GraftError `model.features-not-finite`
 */
export async function streamRows(request: RowsRequest): Promise<StreamedRows | 'interrupted' | 'not-kept'> {
  const known = await openKnown(request);
  if (known === 'interrupted') return known;
  if (known?.unread.length === 0) return { file: known.file, cached: true, failures: new Map() };
  if (known) {
    // What could not be read before may be readable now: the disk was away, the file has been mended.
    const failures = await unreadable({ ...request, onProgress: () => undefined }, known.unread);
    if (failures?.size === known.unread.length) return { file: known.file, cached: true, failures };
    if (!failures) {
      await known.file.close();
      return 'interrupted';
    }
  }
  let made: Awaited<ReturnType<typeof writeAll>>;
  try {
    made = await writeAll(request, known);
  } finally {
    await known?.file.close();
  }
  if (typeof made === 'string') return made;
  const file = await reopen(request);
  if (!file) return 'not-kept';
  return { file, cached: known !== undefined, failures: made };
}

/** What has just been written needs no second look. */
async function reopen({ cache, onWarning, ...request }: RowsRequest): Promise<FeatureFile | undefined> {
  try {
    return await cache.open(rowsKey({ cache, ...request }));
  } catch (error) {
    onWarning(unreadableCache(error));
    return undefined;
  }
}

interface Known {
  readonly file: FeatureFile;
  /** Places whose pictures could not be read when the rows were made. */
  readonly unread: readonly number[];
}

/** The rows as the cache has them, checked from end to end. A cache that cannot be read is as good as none; it is said. */
async function openKnown(request: RowsRequest): Promise<Known | 'interrupted' | undefined> {
  const { plan, samples, cache, onWarning, onProgress, interrupted } = request;
  const width = elementCount(plan.cut.shape);
  const unread: number[] = [];
  let stopped = false;
  try {
    const file = await cache.open(rowsKey(request), async (values, first) => {
      for (const place of rowsOfNaN(values, width, first)) unread.push(place);
      onProgress(Math.floor((first + values.length) / width), samples.length);
      stopped = await interrupted();
      return !stopped;
    });
    if (file && (stopped || file.rows !== samples.length || elementCount(file.shape) !== width)) {
      await file.close();
      return stopped ? 'interrupted' : undefined;
    }
    return file && { file, unread };
  } catch (error) {
    onWarning(unreadableCache(error));
    return undefined;
  }
}

/**
 * Makes the rows that are not known and writes them all, in their order.
 * @returns why some pictures cannot be read
 */
async function writeAll(
  request: RowsRequest,
  known: Known | undefined,
): Promise<ReadonlyMap<number, string> | 'interrupted' | 'not-kept'> {
  const { plan, samples, cache, onWarning } = request;
  const width = elementCount(plan.cut.shape);
  const wanted = known?.unread ?? Array.from(samples, (_, place) => place);
  let failures: ReadonlyMap<number, string> | undefined;
  const kept = await cache.writeRows(rowsKey(request), [samples.length, ...plan.cut.shape], async (append) => {
    let next = 0;
    const copyTo = async (end: number): Promise<void> => {
      for (let first = next; first < end; first = next) {
        const count = Math.min(end - first, Math.max(1, Math.floor(copiedValues / width)));
        await append(await (known as Known).file.read(Array.from({ length: count }, (_, index) => first + index)));
        next += count;
      }
    };
    failures = await computeRows(request, wanted, async (places, rows) => {
      if (!known) return append(rows);
      for (const [index, place] of places.entries()) {
        await copyTo(place);
        await append(rows.subarray(index * width, (index + 1) * width));
        next = place + 1;
      }
    });
    if (known && failures) {
      await copyTo(samples.length);
      // Windows replaces no file that is open.
      await known.file.close();
    }
    return failures !== undefined;
  });
  if (!kept) return 'interrupted';
  if (kept.stored) return failures as ReadonlyMap<number, string>;
  onWarning(problem('cache.not-kept', { reason: kept.detail }));
  return 'not-kept';
}

/** Pictures decoded at a time to see whether they can be. */
const looked = 64;

/** Looks at the pictures at these places. @returns why some cannot be read, by place; undefined when interrupted */
export async function unreadable(
  {
    pool,
    samples,
    decode,
    interrupted,
    onProgress,
  }: Pick<RowsRequest, 'pool' | 'samples' | 'decode' | 'interrupted' | 'onProgress'>,
  places: readonly number[],
): Promise<Map<number, string> | undefined> {
  const failures = new Map<number, string>();
  for (let start = 0; start < places.length; start += looked) {
    if (await interrupted()) return undefined;
    const here = places.slice(start, start + looked);
    const paths = here.map((place) => (samples[place] as Sample).path);
    const augment = decode.augment && { ...decode.augment, indices: here };
    const { failures: found } = await pool.decode(paths, { ...decode, ...(augment ? { augment } : {}) });
    for (const { index, reason } of found) failures.set(here[index] as number, reason);
    onProgress(Math.min(start + looked, places.length), places.length);
  }
  return failures;
}
