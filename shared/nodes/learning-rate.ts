import type { SchedulePart } from '#shared/nodes/recipe.ts';

/** Half a cosine from `from` at 0 to `to` at 1. */
function cosine(from: number, to: number, progress: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
}

/**
 * Learning rate of one step, of a run planned over `steps`.
 * One-cycle: two half cosines, from peak/startDivisor up over the first `warmup` of the steps and down to
 * peak/endDivisor (fastai's fit_one_cycle; Smith 2018). Cosine: half a cosine from the peak to 0
 * (Loshchilov and Hutter 2017). Step: ×stepFactor every `stepEpochs`.
 * @param step from 1
 */
export function learningRateAt(
  schedule: Omit<SchedulePart, 'node'>,
  peak: number,
  step: number,
  steps: number,
  stepsPerEpoch: number,
): number {
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
  }
}
