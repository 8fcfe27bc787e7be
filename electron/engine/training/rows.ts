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
import { createSession, sessionError, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

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
}

export interface Rows {
  /** [samples, …cut shape]; a picture that cannot be read has a row of NaN. */
  readonly data: Float32Array;
  readonly cached: boolean;
  /** Why a picture cannot be read, by its place among the samples. */
  readonly failures: ReadonlyMap<number, string>;
}

/** Whether the frozen part is computed in float16: not on a processor, where float32 is faster and more exact. */
function isHalfOn(plan: Plan, device: ConcreteDevice): boolean {
  return device !== 'cpu' && plan.halfPrefix !== undefined;
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
  const failures = await computeRows(request, wanted, data, width);
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
    onWarning(
      error instanceof GraftError ? toProblem(error) : problem('cache.not-kept', { reason: (error as Error).message }),
    );
    return undefined;
  }
}

function rowsOfNaN(rows: Float32Array, width: number): number[] {
  const found: number[] = [];
  for (let row = 0; row * width < rows.length; row++) if (Number.isNaN(rows[row * width])) found.push(row);
  return found;
}

/** Fills in the rows of the samples at `wanted`. @returns why some cannot be read; undefined when interrupted */
async function computeRows(
  request: RowsRequest,
  wanted: readonly number[],
  data: Float32Array,
  width: number,
): Promise<Map<number, string> | undefined> {
  const { plan, samples, device, pool, decode, onProgress, interrupted } = request;
  const maker = await RowMaker.create(plan, device, pool);
  try {
    const { prefixBatch } = plan;
    const batches = Array.from({ length: Math.ceil(wanted.length / prefixBatch) }, (_, index) =>
      wanted.slice(index * prefixBatch, (index + 1) * prefixBatch),
    );
    const failures = new Map<number, string>();
    let done = samples.length - wanted.length;
    onProgress(done, samples.length);
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
      places.forEach((place, index) => {
        const row = rows.subarray(index * width, (index + 1) * width);
        if (failures.has(place)) data.fill(Number.NaN, place * width, (place + 1) * width);
        else if (row.every(Number.isFinite)) data.set(row, place * width);
        else throw new GraftError('model.features-not-finite', { path: (samples[place] as Sample).path });
      });
      done += places.length;
      onProgress(done, samples.length);
    }
    return failures;
  } finally {
    await maker.release();
  }
}

interface Decoded {
  readonly size: readonly [number, number];
  readonly pixels: Float32Array;
  readonly failures: readonly { readonly index: number; readonly reason: string }[];
}

/** Pictures to rows, a batch at a time. */
export class RowMaker {
  readonly #plan: Plan;
  readonly #pool: DecodePool;
  readonly #device: ConcreteDevice;
  readonly #session: ort.InferenceSession | undefined;

  private constructor(plan: Plan, device: ConcreteDevice, pool: DecodePool, session: ort.InferenceSession | undefined) {
    this.#plan = plan;
    this.#device = device;
    this.#pool = pool;
    this.#session = session;
  }

  static async create(plan: Plan, device: ConcreteDevice, pool: DecodePool): Promise<RowMaker> {
    const prefix = (isHalfOn(plan, device) && plan.halfPrefix) || plan.prefix;
    return new RowMaker(plan, device, pool, prefix && (await createSession(prefix, device)));
  }

  /** @param places of the samples in their split, for the random numbers of augmentation */
  async decode(samples: readonly Sample[], options: DecodeOptions, places: readonly number[]): Promise<Decoded> {
    const augment = options.augment && { ...options.augment, indices: places };
    const paths = samples.map(({ path }) => path);
    const decoded = await this.#pool.decode(paths, { ...options, ...(augment ? { augment } : {}) });
    return { ...decoded, size: options.size };
  }

  /** Rows [pictures, …cut shape]. */
  async rows({ pixels, size }: Decoded): Promise<Float32Array> {
    // A copy: the runtime takes no shared memory.
    if (!this.#session) return new Float32Array(pixels);
    const { prefixBatch, cut } = this.#plan;
    const [picture, width] = [3 * size[0] * size[1], elementCount(cut.shape)];
    const count = pixels.length / picture;
    const rows = new Float32Array(count * width);
    for (let start = 0; start < count; start += prefixBatch) {
      const here = Math.min(prefixBatch, count - start);
      // What is missing of the last batch is padding.
      const part = new Float32Array(prefixBatch * picture);
      part.set(pixels.subarray(start * picture, (start + here) * picture));
      const results = await this.#run(float32(part, [prefixBatch, 3, ...size]));
      rows.set(((results[cut.name] as ort.Tensor).data as Float32Array).subarray(0, here * width), start * width);
    }
    return rows;
  }

  async #run(input: ort.Tensor): Promise<Record<string, ort.Tensor>> {
    try {
      return (await this.#session?.run({ input })) ?? {};
    } catch (error) {
      throw sessionError(error, this.#device);
    }
  }

  async release(): Promise<void> {
    await this.#session?.release();
  }
}
