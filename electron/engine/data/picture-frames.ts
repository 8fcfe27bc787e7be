/**
 * Pictures on their way from the decoder to the engine: through a pipe, one behind the other, each behind 16 bytes that
 * say what follows. Pixels are read to where they belong; nothing is copied in between. What the decoder says is not
 * trusted: hostile pictures are read there.
 */

/** Bytes of a header: job, place in the job, kind, bytes that follow; 32 bits each, the least significant byte first. */
export const frameHeaderBytes = 16;

export const frameKinds = { picture: 1, failure: 2 } as const;

export interface FrameHeader {
  readonly job: number;
  readonly index: number;
  readonly kind: number;
  /** Bytes that follow. */
  readonly length: number;
}

export function writeFrameHeader(bytes: Uint8Array, { job, index, kind, length }: FrameHeader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, frameHeaderBytes);
  [job, index, kind, length].forEach((value, place) => view.setUint32(4 * place, value, true));
}

export interface FrameReceiver {
  /** Where the bytes of a frame go, exactly as many as it says; undefined refuses the frame. */
  place: (header: FrameHeader) => Uint8Array | undefined;
  /** A frame is there as a whole. */
  take: (header: FrameHeader, content: Uint8Array) => void;
}

/** Puts a stream of frames where they belong: whoever reads asks for `space`, fills some of it, and says how much. */
export class FrameReader {
  readonly #receiver: FrameReceiver;
  readonly #headerBytes = new Uint8Array(frameHeaderBytes);
  #header: FrameHeader | undefined;
  #into: Uint8Array = this.#headerBytes;
  #filled = 0;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  space(): Uint8Array {
    return this.#into.subarray(this.#filled);
  }

  /** @throws Error when the stream is none of frames that were asked for */
  filled(count: number): void {
    this.#filled += count;
    if (this.#filled < this.#into.length) return;
    if (!this.#header) this.#begin();
    else this.#finish(this.#header);
  }

  /** As `space` and `filled`, for bytes that are already there. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const space = this.space();
      const count = Math.min(space.length, bytes.length - at);
      space.set(bytes.subarray(at, at + count));
      at += count;
      this.filled(count);
    }
  }

  #begin(): void {
    const view = new DataView(this.#headerBytes.buffer);
    const [job, index, kind, length] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [
      number,
      number,
      number,
      number,
    ];
    const header = { job, index, kind, length };
    const into = this.#receiver.place(header);
    if (into?.length !== length) throw new Error('the decoder sent what nobody asked for');
    this.#header = header;
    this.#into = into;
    this.#filled = 0;
    if (length === 0) this.#finish(header);
  }

  #finish(header: FrameHeader): void {
    const content = this.#into;
    this.#header = undefined;
    this.#into = this.#headerBytes;
    this.#filled = 0;
    this.#receiver.take(header, content);
  }
}
