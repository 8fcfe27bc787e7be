import { describe, expect, it } from 'vitest';
import { resolveRecipe } from '#shared/document/resolve.ts';
import type { Metrics } from '#shared/protocol/run.ts';
import {
  afterEpoch,
  afterSteps,
  beginning,
  endReason,
  progressSchema,
  trainingMetrics,
  type Progress,
} from '#electron/engine/training/progress.ts';
import { project } from '#test/support/documents.ts';

const rates = Float32Array.of(0.5, 0.25, 0.125);
const results = (losses: readonly number[], correct: readonly number[] = losses.map(() => 1)) => ({
  losses: Float32Array.from(losses),
  correct: Float32Array.from(correct),
});

describe('steps', () => {
  it('are counted, with the mean over samples and not over batches', () => {
    const { progress, events, brokenAt } = afterSteps(beginning, results([1, 2, 5], [4, 2, 0]), rates, [4, 4, 1]);
    expect(brokenAt).toBeUndefined();
    expect(progress).toMatchObject({ step: 3, stepInEpoch: 3, epoch: 1 });
    expect(trainingMetrics(progress)).toEqual({ loss: (4 + 8 + 5) / 9, accuracy: 6 / 9 });
    expect(events).toEqual([
      { event: 'step', step: 1, epoch: 1, loss: 1, lr: 0.5, accuracy: 1 },
      { event: 'step', step: 2, epoch: 1, loss: 2, lr: 0.25, accuracy: 0.5 },
      { event: 'step', step: 3, epoch: 1, loss: 5, lr: 0.125, accuracy: 0 },
    ]);
  });

  it('add up to the same however they are split into runs', () => {
    const whole = afterSteps(beginning, results([1, 2, 5]), rates, [4, 4, 1]).progress;
    const first = afterSteps(beginning, results([1]), rates, [4]).progress;
    expect(afterSteps(first, results([2, 5]), rates.subarray(1), [4, 1]).progress).toEqual(whole);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('end at a loss of %f, which is not counted', (broken) => {
    const start = { ...beginning, step: 10 };
    const { progress, events, brokenAt } = afterSteps(start, results([1, broken, 1]), rates, [4, 4, 4]);
    expect(brokenAt).toBe(12);
    expect(progress).toMatchObject({ step: 11, epochWeight: 4, epochLoss: 4 });
    expect(events).toHaveLength(1);
  });

  it('whose numbers overflowed are done, and count where their loss is a number', () => {
    const overflow = Float32Array.of(1, 1, 0);
    const outcome = afterSteps(beginning, { ...results([2, Number.NaN, 4]), overflow }, rates, [4, 4, 4]);
    expect(outcome.brokenAt).toBeUndefined();
    expect(outcome.progress).toMatchObject({ step: 3, stepInEpoch: 3, epochWeight: 8, epochLoss: 24 });
    expect(outcome.events.map((event) => event.event === 'step' && event.step)).toEqual([1, 3]);
    const hopeless = { ...results([2, Number.NaN, 4]), overflow: Float32Array.of(1, 0, 0) };
    expect(afterSteps(beginning, hopeless, rates, [4, 4, 4]).brokenAt).toBe(2);
  });

  it('of a batch of which nothing could be read are taken, and tell nothing', () => {
    const { events, progress } = afterSteps(beginning, results([0], [0]), rates, [0]);
    expect(events).toEqual([]);
    expect(progress).toMatchObject({ step: 1, stepInEpoch: 1, epochWeight: 0 });
    expect(trainingMetrics(progress)).toEqual({ loss: 0, accuracy: 0 });
  });
});

/** Progress after epochs with these validation results. */
function afterEpochs(...validations: readonly Metrics[]): { progress: Progress; best: boolean[] } {
  let progress = beginning;
  const best: boolean[] = [];
  for (const validation of validations) {
    const ended = afterEpoch(progress, validation, 2);
    progress = ended.progress;
    best.push(ended.isBest);
  }
  return { progress, best };
}
const held = (accuracy: number, loss: number): Metrics => ({ accuracy, loss });

describe('epochs', () => {
  it('begin with nothing, and add up their time', () => {
    const trained = afterSteps(beginning, results([1]), rates, [4]).progress;
    const { progress } = afterEpoch(trained, held(0.5, 1), 2);
    expect(progress).toMatchObject({
      epoch: 2,
      step: 1,
      stepInEpoch: 0,
      epochLoss: 0,
      epochWeight: 0,
      epochCorrect: 0,
    });
    expect(afterEpochs(held(0.5, 1), held(0.5, 1)).progress.seconds).toBe(4);
  });

  it('are best by accuracy, among equals by loss, and the first among all', () => {
    const { progress, best } = afterEpochs(held(0.5, 1), held(0.6, 2), held(0.6, 1.5), held(0.6, 1.5), held(0.5, 0.1));
    expect(best).toEqual([true, true, true, false, false]);
    expect(progress.best).toEqual({ epoch: 3, accuracy: 0.6, loss: 1.5 });
    expect(progress.lowestLoss).toBe(0.1);
  });

  it('without progress are those with neither a better model nor a lower loss', () => {
    const waited = (...validations: Metrics[]): number => afterEpochs(...validations).progress.epochsWithoutProgress;
    expect(waited(held(0.5, 1), held(0.5, 1), held(0.4, 2))).toBe(2);
    expect(waited(held(0.5, 1), held(0.4, 2), held(0.4, 0.9))).toBe(0);
    expect(waited(held(0.5, 1), held(0.4, 2), held(0.6, 3))).toBe(0);
  });
});

describe('a rate that goes by the losses', () => {
  const stalls = { kind: 'plateau', stepFactor: 0.5, plateauPatience: 1 } as const;
  const rateAfter = (schedule: Parameters<typeof afterEpoch>[3], ...losses: number[]): number =>
    losses.reduce((progress, loss) => afterEpoch(progress, held(0.5, loss), 1, schedule).progress, beginning).plateau
      .rate;

  it('drops once the patience is over, and again', () => {
    expect(rateAfter(stalls, 1, 0.9, 0.9)).toBe(1);
    expect(rateAfter(stalls, 1, 0.9, 0.9, 0.95)).toBe(0.5);
    expect(rateAfter(stalls, 1, 0.9, 0.9, 0.95, 0.9, 0.9)).toBe(0.25);
  });

  it('is no other schedule’s', () => {
    expect(rateAfter({ ...stalls, kind: 'constant' }, 1, 1, 1, 1, 1)).toBe(1);
    expect(rateAfter(undefined, 1, 1, 1, 1, 1)).toBe(1);
  });

  it('is at the peak in a checkpoint from before there was one', () => {
    const older = Object.fromEntries(Object.entries(beginning).filter(([name]) => name !== 'plateau'));
    expect(progressSchema.parse(older)).toEqual(beginning);
  });
});

describe('a run ends', () => {
  const training = (changes: object) => ({
    ...resolveRecipe(project()).training,
    epochs: 10,
    lossThreshold: 0,
    patience: 0,
    ...changes,
  });

  it.each<[string, Partial<Progress>, object, number, string | null]>([
    ['after its last epoch', { epoch: 11 }, {}, 1, 'epochs'],
    ['not before', { epoch: 10 }, {}, 1, null],
    ['below the threshold', { epoch: 3 }, { lossThreshold: 0.5 }, 0.49, 'loss-threshold'],
    ['not at it', { epoch: 3 }, { lossThreshold: 0.5 }, 0.5, null],
    ['not below a threshold of 0, which is none', { epoch: 3 }, {}, -1, null],
    ['when patience is over', { epoch: 5, epochsWithoutProgress: 3 }, { patience: 3 }, 1, 'early-stop'],
    ['not before that', { epoch: 5, epochsWithoutProgress: 2 }, { patience: 3 }, 1, null],
    ['never by a patience of 0, which is none', { epoch: 5, epochsWithoutProgress: 99 }, {}, 1, null],
  ])('%s', (_title, progress, changes, loss, expected) => {
    expect(endReason({ ...beginning, ...progress }, training(changes), loss)).toBe(expected);
  });
});
