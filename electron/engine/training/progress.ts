/** Where a run stands between two steps: plain data, changed by pure functions, kept in every checkpoint. */
import { z } from 'zod';
import type { Metrics, RunEvent } from '#shared/protocol/run.ts';
import { afterMeasurement, beforePlateau } from '#shared/core/schedules.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import type { StepResults } from '#electron/engine/training/network.ts';

export const bestSchema = z.object({ epoch: z.number(), loss: z.number(), accuracy: z.number() });

/** Where a run stands, beside the tensors of a checkpoint. */
export const progressSchema = z.object({
  /** Steps done. */
  step: z.number(),
  /** Epoch in progress, from 1, and steps done in it. */
  epoch: z.number(),
  stepInEpoch: z.number(),
  /** Sums over the steps of the epoch in progress. */
  epochLoss: z.number(),
  epochWeight: z.number(),
  epochCorrect: z.number(),
  best: bestSchema.nullable(),
  /** Lowest validation loss so far; null before the first epoch. */
  lowestLoss: z.number().nullable(),
  /** Epochs since the best model or the lowest loss last changed: what patience counts. */
  epochsWithoutProgress: z.number(),
  rateFactor: z.number(),
  /** Of a schedule that goes by the validation loss: its rate relative to the peak, and what it remembers. */
  plateau: z
    .object({ rate: z.number(), best: z.number().nullable(), bad: z.number(), cooling: z.number() })
    .default(beforePlateau(1)),
  /** Training time so far, seconds. */
  seconds: z.number(),
  /** Set once training is over. */
  finished: z.enum(['epochs', 'early-stop', 'loss-threshold', 'stopped']).nullable(),
});
export type Progress = z.infer<typeof progressSchema>;

export type EndReason = NonNullable<Progress['finished']>;

export const beginning: Progress = {
  step: 0,
  epoch: 1,
  stepInEpoch: 0,
  epochLoss: 0,
  epochWeight: 0,
  epochCorrect: 0,
  best: null,
  lowestLoss: null,
  epochsWithoutProgress: 0,
  rateFactor: 1,
  plateau: beforePlateau(1),
  seconds: 0,
  finished: null,
};

export interface StepsDone {
  readonly progress: Progress;
  readonly events: RunEvent[];
  /** The first step whose loss is not a number for good; steps from it on are not counted. */
  readonly brokenAt: number | undefined;
}

/**
 * @param rates learning rate of each step
 * @param counts samples of each step, padding left out
 */
export function afterSteps(
  progress: Progress,
  results: StepResults,
  rates: Float32Array,
  counts: readonly number[],
): StepsDone {
  const events: RunEvent[] = [];
  let { step, stepInEpoch, epochLoss, epochWeight, epochCorrect } = progress;
  let brokenAt: number | undefined;
  for (const [index, loss] of results.losses.entries()) {
    if (!Number.isFinite(loss)) {
      if (results.overflow?.[index]) {
        step++;
        stepInEpoch++;
        continue;
      }
      brokenAt = step + 1;
      break;
    }
    const count = counts[index] as number;
    if (count === 0) {
      // None of its samples could be read: nothing was trained, and nothing is to be told.
      step++;
      stepInEpoch++;
      continue;
    }
    const correct = results.correct[index] as number;
    step++;
    stepInEpoch++;
    epochLoss += loss * count;
    epochWeight += count;
    epochCorrect += correct;
    events.push({
      event: 'step',
      step,
      epoch: progress.epoch,
      loss,
      lr: rates[index] as number,
      accuracy: correct / Math.max(1, count),
    });
  }
  return { progress: { ...progress, step, stepInEpoch, epochLoss, epochWeight, epochCorrect }, events, brokenAt };
}

/** Mean training loss and accuracy of the epoch in progress. */
export function trainingMetrics(progress: Progress): Metrics {
  const weight = Math.max(1, progress.epochWeight);
  return { loss: progress.epochLoss / weight, accuracy: progress.epochCorrect / weight };
}

/** @param seconds the epoch took */
export function afterEpoch(
  progress: Progress,
  validation: Metrics,
  seconds: number,
  schedule?: Pick<Recipe['schedule'], 'kind' | 'stepFactor' | 'plateauPatience'>,
): { progress: Progress; isBest: boolean } {
  const { best, lowestLoss } = progress;
  // People choose a model by its accuracy; among equals the one with the lower loss is better.
  const isBest =
    !best ||
    validation.accuracy > best.accuracy ||
    (validation.accuracy === best.accuracy && validation.loss < best.loss);
  const isLowest = lowestLoss === null || validation.loss < lowestLoss;
  return {
    isBest,
    progress: {
      ...progress,
      epoch: progress.epoch + 1,
      stepInEpoch: 0,
      epochLoss: 0,
      epochWeight: 0,
      epochCorrect: 0,
      best: isBest ? { epoch: progress.epoch, ...validation } : best,
      lowestLoss: isLowest ? validation.loss : lowestLoss,
      epochsWithoutProgress: isBest || isLowest ? 0 : progress.epochsWithoutProgress + 1,
      seconds: progress.seconds + seconds,
      plateau:
        schedule?.kind === 'plateau'
          ? afterMeasurement(progress.plateau, validation.loss, {
              factor: schedule.stepFactor,
              patience: schedule.plateauPatience,
            })
          : progress.plateau,
    },
  };
}

/** Why a run ends after its last complete epoch, if it does. @param trainLoss mean over that epoch */
export function endReason(progress: Progress, training: Recipe['training'], trainLoss: number): EndReason | null {
  if (progress.epoch > training.epochs) return 'epochs';
  if (training.lossThreshold > 0 && trainLoss < training.lossThreshold) return 'loss-threshold';
  if (training.patience > 0 && progress.epochsWithoutProgress >= training.patience) return 'early-stop';
  return null;
}
