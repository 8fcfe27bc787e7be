import { describe, expect, test } from 'vitest';
import type { RunEvent } from '#shared/protocol/run.ts';
import { EventHistory } from '#electron/services/event-history.ts';

const step = (number: number, loss = 0.1): RunEvent => ({
  event: 'step',
  step: number,
  epoch: Math.ceil(number / 2),
  loss,
  lr: 0.003,
  accuracy: 2 / 3,
});
const epoch = (number: number, loss = 0): RunEvent => ({
  event: 'epoch',
  epoch: number,
  train: { loss, accuracy: 0.5 },
  validation: { loss, accuracy: 0.5 },
  seconds: 1,
  samplesPerSecond: 1,
  secondsLeft: 1,
  best: true,
});
const cache = (done: number): RunEvent => ({ event: 'cache', done, total: 3, secondsLeft: 0 });
const state: RunEvent = { event: 'state', state: 'running' };

function historyOf(...events: RunEvent[]): RunEvent[] {
  const history = new EventHistory();
  for (const event of events) history.append([event]);
  return history.events();
}

describe('a run’s history', () => {
  test('gives back what was said, in its order and to the last digit', () => {
    const said = [
      state,
      ...Array.from({ length: 600 }, (_, index) => [step(index + 1, 1 / (index + 1)), state]).flat(),
    ];
    expect(historyOf(...said)).toEqual(said);
  });

  test('drops the steps and epochs that a return to a checkpoint repeats, and nothing else', () => {
    const before = [step(1), step(2), epoch(1), step(3, 1), step(4, 1), epoch(2, 1), state, step(5)];
    const again = [step(3, 2), step(4, 2), epoch(2, 2)];
    expect(historyOf(...before, ...again)).toEqual([
      step(1),
      step(2),
      epoch(1),
      state,
      step(3, 2),
      step(4, 2),
      epoch(2, 2),
    ]);
  });

  test('begins again where a run goes back to its first step', () => {
    expect(historyOf(step(1, 1), step(2, 1), epoch(1, 1), step(1, 2))).toEqual([step(1, 2)]);
  });

  test('keeps only the latest progress of tuning, and of the cache', () => {
    const tuning = (done: number): RunEvent => ({ event: 'tuning', done, total: 3, secondsLeft: 0 });
    expect(historyOf(cache(3), tuning(1), tuning(2))).toEqual([cache(3), tuning(2)]);
    expect(historyOf(cache(1), cache(2), cache(3))).toEqual([cache(3)]);
    expect(historyOf(cache(3), step(1), cache(1))).toEqual([cache(3), step(1), cache(1)]);
  });

  test('hands out lists of their own', () => {
    const history = new EventHistory();
    history.append([step(1)]);
    const before = history.events();
    history.append([step(2)]);
    expect(before).toEqual([step(1)]);
  });
});
