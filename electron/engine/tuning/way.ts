/** One way to write something, ready to run, and how long it takes. */
import { setTimeout } from 'node:timers/promises';
import type * as ort from 'onnxruntime-node';
import type { Model } from '#shared/ir/graph.ts';
import type { Feeds } from '#electron/engine/runtime/placed-values.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';

/** A turn lasts about this long; what the clock is read for lasts at least that long, so that it means something. */
const turnMilliseconds = 10;
const clockMilliseconds = 0.5;
/** In a turn. */
const mostReadings = 10;

/** Of the quickest quarter of the runs. */
const mostSpread = 1.2;

/** Threads of the session that ran before look for more to do for a while, and its values fill the processor's caches. */
const settleMilliseconds = 5;

export class Way {
  readonly name: string;
  readonly #feeds: Feeds;
  /** Runs between two looks at the clock, and looks in a turn. */
  readonly #repeats: number;
  readonly #readings: number;
  readonly #times: number[] = [];
  #session: ort.InferenceSession | undefined;

  private constructor(name: string, session: ort.InferenceSession, feeds: Feeds, milliseconds: number) {
    this.name = name;
    this.#session = session;
    this.#feeds = feeds;
    this.#repeats = Math.max(1, Math.ceil(clockMilliseconds / milliseconds));
    const reading = this.#repeats * milliseconds;
    this.#readings = Math.max(1, Math.min(mostReadings, Math.ceil(turnMilliseconds / reading)));
  }

  /** Undefined where the runtime cannot run it on this device. */
  static async open(name: string, model: Model, feeds: Feeds, device: ConcreteDevice): Promise<Way | undefined> {
    let session: ort.InferenceSession | undefined;
    try {
      session = await createTrainingSession(model, device);
      // The first run takes memory, too.
      await session.run(feeds);
      const began = performance.now();
      await session.run(feeds);
      return new Way(name, session, feeds, performance.now() - began);
    } catch {
      await session?.release();
      return undefined;
    }
  }

  /** Milliseconds of a run; before the first turn, infinitely many. */
  get fastest(): number {
    return Math.min(...this.#times);
  }

  /** What a quarter of the runs stay below. */
  get quartile(): number {
    const sorted = this.#times.toSorted((left, right) => left - right);
    return sorted[sorted.length >> 2] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the runs are alike, as they are where the machine does nothing else. */
  get isSteady(): boolean {
    return this.quartile <= mostSpread * this.fastest;
  }

  async turn(): Promise<void> {
    await setTimeout(settleMilliseconds);
    await this.#session?.run(this.#feeds);
    for (let reading = 0; reading < this.#readings; reading++) {
      const began = performance.now();
      for (let run = 0; run < this.#repeats; run++) await this.#session?.run(this.#feeds);
      this.#times.push((performance.now() - began) / this.#repeats);
    }
  }

  async release(): Promise<void> {
    await this.#session?.release();
    this.#session = undefined;
  }
}
