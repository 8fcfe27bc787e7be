/** Values in the memory of a graphics card, for sessions that read them again and again: the way there takes longer than much else. */
import type * as ort from 'onnxruntime-node';
import { emitPassage, names } from '#shared/compiler/7-emit.ts';
import type { Model } from '#shared/ir/graph.ts';
import { createSession, sessionError, type ConcreteDevice } from '#electron/engine/runtime/session.ts';

export type Feeds = Readonly<Record<string, ort.Tensor>>;

/** Bytes of one value that every WebGPU device takes. */
const largest = 128 * 2 ** 20;

export class PlacedValues {
  readonly feeds: Feeds;
  /** Which took them there, and whose memory they are in. */
  readonly #session: ort.InferenceSession | undefined;

  private constructor(feeds: Feeds, session?: ort.InferenceSession) {
    this.feeds = feeds;
    this.#session = session;
  }

  /**
   * Floats that fit go to a WebGPU device; all else, and on other devices everything, stays where it is.
   * @param like a model in the operator sets to use
   * @throws GraftError `run.session-failed`, `run.out-of-memory`
   */
  static async place(given: Feeds, device: ConcreteDevice, like: Model): Promise<PlacedValues> {
    const going = Object.entries(given).filter(
      ([, { type, size }]) => device === 'webgpu' && type === 'float32' && 4 * size <= largest,
    );
    if (going.length === 0) return new PlacedValues(given);
    const values = going.map(([name, { dims }]) => ({ name, dtype: 'float32' as const, shape: dims }));
    const keepOnDevice = values.map(({ name }) => names.next(name));
    const session = await createSession(emitPassage(values, like), device, { keepOnDevice });
    try {
      const placed = await session.run(Object.fromEntries(going));
      const arrived = values.map(({ name }) => [name, placed[names.next(name)] as ort.Tensor]);
      return new PlacedValues({ ...given, ...Object.fromEntries(arrived) }, session);
    } catch (error) {
      await session.release();
      throw sessionError(error, device);
    }
  }

  /** Memory of the device is not the garbage collector's to free. */
  async release(): Promise<void> {
    for (const tensor of Object.values(this.feeds)) if (tensor.location === 'gpu-buffer') tensor.dispose();
    await this.#session?.release();
  }
}
