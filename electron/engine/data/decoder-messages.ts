/**
 * What is said between the three that have a part in decoding: the engine, the thread in it that keeps the decoder, and
 * the decoder, a process of its own. Pictures themselves come as frames; see `picture-frames.ts`.
 */
import type { DecodeOptions } from './decode.ts';

/** What is to be made of a picture. */
export type PictureWork =
  /** Planar RGB [3, height, width] in 0–1, float32. */
  | { readonly kind: 'pixels'; readonly options: DecodeOptions }
  /** The same as a WebP file, for the screen. */
  | { readonly kind: 'preview'; readonly options: DecodeOptions }
  /** A square of `side` pixels cut from the middle, as a WebP file. */
  | { readonly kind: 'thumbnail'; readonly side: number }
  /** The number taken for white, as text. */
  | { readonly kind: 'white' };

/** Why one of the pictures asked for cannot be read. */
export interface DecodeFailure {
  /** Place among them. */
  readonly index: number;
  /** The end of a sentence. */
  readonly reason: string;
}

/** From the engine to its thread; 'wake' starts the decoder ahead of its first picture, 'close' ends it, and then the thread. */
export type KeeperOrder = PictureJob | 'wake' | 'close';

export interface PictureJob {
  readonly job: number;
  readonly work: PictureWork;
  /** Paths or data URLs. */
  readonly inputs: readonly string[];
}

/** What has become of a job. */
export interface Pictures {
  readonly failures: readonly DecodeFailure[];
  /** [n, 3, height, width], all zero where a picture could not be read; empty for other work. */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** Files made for the screen, by place; undefined where a picture could not be read. */
  readonly files: readonly (Uint8Array | undefined)[];
}

/** From the thread to its engine. */
export type KeeperMessage =
  | ({ readonly type: 'done'; readonly job: number } & Pictures)
  /** There is no memory for what pixels these pictures are to become. */
  | { readonly type: 'too many'; readonly job: number; readonly bytes: number }
  /** The decoder cannot be started: whatever was asked for is given up. */
  | { readonly type: 'broken'; readonly reason: string }
  /** Which process decodes from now on; undefined when none does. */
  | { readonly type: 'process'; readonly id: number | undefined };

/** From the thread to the decoder. */
export interface DecodeTask {
  readonly job: number;
  readonly work: PictureWork;
  /** Place in the job, and path or data URL. */
  readonly items: readonly (readonly [index: number, input: string])[];
}

/** How the decoder is started, and what it is held to. */
export interface DecoderSettings {
  readonly threads: number;
  /** Bytes that decoding may take: one picture, and all at a time. */
  readonly oneBytes: number;
  readonly allBytes: number;
  /** Processor time that a picture may take that becomes a small one, seconds. */
  readonly seconds: number;
}

/** Why the decoder ends itself. */
export type EndReason = 'time' | 'memory' | 'stall';

/** From the decoder to the thread. */
export type DecoderMessage =
  | { readonly type: 'ready' }
  | {
      readonly type: 'ending';
      readonly why: EndReason;
      /** The limit that was passed: seconds, or bytes. */
      readonly limit: number;
      /** Pictures that were being decoded: job and place in it. */
      readonly pictures: readonly (readonly [job: number, index: number])[];
    };
