import { describe, expect, it } from 'vitest';
import { createEventQueue, type QueueClock } from '#renderer/store/event-queue.ts';

/** A clock that stands still until told otherwise. */
function manualClock() {
  let time = 0;
  let planned: { work: () => void; due: number }[] = [];
  const clock: QueueClock = {
    now: () => time,
    schedule: (work, milliseconds) => {
      const entry = { work, due: time + milliseconds };
      planned.push(entry);
      return () => {
        planned = planned.filter((other) => other !== entry);
      };
    },
  };
  const advance = (milliseconds: number): void => {
    time += milliseconds;
    const due = planned.filter((entry) => entry.due <= time);
    planned = planned.filter((entry) => entry.due > time);
    for (const entry of due) entry.work();
  };
  return { clock, advance };
}

describe('event queue', () => {
  it('hands on the first events soon and later ones together, no oftener than the interval', () => {
    const { clock, advance } = manualClock();
    const delivered: (readonly number[])[] = [];
    const queue = createEventQueue<number>((events) => delivered.push(events), 100, clock);
    queue.push([1]);
    advance(0);
    expect(delivered).toEqual([[1]]);
    queue.push([2]);
    advance(50);
    queue.push([3, 4]);
    advance(49);
    expect(delivered).toEqual([[1]]);
    advance(1);
    expect(delivered).toEqual([[1], [2, 3, 4]]);
  });

  it('delivers nothing twice, in order, when flushed or cleared', () => {
    const { clock, advance } = manualClock();
    const delivered: number[] = [];
    const queue = createEventQueue<number>((events) => delivered.push(...events), 100, clock);
    queue.push([1, 2]);
    queue.flush();
    advance(1000);
    queue.push([3]);
    queue.clear();
    advance(1000);
    queue.push([]);
    advance(1000);
    expect(delivered).toEqual([1, 2]);
  });
});
