/**
 * The rows a run trains on: each picture brought to the cut, once. They come from the feature cache where they
 * are there, and go into it where they are not.
 */
import { createHash } from 'node:crypto';
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import { GraftError, problem, toProblem, type Problem } from '#shared/messages/error.ts';
import { prefetch } from '#electron/engine/data/batches.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import { createSession, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

export interface RowsRequest {
  readonly plan: Plan;
  readonly device: ConcreteDevice;
  readonly samples: readonly Sample[];
  readonly decode: DecodeOptions;
  readonly pool: DecodePool;
  /** What makes these rows what they are: hashes of backbone and data, and every setting that shows in them. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly cache: FeatureCache;
  readonly onProgress: (done: number, total: number) => void;
  readonly onWarning: (problem: Problem) => void;
  /** Asked between batches; true ends the work. */
  readonly cancelled: () => boolean;
}

export interface Rows {
  /** [samples, …cut shape]; a picture that cannot be read has a row of NaN. */
  readonly data: Float32Array;
  readonly cached: boolean;
}

/** Key of these rows in the feature cache. Devices round differently, and a device is promised its own losses again. */
export function rowsKey(
  request: Pick<RowsRequest, 'plan' | 'device' | 'samples' | 'identity' | 'decode' | 'cache'>,
): string {
  const { plan, device, samples, identity, decode, cache } = request;
  const files = createHash('sha256');
  for (const { path } of samples) files.update(path).update('\0');
  return cache.key({
    ...identity,
    device,
    cut: plan.cut,
    size: decode.size,
    resize: decode.resize,
    augment: decode.augment ?? null,
    files: files.digest('hex'),
  });
}

/** @returns undefined when cancelled */
export async function loadRows(request: RowsRequest): Promise<Rows | undefined> {
  const { plan, samples, cache, onWarning } = request;
  const key = rowsKey(request);
  const width = elementCount(plan.cut.shape);
  try {
    const known = await cache.read(key);
    if (known && known.features.length === samples.length * width) return { data: known.features, cached: true };
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    onWarning(toProblem(error));
  }
  const data = await computeRows(request, width);
  if (!data) return undefined;
  const kept = await cache.write(key, [samples.length, ...plan.cut.shape], data);
  if (!kept.stored) onWarning(problem('cache.not-kept', { reason: kept.detail }));
  return { data, cached: false };
}

/** Samples whose row could not be made. */
export function unreadableRows(rows: Float32Array, width: number): number[] {
  const found: number[] = [];
  for (let row = 0; row * width < rows.length; row++) if (Number.isNaN(rows[row * width])) found.push(row);
  return found;
}

async function computeRows(request: RowsRequest, width: number): Promise<Float32Array | undefined> {
  const { plan, samples, device, pool, decode, onProgress, cancelled } = request;
  const maker = await RowMaker.create(plan, device, pool);
  try {
    const data = new Float32Array(samples.length * width);
    const { prefixBatch } = plan;
    const starts = Array.from({ length: Math.ceil(samples.length / prefixBatch) }, (_, index) => index * prefixBatch);
    onProgress(0, samples.length);
    const decoded = prefetch(starts, (start) => maker.decode(samples.slice(start, start + prefixBatch), decode, start));
    for await (const { batch: start, value } of decoded) {
      if (cancelled()) return undefined;
      const count = Math.min(prefixBatch, samples.length - start);
      data.set(await maker.rows(value), start * width);
      for (const { index } of value.failures)
        data.fill(Number.NaN, (start + index) * width, (start + index + 1) * width);
      onProgress(start + count, samples.length);
    }
    return data;
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
  readonly #session: ort.InferenceSession | undefined;

  private constructor(plan: Plan, pool: DecodePool, session: ort.InferenceSession | undefined) {
    this.#plan = plan;
    this.#pool = pool;
    this.#session = session;
  }

  static async create(plan: Plan, device: ConcreteDevice, pool: DecodePool): Promise<RowMaker> {
    return new RowMaker(plan, pool, plan.prefix && (await createSession(plan.prefix, device)));
  }

  /** @param first index of the first sample, for the random numbers of augmentation */
  async decode(samples: readonly Sample[], options: DecodeOptions, first: number): Promise<Decoded> {
    const augment = options.augment && { ...options.augment, indices: samples.map((_, index) => first + index) };
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
      const results = await this.#session.run({ input: float32(part, [prefixBatch, 3, ...size]) });
      rows.set(((results[cut.name] as ort.Tensor).data as Float32Array).subarray(0, here * width), start * width);
    }
    return rows;
  }

  async release(): Promise<void> {
    await this.#session?.release();
  }
}
