/**
 * What is asked of the decoder, what of it has been answered, and who is to blame when it ends: a picture that ends it
 * while nothing else is decoded. Where several were under way, each is decoded again by itself in a fresh process, and
 * the others have no part in what befalls one of them.
 */
import { formatBytes } from '#shared/core/format.ts';
import type {
  DecodeFailure,
  DecodeTask,
  DecoderMessage,
  KeeperMessage,
  PictureJob,
  PictureWork,
} from './decoder-messages.ts';
import { frameKinds, type FrameHeader, type FrameReceiver } from './picture-frames.ts';

export type Ending = Extract<DecoderMessage, { type: 'ending' }>;
type Place = readonly [job: number, index: number];

interface Suspect {
  readonly place: Place;
  /** How often it was all there was when the decoder ended without a word. */
  readonly crashes: number;
}

interface Job extends PictureJob {
  /** Of all its pictures; empty where those are made to files. */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** Values of one picture. */
  readonly length: number;
  readonly answered: Uint8Array;
  readonly failures: DecodeFailure[];
  readonly files: (Uint8Array | undefined)[];
  left: number;
  isSent: boolean;
}

/** A decoder that ends without a word may have been ended by anybody: a picture is blamed the second time. */
const allowedCrashes = 1;
/** Bytes of a file for the screen, or of a reason; a decoder that says more is not itself any more. */
const largestFile = 64 * 2 ** 20;
const largestReason = 64 * 2 ** 10;

export class PictureJobs implements FrameReceiver {
  readonly #say: (message: KeeperMessage) => void;
  readonly #oneBytes: number;
  readonly #jobs = new Map<number, Job>();
  /** To be decoded one at a time. */
  #suspects: Suspect[] = [];
  #alone: Suspect | undefined;
  /** Pictures answered so far. */
  answers = 0;

  /** @param oneBytes that a picture may take, what becomes of it included */
  constructor(say: (message: KeeperMessage) => void, oneBytes: number) {
    this.#say = say;
    this.#oneBytes = oneBytes;
  }

  get isBusy(): boolean {
    return this.#jobs.size > 0;
  }

  add(asked: PictureJob): void {
    const count = asked.inputs.length;
    const length = valuesOf(asked.work);
    // However small the picture, something so large is not even begun with.
    const isTooLarge = length * Float32Array.BYTES_PER_ELEMENT > this.#oneBytes;
    const pixels = isTooLarge ? undefined : roomFor(count * length);
    if (!pixels) {
      this.#say({ type: 'too many', job: asked.job, bytes: count * length * Float32Array.BYTES_PER_ELEMENT });
      return;
    }
    const job: Job = {
      ...asked,
      pixels,
      length,
      answered: new Uint8Array(count),
      failures: [],
      files: Array.from({ length: count }, () => undefined),
      left: count,
      isSent: false,
    };
    this.#jobs.set(job.job, job);
    this.#finish(job);
  }

  /** Forgets everything. */
  clear(): void {
    this.#jobs.clear();
    this.#suspects = [];
    this.#alone = undefined;
  }

  /** @returns what to ask of the decoder now */
  next(): DecodeTask[] {
    if (this.#alone) return [];
    for (let suspect = this.#suspects.shift(); suspect; suspect = this.#suspects.shift()) {
      const job = this.#open(suspect.place);
      if (!job) continue;
      this.#alone = suspect;
      return [this.#task(job, [suspect.place])];
    }
    return [...this.#jobs.values()]
      .filter(({ isSent }) => !isSent)
      .map((job) => {
        job.isSent = true;
        return this.#task(job, openPlaces(job));
      });
  }

  place({ job, index, kind, length }: FrameHeader): Uint8Array | undefined {
    const open = this.#open([job, index]);
    if (!open) return undefined;
    if (kind === frameKinds.failure) return length <= largestReason ? new Uint8Array(length) : undefined;
    if (kind !== frameKinds.picture) return undefined;
    if (open.length === 0) return length <= largestFile ? new Uint8Array(length) : undefined;
    const bytes = new Uint8Array(open.pixels.buffer);
    const expected = open.length * Float32Array.BYTES_PER_ELEMENT;
    return length === expected ? bytes.subarray(index * length, (index + 1) * length) : undefined;
  }

  take({ job, index, kind }: FrameHeader, content: Uint8Array): void {
    const open = this.#open([job, index]);
    if (!open) return;
    if (kind === frameKinds.failure) this.#fail([job, index], Buffer.from(content).toString());
    else {
      if (open.length === 0) open.files[index] = content;
      this.#answer(open, index);
    }
  }

  /**
   * The decoder has ended, by itself with a word, or by a signal or fault.
   * @param wasReady before that nothing has been decoded, and no picture is to blame
   */
  lost(word: Ending | undefined, how: string, wasReady: boolean): void {
    const sent = [...this.#jobs.values()].filter(({ isSent }) => isSent);
    for (const job of sent) job.isSent = false;
    const alone = this.#alone;
    this.#alone = undefined;
    if (alone) {
      if (!wasReady) this.#suspects.unshift(alone);
      else if (word) this.#fail(alone.place, reasonOf(word));
      else if (alone.crashes === allowedCrashes) this.#fail(alone.place, `it ends the decoder (${how}).`);
      else this.#suspects.unshift({ ...alone, crashes: alone.crashes + 1 });
      return;
    }
    // Before it was ready nothing has been decoded.
    if (!wasReady) return;
    const places = word?.pictures ?? sent.flatMap(openPlaces);
    const [only, ...others] = places;
    if (word && only && others.length === 0) this.#fail(only, reasonOf(word));
    else this.#suspects = places.map((place) => ({ place, crashes: 0 }));
  }

  #fail([id, index]: Place, reason: string): void {
    const job = this.#open([id, index]);
    if (!job) return;
    job.failures.push({ index, reason });
    // Whatever had been written of it before it failed.
    job.pixels.fill(0, index * job.length, (index + 1) * job.length);
    this.#answer(job, index);
  }

  #answer(job: Job, index: number): void {
    job.answered[index] = 1;
    job.left--;
    this.answers++;
    const alone = this.#alone?.place;
    if (alone?.[0] === job.job && alone[1] === index) this.#alone = undefined;
    this.#finish(job);
  }

  #finish({ job, left, failures, pixels, files }: Job): void {
    if (left > 0) return;
    this.#jobs.delete(job);
    failures.sort((a, b) => a.index - b.index);
    this.#say({ type: 'done', job, failures, pixels, files });
  }

  /** The job of a picture that is still to be answered. */
  #open([id, index]: Place): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.answered[index] === 0 ? job : undefined;
  }

  #task({ job, work, inputs }: Job, places: readonly Place[]): DecodeTask {
    return { job, work, items: places.map(([, index]) => [index, inputs[index] as string] as const) };
  }
}

/** Values that one picture becomes; 0 where it becomes a file. */
function valuesOf(work: PictureWork): number {
  return work.kind === 'pixels' ? 3 * work.options.size[0] * work.options.size[1] : 0;
}

function roomFor(values: number): Float32Array<ArrayBuffer> | undefined {
  try {
    return new Float32Array(values);
  } catch {
    return undefined;
  }
}

/** The pictures of a job that are still to be answered. */
function openPlaces({ job, answered }: Job): Place[] {
  return [...answered.keys()].filter((index) => answered[index] === 0).map((index) => [job, index] as const);
}

function reasonOf({ why, limit }: Ending): string {
  if (why === 'time') return `decoding it took longer than ${limit} s.`;
  if (why === 'memory') return `decoding it took more than ${formatBytes(limit)} of memory.`;
  return `nothing came of it for ${limit} s.`;
}
