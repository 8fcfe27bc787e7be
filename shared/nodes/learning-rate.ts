import { scheduledRate, warmedUpRate, type Schedule } from '#shared/core/schedules.ts';
import type { SchedulePart } from '#shared/nodes/recipe.ts';

/** Half a cosine from `from` at 0 to `to` at 1. */
function cosine(from: number, to: number, progress: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
}

/**
 * Learning rate of one step, of a run planned over `steps`.
 * One-cycle: two half cosines, from peak/startDivisor up over the first `warmup` of the steps and down to
 * peak/endDivisor (fastai's fit_one_cycle; Smith 2018). Cosine: half a cosine from the peak to 0
 * (Loshchilov and Hutter 2017). Step: ×stepFactor every `stepEpochs`. The others are PyTorch's, over what a linear
 * warm-up leaves of the run; a plateau's drops come from the losses and are not in here.
 * @param step from 1
 */
export function learningRateAt(
  schedule: Omit<SchedulePart, 'node'>,
  peak: number,
  step: number,
  steps: number,
  stepsPerEpoch: number,
): number {
  const rising = schedule.kind === 'one-cycle' ? 0 : Math.round(schedule.ramp * steps);
  if (rising > 0) {
    const settled = { ...schedule, ramp: 0 };
    return step <= rising
      ? warmedUpRate({ steps: rising, startFactor: 1 / (rising + 1) }, { kind: 'constant' }, peak, step - 1)
      : learningRateAt(settled, peak, step - rising, steps - rising, stepsPerEpoch);
  }
  // A run of one step is all peak.
  const progress = steps > 1 ? (step - 1) / (steps - 1) : 0;
  switch (schedule.kind) {
    case 'constant':
      return peak;
    case 'cosine':
      return cosine(peak, 0, (step - 1) / steps);
    case 'step':
      return peak * schedule.stepFactor ** Math.floor((step - 1) / (schedule.stepEpochs * stepsPerEpoch));
    case 'one-cycle': {
      if (steps <= 1) return peak;
      const { warmup } = schedule;
      return progress < warmup
        ? cosine(peak / schedule.startDivisor, peak, progress / warmup)
        : cosine(peak, peak / schedule.endDivisor, (progress - warmup) / (1 - warmup));
    }
    default:
      return scheduledRate(inSteps(schedule, steps, stepsPerEpoch), peak, step - 1);
  }
}

/** A schedule of epochs as PyTorch's of steps. */
function inSteps(schedule: Omit<SchedulePart, 'node'>, steps: number, stepsPerEpoch: number): Schedule {
  switch (schedule.kind) {
    case 'multi-step': {
      const milestones = schedule.milestones.map((epochs) => epochs * stepsPerEpoch);
      return { kind: 'multi_step', milestones, gamma: schedule.stepFactor };
    }
    case 'exponential':
      return { kind: 'exponential', gamma: schedule.epochFactor ** (1 / stepsPerEpoch) };
    case 'polynomial':
      return { kind: 'polynomial', total_iters: steps, power: schedule.power };
    case 'cosine-restarts': {
      const { restartEpochs, restartGrowth } = schedule;
      return { kind: 'cosine_warm_restarts', T_0: restartEpochs * stepsPerEpoch, T_mult: restartGrowth };
    }
    default:
      return { kind: 'constant' };
  }
}
