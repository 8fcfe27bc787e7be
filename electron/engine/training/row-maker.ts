/** Pictures to rows at the cut: decoded, and taken through the frozen part where there is one. */
import type { Plan } from '#shared/compiler/compile.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { DecodeOptions } from '#electron/engine/data/decode.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { sessionError, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { openPrefix, type PrefixSession } from '#electron/engine/training/prefix-batch.ts';
import type * as ort from 'onnxruntime-node';

export interface Decoded {
  readonly size: readonly [number, number];
  readonly pixels: Float32Array;
  readonly failures: readonly { readonly index: number; readonly reason: string }[];
}

export class RowMaker {
  readonly #plan: Plan;
  readonly #pool: DecodePool;
  readonly #device: ConcreteDevice;
  readonly #prefix: PrefixSession | undefined;

  private constructor(plan: Plan, device: ConcreteDevice, pool: DecodePool, prefix: PrefixSession | undefined) {
    this.#plan = plan;
    this.#device = device;
    this.#pool = pool;
    this.#prefix = prefix;
  }

  /** @param pictures how many there are to take through, as far as is known */
  static async create(plan: Plan, device: ConcreteDevice, pool: DecodePool, pictures = 0): Promise<RowMaker> {
    return new RowMaker(plan, device, pool, await openPrefix(plan, device, pictures));
  }

  /** Pictures that are best decoded together. */
  get batch(): number {
    return this.#prefix?.batch ?? this.#plan.prefixBatch;
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
    if (!this.#prefix) return new Float32Array(pixels);
    const { session, batch } = this.#prefix;
    const { cut } = this.#plan;
    const [picture, width] = [3 * size[0] * size[1], elementCount(cut.shape)];
    const count = pixels.length / picture;
    const rows = new Float32Array(count * width);
    for (let start = 0; start < count; start += batch) {
      const here = Math.min(batch, count - start);
      // What is missing of the last batch is padding.
      const part = new Float32Array(batch * picture);
      part.set(pixels.subarray(start * picture, (start + here) * picture));
      const results = await this.#run(session, float32(part, [batch, 3, ...size]));
      rows.set(((results[cut.name] as ort.Tensor).data as Float32Array).subarray(0, here * width), start * width);
    }
    return rows;
  }

  async #run(session: ort.InferenceSession, input: ort.Tensor): Promise<Record<string, ort.Tensor>> {
    try {
      return await session.run({ input });
    } catch (error) {
      throw sessionError(error, this.#device);
    }
  }

  async release(): Promise<void> {
    await this.#prefix?.session.release();
  }
}
