import { describe, expect, it } from 'vitest';
import { problem } from '#shared/messages/error.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { summarize, valueAt } from '#renderer/store/metric-series.ts';
import {
  bestEpoch,
  currentEpoch,
  dataWait,
  learningRate,
  progress,
  secondsLeft,
} from '#renderer/store/run-progress.ts';
import { failed, idle, isActive, knownRun, reduceRun, starting } from '#renderer/store/run-state.ts';
import { done, plan, step, wholeEpoch, epoch } from './run-events.ts';

const cache = (count: number): RunEvent => ({ event: 'cache', done: count, total: 50, secondsLeft: 4 });

describe('run state', () => {
  it('goes from starting through caching and running to done', () => {
    let state = reduceRun(starting, [plan]);
    expect(state.phase).toBe('running');
    state = reduceRun(state, [cache(10)]);
    expect(state.phase).toBe('caching');
    expect(progress(state)).toBeCloseTo(0.2);
    expect(secondsLeft(state)).toBe(4);
    state = reduceRun(state, [cache(50), ...wholeEpoch(1, 0.5, true)]);
    expect(state.phase).toBe('running');
    expect(progress(state)).toBeCloseTo(4 / 20);
    expect(secondsLeft(state)).toBe(8);
    expect(learningRate(state)).toBe(0.001);
    state = reduceRun(state, [...wholeEpoch(2, 0.4, true), ...wholeEpoch(3, 0.45, false)]);
    expect(bestEpoch(state)?.epoch).toBe(2);
    state = reduceRun(state, [{ event: 'state', state: 'evaluating' }]);
    expect(state.phase).toBe('evaluating');
    expect(isActive(state)).toBe(true);
    state = reduceRun(state, [done]);
    expect(state).toMatchObject({ phase: 'done', outcome: { reason: 'epochs' } });
    expect(isActive(state)).toBe(false);
    expect(currentEpoch(state)).toBe(3);
  });

  it('is tuned before it trains, which may end before everything is measured', () => {
    const tuning = (count: number, left: number | null): RunEvent => ({
      event: 'tuning',
      done: count,
      total: 8,
      secondsLeft: left,
    });
    let state = reduceRun(starting, [plan, tuning(0, null)]);
    expect([state.phase, progress(state), secondsLeft(state)]).toEqual(['tuning', 0, undefined]);
    expect(isActive(state)).toBe(true);
    state = reduceRun(state, [tuning(2, 3)]);
    expect([progress(state), secondsLeft(state)]).toEqual([0.25, 3]);
    expect(reduceRun(state, [tuning(8, 0)]).phase).toBe('running');
    state = reduceRun(state, [{ event: 'state', state: 'running' }]);
    expect([state.phase, progress(state)]).toEqual(['running', 0]);
    expect(knownRun(state)?.record.notes.map((note) => note.event)).toEqual(['plan', 'tuning', 'state']);
  });

  it('shares the time left over the steps since the last epoch', () => {
    const state = reduceRun(starting, [plan, ...wholeEpoch(1, 0.5, true), step(5), step(6)]);
    expect(currentEpoch(state)).toBe(2);
    expect(secondsLeft(state)).toBeCloseTo((8 * 14) / 16);
  });

  it('knows the time left in the first epoch by the forecast alone', () => {
    const state = reduceRun(starting, [plan, step(1), step(2)]);
    expect(secondsLeft(state)).toBeUndefined();
    expect(secondsLeft(state, 3)).toBeCloseTo(3 * plan.epochs * (1 - 2 / 20));
    expect(secondsLeft(reduceRun(state, wholeEpoch(1, 0.5, true)), 3)).toBe(8);
  });

  it('never changes a state it has given out', () => {
    const before = reduceRun(starting, [plan, ...wholeEpoch(1, 0.5, true), ...wholeEpoch(2, 0.4, true)]);
    const record = knownRun(before)?.record;
    const [epochs, notes] = [record?.epochs.length, record?.notes.length];
    reduceRun(before, [...wholeEpoch(3, 0.3, true), ...wholeEpoch(4, 0.2, true)]);
    expect([record?.epochs.length, record?.notes.length]).toEqual([epochs, notes]);
    expect([epochs, notes]).toEqual([2, 3]);
  });

  it('is the same however the events are batched', () => {
    const events: RunEvent[] = [plan, cache(50), ...wholeEpoch(1, 0.5, true), ...wholeEpoch(2, 0.4, true), done];
    const together = reduceRun(starting, events);
    const single = events.reduce((state, event) => reduceRun(state, [event]), starting);
    expect(single.phase).toBe(together.phase);
    const records = [knownRun(single)?.record, knownRun(together)?.record] as const;
    expect(records[0]?.epochs).toEqual(records[1]?.epochs);
    expect(records[0]?.notes).toEqual(records[1]?.notes);
    expect(records.map((record) => record && summarize(record.steps.loss, 100))).toSatisfy(
      ([a, b]) => JSON.stringify(a) === JSON.stringify(b),
    );
  });

  it('keeps pausing and stopping while late steps of the loop arrive', () => {
    for (const phase of ['paused', 'stopping'] as const) {
      const state = reduceRun(starting, [plan, step(1), { event: 'state', state: phase }, step(2)]);
      expect(state.phase).toBe(phase);
      expect(knownRun(state)?.record.steps.step.length).toBe(2);
    }
  });

  it('knows the share of the last epoch in which photos were waited for', () => {
    const state = reduceRun(starting, [plan, ...wholeEpoch(1, 0.5, true)]);
    expect(dataWait(state)).toBeUndefined();
    const waited = { ...epoch(2, 0.4, true), seconds: 4, dataWaitSeconds: 1 };
    expect(dataWait(reduceRun(state, [waited]))).toBe(0.25);
  });

  it('drops the later past when a resumed run repeats steps', () => {
    const before = reduceRun(starting, [plan, ...wholeEpoch(1, 0.5, true), ...wholeEpoch(2, 0.4, true), step(9, 9)]);
    const state = reduceRun(before, [plan, step(5, 5), step(6, 6)]);
    const record = knownRun(state)?.record;
    expect(record?.steps.step.length).toBe(6);
    expect(record && valueAt(record.steps.loss, 4)).toBe(5);
    expect(record?.epochs.map((known) => known.epoch)).toEqual([1]);
    expect(knownRun(before)?.record.steps.step.length).toBe(9);
  });

  it('starts a new record for another run', () => {
    const state = reduceRun(reduceRun(starting, [plan, step(1), done]), [{ ...plan, run: '/runs/two' }]);
    expect(state.phase).toBe('running');
    expect(knownRun(state)?.record.steps.step.length).toBe(0);
  });

  it('keeps what a failed run recorded, and resumes from it', () => {
    const missing = problem('run.loss-not-finite', { step: 3, epoch: 0 }, 'training');
    const state = reduceRun(starting, [plan, step(1), { event: 'error', ...missing }]);
    expect(state).toMatchObject({ phase: 'failed', problem: missing });
    expect(knownRun(state)?.record.steps.step.length).toBe(1);
    const resumed = reduceRun(state, [plan, step(2)]);
    expect(resumed.phase).toBe('running');
    expect(knownRun(resumed)?.record.steps.step.length).toBe(2);
  });

  it('fails before the plan when the start is refused', () => {
    const state = failed(starting, problem('run.busy'));
    expect(state).toEqual({ phase: 'failed', problem: problem('run.busy'), known: undefined });
    expect(reduceRun(idle, [step(1)])).toBe(idle);
  });

  it('keeps one log line for the features, however many reports came', () => {
    const state = reduceRun(starting, [plan, cache(1), cache(20), cache(50), step(1)]);
    expect(knownRun(state)?.record.notes.map((note) => note.event)).toEqual(['plan', 'cache']);
  });
});
