/**
 * Gathers what arrives in bursts and hands it on in one piece, at most once per `interval`, so that a fast run
 * cannot make the window draw more often than eyes can follow. A hidden window still drains: nothing waits for a frame.
 */
export interface EventQueue<Event> {
  readonly push: (events: readonly Event[]) => void;
  /** Hands on at once whatever waits. */
  readonly flush: () => void;
  /** Drops what waits. */
  readonly clear: () => void;
}

export interface QueueClock {
  readonly now: () => number;
  /** Runs `work` after about `milliseconds`, when the window is about to draw; answers how to cancel it. */
  readonly schedule: (work: () => void, milliseconds: number) => () => void;
}

/** @param interval Milliseconds between two hand-overs, at least. */
export function createEventQueue<Event>(
  deliver: (events: readonly Event[]) => void,
  interval: number,
  clock: QueueClock,
): EventQueue<Event> {
  let waiting: Event[] = [];
  let cancel: (() => void) | undefined;
  let last = Number.NEGATIVE_INFINITY;

  const flush = (): void => {
    cancel?.();
    cancel = undefined;
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    last = clock.now();
    deliver(events);
  };

  return {
    push: (events) => {
      for (const event of events) waiting.push(event);
      if (waiting.length > 0) cancel ??= clock.schedule(flush, Math.max(0, last + interval - clock.now()));
    },
    flush,
    clear: () => {
      cancel?.();
      cancel = undefined;
      waiting = [];
    },
  };
}

/** Waits, then takes the next animation frame where the window is visible to have one. */
export const windowClock: QueueClock = {
  now: () => performance.now(),
  schedule: (work, milliseconds) => {
    let frame: number | undefined;
    const timer = setTimeout(() => {
      if (document.visibilityState === 'visible') frame = requestAnimationFrame(work);
      else work();
    }, milliseconds);
    return () => {
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  },
};
