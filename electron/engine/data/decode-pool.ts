/**
 * Decodes batches of pictures. A batch lives in one buffer, which a thread fills as pictures come from the decoder: the
 * main thread, which a session blocks while it runs, has no part in it until the batch is done.
 */
import type { DecodeOptions } from './decode.ts';
import type { DecodeFailure } from './decoder-messages.ts';
import { closeSharedDecoder, Decoder, sharedDecoder } from './decoder.ts';

export interface DecodedBatch {
  /** [n, 3, height, width], RGB, 0–1; all zero where a picture could not be read. */
  readonly pixels: Float32Array;
  /** By place in the batch, ascending. */
  readonly failures: readonly DecodeFailure[];
}

export class DecodePool {
  /** Absent where the decoder is the one that the whole process shares. */
  readonly #own: Decoder | undefined;
  #closed = false;

  /** @param own a decoder for this pool alone, or how many threads it is to have */
  constructor(own?: number | Decoder) {
    this.#own = typeof own === 'number' ? new Decoder({ settings: { threads: Math.max(1, own) } }) : own;
  }

  /**
   * Decodes the pictures in order. Unreadable ones are reported, never thrown. Batches may overlap.
   * @throws GraftError `data.decoder-broken`, `run.out-of-memory`
   */
  async decode(paths: readonly string[], options: DecodeOptions): Promise<DecodedBatch> {
    if (this.#closed) throw new Error('decoding was stopped');
    const { pixels, failures } = await (this.#own ?? sharedDecoder()).make(paths, { kind: 'pixels', options });
    return { pixels, failures };
  }

  /** Gets the decoder ready for pictures that are about to come. */
  wake(): void {
    if (!this.#closed) (this.#own ?? sharedDecoder()).wake();
  }

  /** Ends the decoder; batches in progress are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await (this.#own ? this.#own.close() : closeSharedDecoder());
  }
}
