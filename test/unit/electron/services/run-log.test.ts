import { describe, expect, test } from 'vitest';
import type { RunEvent } from '#shared/protocol/run.ts';
import { appendEvents, RunLog } from '#electron/services/run-log.ts';

const step = (number: number, loss = 0): RunEvent => ({
  event: 'step',
  step: number,
  epoch: Math.ceil(number / 2),
  loss,
  lr: 0,
  accuracy: 0,
});
const end: RunEvent = {
  event: 'done',
  run: '/r',
  reason: 'epochs',
  best: { epoch: 1, loss: 0, accuracy: 1 },
  model: '/r/model.onnx',
  seconds: 1,
};

async function taken(log: RunLog, signal?: AbortSignal): Promise<RunEvent[][]> {
  const batches: RunEvent[][] = [];
  for await (const batch of log.watch(signal)) batches.push(batch);
  return batches;
}

describe('a run’s history', () => {
  test('drops the steps that a return to a checkpoint repeats', () => {
    const history: RunEvent[] = [];
    appendEvents(history, [step(1), step(2), step(3, 1), step(4, 1), step(3, 2), step(4, 2)]);
    expect(history.map((event) => (event.event === 'step' ? [event.step, event.loss] : []))).toEqual([
      [1, 0],
      [2, 0],
      [3, 2],
      [4, 2],
    ]);
  });

  test('keeps only the latest progress of the cache, and of tuning', () => {
    const history: RunEvent[] = [];
    const progress = (event: 'cache' | 'tuning', done: number): RunEvent => ({ event, done, total: 3, secondsLeft: 0 });
    appendEvents(history, [progress('cache', 1), progress('cache', 3), progress('tuning', 1), progress('tuning', 2)]);
    expect(history).toEqual([progress('cache', 3), progress('tuning', 2)]);
  });

  test('takes 100,000 steps in batches, in order', async () => {
    const log = new RunLog();
    for (let first = 1; first <= 100_000; first += 1000) {
      log.append(Array.from({ length: 1000 }, (_, index) => step(first + index)));
    }
    log.append([end]);
    const batches = await taken(log);
    expect(batches.length).toBeLessThan(30);
    const numbers = batches.flat().flatMap((event) => (event.event === 'step' ? [event.step] : []));
    expect(numbers).toEqual(Array.from({ length: 100_000 }, (_, index) => index + 1));
  });
});

describe('watching', () => {
  test('gives every listener everything, whenever it came', async () => {
    const log = new RunLog();
    log.append([step(1)]);
    const early = taken(log);
    log.append([step(2)]);
    const late = taken(log);
    log.append([step(3), end]);
    for (const events of await Promise.all([early, late]))
      expect(events.flat()).toEqual([step(1), step(2), step(3), end]);
  });

  test('ends when the listener goes', async () => {
    const log = new RunLog();
    const control = new AbortController();
    const watching = taken(log, control.signal);
    log.append([step(1)]);
    control.abort();
    await expect(watching).resolves.toBeDefined();
    expect(log.ended).toBe(false);
  });
});
