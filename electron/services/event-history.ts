/**
 * What a run has said, in the order it was said. Steps are nearly all of it, and are kept as columns of numbers: 40
 * bytes each instead of an object. After a return to a checkpoint the steps after it happen again and take the place
 * of the old ones.
 */
import type { RunEvent } from '#shared/protocol/run.ts';

type StepEvent = Extract<RunEvent, { event: 'step' }>;
type OtherEvent = Exclude<RunEvent, StepEvent>;

/** An event other than a step, and how many steps were before it. */
interface Placed {
  readonly event: OtherEvent;
  readonly after: number;
}

const columns = ['step', 'epoch', 'loss', 'lr', 'accuracy'] as const;
const firstCapacity = 256;

export class EventHistory {
  /** A row a step, of the numbers named above. */
  #rows = new Float64Array(firstCapacity * columns.length);
  #steps = 0;
  #others: Placed[] = [];

  append(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.event === 'step') this.#appendStep(event);
      else this.#appendOther(event);
    }
  }

  /** All of it, as a list of its own. */
  events(): RunEvent[] {
    const events: RunEvent[] = [];
    let step = 0;
    for (const { event, after } of this.#others) {
      while (step < after) events.push(this.#stepAt(step++));
      events.push(event);
    }
    while (step < this.#steps) events.push(this.#stepAt(step++));
    return events;
  }

  #appendStep(event: StepEvent): void {
    if (this.#steps > 0 && this.#numberOf(this.#steps - 1) >= event.step) this.#rewind(event.step);
    const start = this.#steps * columns.length;
    if (start === this.#rows.length) {
      const larger = new Float64Array(2 * this.#rows.length);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    columns.forEach((column, index) => (this.#rows[start + index] = event[column]));
    this.#steps++;
  }

  #appendOther(event: OtherEvent): void {
    const last = this.#others.at(-1);
    const tellsHowFar = event.event === 'cache' || event.event === 'tuning';
    const replaces = tellsHowFar && last?.event.event === event.event && last.after === this.#steps;
    if (replaces) this.#others.pop();
    this.#others.push({ event, after: this.#steps });
  }

  /** Drops the steps from this one on, and the epochs that they led to. */
  #rewind(step: number): void {
    let kept = this.#steps;
    while (kept > 0 && this.#numberOf(kept - 1) >= step) kept--;
    const { epoch } = this.#stepAt(kept);
    this.#steps = kept;
    this.#others = this.#others
      .filter(({ event }) => event.event !== 'epoch' || event.epoch < epoch)
      .map(({ event, after }) => ({ event, after: Math.min(after, kept) }));
  }

  #numberOf(at: number): number {
    return this.#rows[at * columns.length] as number;
  }

  #stepAt(at: number): StepEvent {
    const [step, epoch, loss, lr, accuracy] = this.#rows.subarray(
      at * columns.length,
      (at + 1) * columns.length,
    ) as unknown as [number, number, number, number, number];
    return { event: 'step', step, epoch, loss, lr, accuracy };
  }
}
