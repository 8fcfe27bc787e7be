/**
 * Holds pictures to what they may take. Time is the processor's, so that a machine that is busy, slow to wake or asleep
 * blames nobody; a picture that takes long is given the decoder for itself, and from then on all it does is that picture's.
 */
import type { EndReason } from '#electron/engine/data/decoder-messages.ts';
import type { Running } from './lanes.ts';

/** One look at the decoder. */
export interface Look {
  /** Seconds since the last look. */
  readonly elapsed: number;
  /** Seconds of processor time that all its threads have taken since. */
  readonly processor: number;
  /** Bytes of memory it has. */
  readonly memory: number;
  readonly running: readonly Running[];
}

export type Verdict =
  | { readonly kind: 'go on'; /** Whether no other picture may begin. */ readonly isPaused: boolean }
  | { readonly kind: 'end'; readonly why: EndReason; /** Seconds or bytes. */ readonly limit: number };

/** Time is looked at this often, seconds. One look may count for four: more has passed where the machine was asleep. */
export const lookSeconds = 0.05;
const mostCounted = 4 * lookSeconds;
/** After this share of its time, or this many seconds whatever the processor did, a picture gets the decoder for itself. */
const shareInCompany = 0.25;
const secondsInCompany = 5;
/** Seconds for which nothing may come of anything, because of a disk that does not answer, say. */
const stallSeconds = 30;
/** Less of the time than this is no work. */
const idleShare = 0.02;
/** Memory that pictures may take beyond what they were thought to by their headers: a share, but never more than all may. */
const excess = 1.5;
const spareBytes = 256 * 2 ** 20;

interface Account {
  /** Processor time, seconds: a fair share of all that was taken, and the most it can have been. */
  share: number;
  most: number;
  /** Seconds it has been at it. */
  passed: number;
}

export class Watch {
  readonly #seconds: number;
  readonly #allBytes: number;
  #accounts = new Map<number, Account>();
  /** Bytes the decoder had when it was last seen without a picture. */
  #restBytes: number | undefined;
  #idleSeconds = 0;

  /** @param seconds of processor time that a picture may take @param allBytes that pictures may take at a time */
  constructor(seconds: number, allBytes: number) {
    this.#seconds = seconds;
    this.#allBytes = allBytes;
  }

  look({ elapsed, processor, memory, running }: Look): Verdict {
    const counted = Math.min(elapsed, mostCounted);
    this.#count(running, counted, processor);
    if (running.length === 0 || this.#restBytes === undefined) this.#restBytes = memory;
    this.#idleSeconds = running.length > 0 && processor < idleShare * counted ? this.#idleSeconds + counted : 0;
    if (this.#idleSeconds >= stallSeconds) return { kind: 'end', why: 'stall', limit: stallSeconds };
    const thought = running.reduce((sum, { bytes }) => sum + bytes, 0);
    const allowed = spareBytes + Math.min(excess * thought, this.#allBytes);
    if (memory > this.#restBytes + allowed) return { kind: 'end', why: 'memory', limit: allowed };
    let isPaused = false;
    for (const { serial, patience } of running) {
      const { share, most, passed } = this.#accounts.get(serial) as Account;
      const limit = this.#seconds * patience;
      if (share >= limit) return { kind: 'end', why: 'time', limit: Math.round(10 * limit) / 10 };
      isPaused ||= most >= shareInCompany * limit || passed >= secondsInCompany;
    }
    return { kind: 'go on', isPaused };
  }

  #count(running: readonly Running[], counted: number, processor: number): void {
    const before = this.#accounts;
    this.#accounts = new Map();
    for (const { serial } of running) {
      const { share, most, passed } = before.get(serial) ?? { share: 0, most: 0, passed: 0 };
      this.#accounts.set(serial, {
        share: share + processor / running.length,
        most: most + Math.min(counted, processor),
        passed: passed + counted,
      });
    }
  }
}
