import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand';
import { emptyDocument } from '#shared/document/model.ts';
import { GraftError, toProblem } from '#shared/messages/error.ts';
import type { Evaluation, RunEvent } from '#shared/protocol/run.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { type RunHost, runStore } from '#renderer/store/run-store.ts';
import { done, plan, step, wholeEpoch } from './run-events.ts';

const evaluation: Evaluation = {
  classes: ['circle', 'square'],
  loss: 0.4,
  accuracy: 0.6,
  accuracyMargin: 0.25,
  macroF1: 0.58,
  confusion: [
    [3, 2],
    [2, 3],
  ],
  perClass: [],
  samples: [],
};

/** A host whose watches are given, one list of batches per call; an error in a list breaks the channel there. */
function hostOf(watches: (readonly RunEvent[] | Error)[][], overrides: Partial<RunHost> = {}): RunHost {
  const refuse = (): Promise<never> => Promise.reject(new GraftError('run.none'));
  let watched = 0;
  return {
    start: () => Promise.resolve({ run: plan.run }),
    resume: () => Promise.resolve({ run: plan.run }),
    control: refuse,
    document: () => Promise.resolve({ document: emptyDocument }),
    current: () => Promise.resolve({ run: plan.run }),
    evaluation: () => Promise.resolve(evaluation),
    export: refuse,
    predict: refuse,
    problemOf: toProblem,
    watch: () => {
      const batches = watches[watched++] ?? [];
      async function* tell(): AsyncGenerator<readonly RunEvent[]> {
        for (const batch of batches) {
          await Promise.resolve();
          if (batch instanceof Error) throw batch;
          yield batch;
        }
      }
      return Promise.resolve(tell());
    },
    ...overrides,
  };
}

/** Delivers every batch at once. */
const immediate = {
  now: () => 0,
  schedule: (work: () => void) => {
    work();
    return () => undefined;
  },
};

function storeOf(host: RunHost) {
  return createStore(runStore(host, () => ({ document: emptyDocument, path: '', device: 'auto' }), immediate));
}

describe('run store', () => {
  it('trains, follows the run to its end and fetches its results', async () => {
    const store = storeOf(hostOf([[[plan], wholeEpoch(1, 0.5, true), [done]]]));
    await store.getState().start();
    expect(store.getState().state.phase).toBe('done');
    expect(store.getState().evaluation).toEqual({ status: 'ready', value: evaluation });
    expect(store.getState().startedWith).toBe(emptyDocument);
  });

  it('says why a start was refused', async () => {
    const host = hostOf([], { start: () => Promise.reject(new GraftError('run.busy')) });
    const store = storeOf(host);
    await store.getState().start();
    expect(store.getState().state).toMatchObject({ phase: 'failed', problem: { code: 'run.busy' } });
    // Nothing has been trained, and no card says so.
    expect(store.getState().startedWith).toBeUndefined();
  });

  it('keeps the last results when the next start is refused', async () => {
    let starts = 0;
    const host = hostOf([[[plan], wholeEpoch(1, 0.5, true), [done]]], {
      start: () =>
        starts++ === 0 ? Promise.resolve({ run: plan.run }) : Promise.reject(new GraftError('graph.no-training')),
    });
    const store = storeOf(host);
    await store.getState().start();
    const before = store.getState();
    await store.getState().start();
    expect(store.getState()).toEqual({ ...before, refusal: expect.objectContaining({ code: 'graph.no-training' }) });
  });

  it('shows no run any more when it is told to, but one in progress', async () => {
    const store = storeOf(hostOf([[[plan], wholeEpoch(1, 0.5, true), [done]]]));
    await store.getState().start();
    store.getState().clear();
    expect(store.getState()).toMatchObject({ state: { phase: 'idle' }, startedWith: undefined });
    expect(store.getState().evaluation).toEqual({ status: 'none' });
    store.setState({ state: { phase: 'starting' } });
    store.getState().clear();
    expect(store.getState().state.phase).toBe('starting');
  });

  it('takes up a run in progress, and only when it shows none', async () => {
    const store = storeOf(hostOf([[[plan, step(1)], [done]]]));
    await store.getState().attach();
    expect(store.getState().state.phase).toBe('done');
    await store.getState().attach();
    expect(knownRun(store.getState().state)?.record.steps.step.length).toBe(1);
  });

  it('watches again from the beginning when the channel breaks, counting nothing twice', async () => {
    const whole = [[plan, ...wholeEpoch(1, 0.5, true)], [done]];
    const store = storeOf(hostOf([[whole[0] ?? [], new Error('socket closed')], whole]));
    await store.getState().start();
    const known = knownRun(store.getState().state);
    expect(store.getState().state.phase).toBe('done');
    expect(known?.record.steps.step.length).toBe(4);
    expect(known?.record.notes.map((note) => note.event)).toEqual(['plan', 'epoch', 'done']);
  });

  it('gives up a channel that keeps breaking, keeping what it knows', async () => {
    const broken = [[plan, step(1)], new Error('socket closed')];
    const store = storeOf(hostOf([broken, broken, broken, broken, broken]));
    await store.getState().start();
    expect(store.getState().state).toMatchObject({ phase: 'failed', problem: { code: 'internal.unexpected' } });
    expect(knownRun(store.getState().state)?.record.steps.step.length).toBe(1);
  });

  it('says that a run was interrupted when it told no end', async () => {
    const store = storeOf(hostOf([[[plan, step(1)]]]));
    await store.getState().watch(plan.run);
    expect(store.getState().state).toMatchObject({ phase: 'failed', problem: { code: 'run.interrupted' } });
    expect(store.getState().startedWith).toBe(emptyDocument);
  });

  it('keeps the run going when a command is refused', async () => {
    const store = storeOf(hostOf([[[plan, done]]]));
    await store.getState().start();
    await store.getState().setLearningRateFactor(0.5);
    expect(store.getState()).toMatchObject({ factor: 1, refusal: { code: 'run.none' }, state: { phase: 'done' } });
    store.getState().dismissRefusal();
    expect(store.getState().refusal).toBeUndefined();
  });
});
