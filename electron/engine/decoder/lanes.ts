/**
 * What the decoder's threads tell each other and the one that watches them, in shared memory, so that an ordinary
 * picture costs no message: which pictures are being decoded, how much memory those may take, and whether others wait.
 * Every thread has some lanes, a picture in each.
 */

/** A picture that is being decoded. */
export interface Running {
  /** Tells it from the one before in its lane. */
  readonly serial: number;
  readonly job: number;
  readonly index: number;
  /** Bytes it may take. */
  readonly bytes: number;
  /** How many times as long as an ordinary one it may take. */
  readonly patience: number;
}

/** Bytes are counted in these, so that their sums fit 32 bits. */
const unit = 1024;
/** Places of what is for all lanes, and then of what is for each. */
const [paused, locked, used, freed, common] = [0, 1, 2, 3, 4] as const;
const [serial, job, index, bytes, patience, perLane] = [0, 1, 2, 3, 4, 5] as const;

export class Lanes {
  readonly #memory: Int32Array;
  readonly #allUnits: number;

  /** @param allBytes that decoding may take at a time */
  constructor(buffer: SharedArrayBuffer, allBytes: number) {
    this.#memory = new Int32Array(buffer);
    this.#allUnits = Math.floor(allBytes / unit);
  }

  static sharedBuffer(lanes: number): SharedArrayBuffer {
    return new SharedArrayBuffer((common + lanes * perLane) * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Waits until the memory is there and no other picture has to be alone. One that asks for more than there is gets it
   * when nobody else has any.
   */
  async take(wanted: number): Promise<void> {
    for (;;) {
      while (Atomics.load(this.#memory, paused) === 1) await this.#changed(paused, 1);
      const seen = Atomics.load(this.#memory, freed);
      if (this.tryExchange(0, wanted)) return;
      await this.#changed(freed, seen);
    }
  }

  /** Takes `wanted` in place of `held` if that can be done at once. */
  tryExchange(held: number, wanted: number): boolean {
    const more = units(wanted) - units(held);
    for (;;) {
      const before = Atomics.load(this.#memory, used);
      const after = before + more;
      if (after > Math.max(this.#allUnits, units(wanted))) return false;
      if (Atomics.compareExchange(this.#memory, used, before, after) === before) return true;
    }
  }

  give(held: number): void {
    Atomics.sub(this.#memory, used, units(held));
    Atomics.add(this.#memory, freed, 1);
    Atomics.notify(this.#memory, freed);
  }

  /** Whether pictures that have not begun wait: for one that takes long to be alone. */
  pause(isPaused: boolean): void {
    if (Atomics.exchange(this.#memory, paused, isPaused ? 1 : 0) === 1 && !isPaused) {
      Atomics.notify(this.#memory, paused);
    }
  }

  async #changed(place: number, from: number): Promise<void> {
    const { async: waits, value } = Atomics.waitAsync(this.#memory, place, from);
    if (waits) await value;
  }

  /** Does `work` while no other thread does any. */
  alone(work: () => void): void {
    while (Atomics.compareExchange(this.#memory, locked, 0, 1) !== 0) Atomics.wait(this.#memory, locked, 1);
    try {
      work();
    } finally {
      Atomics.store(this.#memory, locked, 0);
      Atomics.notify(this.#memory, locked, 1);
    }
  }

  /** Says that a lane has begun with a picture. */
  begin(lane: number, running: Omit<Running, 'serial'>): void {
    const at = common + lane * perLane;
    Atomics.store(this.#memory, at + job, running.job);
    Atomics.store(this.#memory, at + index, running.index);
    Atomics.store(this.#memory, at + bytes, units(running.bytes));
    Atomics.store(this.#memory, at + patience, Math.ceil(running.patience * unit));
    // Odd while there is one; last, so that whoever sees it sees the rest.
    Atomics.store(this.#memory, at + serial, Atomics.load(this.#memory, at + serial) + 1);
  }

  /** Says that its picture may take more, or less, and longer than was thought. */
  amend(lane: number, wanted: number, longer: number): void {
    Atomics.store(this.#memory, common + lane * perLane + patience, Math.ceil(longer * unit));
    Atomics.store(this.#memory, common + lane * perLane + bytes, units(wanted));
  }

  end(lane: number): void {
    Atomics.add(this.#memory, common + lane * perLane + serial, 1);
  }

  /** What is being decoded. */
  running(): Running[] {
    const found: Running[] = [];
    for (let lane = 0, at = common; at < this.#memory.length; lane++, at += perLane) {
      const before = Atomics.load(this.#memory, at + serial);
      if (before % 2 === 0) continue;
      const read = (place: number): number => Atomics.load(this.#memory, at + place);
      const one = {
        serial: before * this.#memory.length + lane,
        job: read(job),
        index: read(index),
        bytes: read(bytes) * unit,
        patience: read(patience) / unit,
      };
      if (read(serial) === before) found.push(one);
    }
    return found;
  }
}

function units(count: number): number {
  return Math.ceil(count / unit);
}
