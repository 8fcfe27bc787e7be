/**
 * Learning rates over a run, by PyTorch's names and with its numbers (torch.optim.lr_scheduler). Pure functions of how
 * many times the scheduler has stepped: 0 is the first rate. Whether a step is a batch or an epoch is the caller's.
 */

export type Schedule =
  /** ConstantLR: base · factor for `total_iters` steps, then base. */
  | { readonly kind: 'constant'; readonly factor?: number; readonly total_iters?: number }
  /** LinearLR: base times a factor that goes from `start_factor` to `end_factor` in `total_iters` steps. */
  | {
      readonly kind: 'linear';
      readonly start_factor?: number;
      readonly end_factor?: number;
      readonly total_iters?: number;
    }
  /** StepLR: × gamma every `step_size` steps. */
  | { readonly kind: 'step'; readonly step_size: number; readonly gamma?: number }
  /** MultiStepLR: × gamma at each milestone, as often as it is listed. */
  | { readonly kind: 'multi_step'; readonly milestones: readonly number[]; readonly gamma?: number }
  /** ExponentialLR: × gamma at each step. */
  | { readonly kind: 'exponential'; readonly gamma: number }
  /** PolynomialLR: base · (1 − t/total_iters)^power, then 0. */
  | { readonly kind: 'polynomial'; readonly total_iters: number; readonly power?: number }
  /** CosineAnnealingLR: half a cosine from base to `eta_min` in `T_max` steps, and on along the wave. */
  | { readonly kind: 'cosine'; readonly T_max: number; readonly eta_min?: number }
  /** CosineAnnealingWarmRestarts: such half cosines one after the other, each `T_mult` times as long as the last. */
  | { readonly kind: 'cosine_warm_restarts'; readonly T_0: number; readonly T_mult?: number; readonly eta_min?: number }
  /** OneCycleLR, where base is `max_lr`: up from base/div_factor, and down to that over final_div_factor. */
  | {
      readonly kind: 'one_cycle';
      readonly total_steps: number;
      readonly pct_start?: number;
      readonly anneal_strategy?: 'cos' | 'linear';
      readonly div_factor?: number;
      readonly final_div_factor?: number;
      readonly three_phase?: boolean;
    };

function between(from: number, to: number, progress: number): number {
  return from + (to - from) * progress;
}

/** Half a cosine from `from` at 0 to `to` at 1. */
function cosineBetween(from: number, to: number, progress: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * progress));
}

/** The rate after `time` steps of the scheduler, when the optimizer's own rate is `base`. */
export function scheduledRate(schedule: Schedule, base: number, time: number): number {
  switch (schedule.kind) {
    case 'constant':
      return time < (schedule.total_iters ?? 0) ? base * (schedule.factor ?? 1) : base;
    case 'linear': {
      const { start_factor: start = 1 / 3, end_factor: end = 1, total_iters: total = 5 } = schedule;
      return base * between(start, end, total > 0 ? Math.min(1, time / total) : 1);
    }
    case 'step':
      return base * (schedule.gamma ?? 0.1) ** Math.floor(time / schedule.step_size);
    case 'multi_step':
      return base * (schedule.gamma ?? 0.1) ** schedule.milestones.filter((milestone) => milestone <= time).length;
    case 'exponential':
      return base * schedule.gamma ** time;
    case 'polynomial':
      return base * (1 - Math.min(1, time / schedule.total_iters)) ** (schedule.power ?? 1);
    case 'cosine':
      return cosineBetween(base, schedule.eta_min ?? 0, time / schedule.T_max);
    case 'cosine_warm_restarts': {
      const { place, length } = restart(schedule.T_0, schedule.T_mult ?? 1, time);
      return cosineBetween(base, schedule.eta_min ?? 0, place / length);
    }
    case 'one_cycle':
      return oneCycle(schedule, base, time);
  }
}

/** The cycle `time` lies in: its length, and the place in it. Cycles before it are T₀·(mⁿ − 1)/(m − 1) long together. */
function restart(first: number, growth: number, time: number): { place: number; length: number } {
  if (growth === 1) return { place: time % first, length: first };
  let [start, length] = [0, first];
  while (time >= start + length) {
    start += length;
    length *= growth;
  }
  return { place: time - start, length };
}

/** Smith 2018. Two phases end before `pct_start` of the steps and at the last; with three, the way down mirrors the way up. */
function oneCycle(schedule: Extract<Schedule, { kind: 'one_cycle' }>, peak: number, time: number): number {
  const { total_steps: total, pct_start: share = 0.3, div_factor: over = 25, final_div_factor: last = 1e4 } = schedule;
  const anneal = schedule.anneal_strategy === 'linear' ? between : cosineBetween;
  const first = peak / over;
  const phases = schedule.three_phase
    ? [
        { end: share * total - 1, from: first, to: peak },
        { end: 2 * share * total - 2, from: peak, to: first },
        { end: total - 1, from: first, to: first / last },
      ]
    : [
        { end: share * total - 1, from: first, to: peak },
        { end: total - 1, from: peak, to: first / last },
      ];
  let start = 0;
  for (const [index, { end, from, to }] of phases.entries()) {
    if (time <= end || index === phases.length - 1) return anneal(from, to, (time - start) / (end - start));
    start = end;
  }
  return peak;
}

/**
 * A straight way up from `startFactor` of the base over `steps` steps, and then the schedule from its own beginning:
 * LinearLR and SequentialLR.
 */
export function warmedUpRate(
  warmup: { readonly steps: number; readonly startFactor: number },
  schedule: Schedule,
  base: number,
  time: number,
): number {
  return time < warmup.steps
    ? base * between(warmup.startFactor, 1, time / warmup.steps)
    : scheduledRate(schedule, base, time - warmup.steps);
}

export interface PlateauSettings {
  readonly factor?: number;
  /** Measurements without a better one that are borne; the next lowers the rate. */
  readonly patience?: number;
  /** How much better counts as better: a share of the best (`rel`), or a difference (`abs`). */
  readonly threshold?: number;
  readonly threshold_mode?: 'rel' | 'abs';
  /** Measurements after a drop that are not counted. */
  readonly cooldown?: number;
  readonly min_lr?: number;
  /** A smaller drop than this is not made. */
  readonly eps?: number;
}

export interface Plateau {
  readonly rate: number;
  /** Lowest measurement; null before the first. */
  readonly best: number | null;
  readonly bad: number;
  readonly cooling: number;
}

export function beforePlateau(rate: number): Plateau {
  return { rate, best: null, bad: 0, cooling: 0 };
}

/** ReduceLROnPlateau in its mode `min`: what follows from one more measurement, such as an epoch's validation loss. */
export function afterMeasurement(plateau: Plateau, measured: number, settings: PlateauSettings = {}): Plateau {
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, min_lr: least = 0, eps = 1e-8 } = settings;
  const { best, rate } = plateau;
  const mark = best === null ? Infinity : settings.threshold_mode === 'abs' ? best - threshold : best * (1 - threshold);
  const isBetter = measured < mark;
  const cooling = Math.max(0, plateau.cooling - 1);
  const bad = isBetter || plateau.cooling > 0 ? 0 : plateau.bad + 1;
  const next = { rate, best: isBetter ? measured : best, bad, cooling };
  if (bad <= patience) return next;
  const lower = Math.max(rate * factor, least);
  return { ...next, rate: rate - lower > eps ? lower : rate, bad: 0, cooling: cooldown };
}
