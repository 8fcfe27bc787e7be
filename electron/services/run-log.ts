/**
 * What a run has said so far, and who listens. Owns the list of events; listeners get batches, never the list
 * itself. After a return to a checkpoint the steps after it happen again and take the place of the old ones.
 */
import type { RunEvent } from '#shared/protocol/run.ts';

/** Waits this long for more events before it hands on a batch, milliseconds. */
const gatherFor = 50;
/** Largest batch, so that no message blocks a window for long. */
const largestBatch = 5000;

export function endsRun(event: RunEvent): boolean {
  return event.event === 'done' || event.event === 'error';
}

/** Adds events to a history in place, dropping the part of it that they repeat. */
export function appendEvents(history: RunEvent[], events: readonly RunEvent[]): void {
  for (const event of events) {
    if (event.event === 'step') dropSteps(history, event.step);
    const last = history.at(-1);
    if ((event.event === 'cache' || event.event === 'tuning') && last?.event === event.event) history.pop();
    history.push(event);
  }
}

function dropSteps(history: RunEvent[], step: number): void {
  const latest = history.findLast((event) => event.event === 'step');
  if (latest === undefined || latest.step < step) return;
  const first = history.find((event) => event.event === 'step' && event.step >= step);
  const epoch = first?.event === 'step' ? first.epoch : Number.POSITIVE_INFINITY;
  const kept = history.filter(
    (event) => !(event.event === 'step' && event.step >= step) && !(event.event === 'epoch' && event.epoch >= epoch),
  );
  history.splice(0, history.length, ...kept);
}

export class RunLog {
  readonly #history: RunEvent[] = [];
  /** What each listener has not taken yet. */
  readonly #listeners = new Set<RunEvent[]>();
  readonly #wake = new Set<() => void>();
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  append(events: readonly RunEvent[]): void {
    appendEvents(this.#history, events);
    this.#ended ||= events.some(endsRun);
    for (const listener of this.#listeners) for (const event of events) listener.push(event);
    for (const wake of this.#wake) wake();
  }

  /** Everything so far, then what comes, until the run ends or the signal fires. */
  async *watch(signal?: AbortSignal): AsyncGenerator<RunEvent[], void, void> {
    const waiting = [...this.#history];
    this.#listeners.add(waiting);
    try {
      while (!signal?.aborted) {
        yield* inBatches(waiting.splice(0, waiting.length));
        if (waiting.length === 0 && this.#ended) return;
        if (waiting.length === 0) await this.#somethingNew(signal);
        if (!this.#ended) await pause(gatherFor);
      }
    } finally {
      this.#listeners.delete(waiting);
    }
  }

  #somethingNew(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      // Its event is over by then, if the signal fired while the last batch was being taken.
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        this.#wake.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}

export function* inBatches(events: readonly RunEvent[]): Generator<RunEvent[]> {
  for (let start = 0; start < events.length; start += largestBatch) yield events.slice(start, start + largestBatch);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
