/** What is read off a run's state: how far it is, how fast, how long still, how good. */
import type { EpochEvent } from '#renderer/store/run-record.ts';
import { knownRun, type RunState } from '#renderer/store/run-state.ts';
import { valueAt } from '#renderer/store/metric-series.ts';
import { noticeableWait } from '#shared/protocol/data-wait.ts';

/** Share of the whole run's steps that are done, 0–1; of pictures while features are computed, of gradients while tuning. */
export function progress(state: RunState): number {
  if (state.phase === 'caching') return state.cache.total === 0 ? 0 : state.cache.done / state.cache.total;
  if (state.phase === 'tuning') return state.tuning.total === 0 ? 0 : state.tuning.done / state.tuning.total;
  if (state.phase === 'done' || state.phase === 'evaluating') return 1;
  const known = knownRun(state);
  if (known === undefined) return 0;
  const total = known.plan.epochs * known.plan.stepsPerEpoch;
  return total === 0 ? 0 : Math.min(1, lastStep(state) / total);
}

/** Number of the last step, 0 before the first. */
function lastStep(state: RunState): number {
  const series = knownRun(state)?.record.steps.step;
  return series === undefined || series.length === 0 ? 0 : valueAt(series, series.length - 1);
}

/** The epoch in progress, from 1; 0 before a plan is known. */
export function currentEpoch(state: RunState): number {
  const known = knownRun(state);
  if (known === undefined) return 0;
  if (state.phase === 'done') return known.record.epochs.at(-1)?.epoch ?? 0;
  return Math.min(known.plan.epochs, Math.max(1, Math.ceil(lastStep(state) / known.plan.stepsPerEpoch)));
}

/**
 * Seconds still to go, by the last epoch's estimate less what has been done since; during the first epoch by the
 * forecast, seconds per epoch, where there is one. Undefined while nothing is known.
 */
export function secondsLeft(state: RunState, forecast?: number): number | undefined {
  if (state.phase === 'caching') return state.cache.secondsLeft;
  if (state.phase === 'tuning') return state.tuning.secondsLeft ?? undefined;
  if (state.phase !== 'running' && state.phase !== 'paused') return undefined;
  const epoch = state.record.epochs.at(-1);
  const { plan } = state;
  if (epoch === undefined) return forecast === undefined ? undefined : forecast * plan.epochs * (1 - progress(state));
  const whole = plan.epochs * plan.stepsPerEpoch;
  const then = whole - epoch.epoch * plan.stepsPerEpoch;
  return then <= 0 ? 0 : (epoch.secondsLeft * Math.max(0, whole - lastStep(state))) / then;
}

export function samplesPerSecond(state: RunState): number | undefined {
  return knownRun(state)?.record.epochs.at(-1)?.samplesPerSecond;
}

/** Share of the last epoch's time that was spent waiting for photos; undefined where it is not worth a word. */
export function dataWait(state: RunState): number | undefined {
  const epoch = knownRun(state)?.record.epochs.at(-1);
  return epoch && noticeableWait(epoch);
}

/** The epoch whose model is kept: the last one that beat all before it. */
export function bestEpoch(state: RunState): EpochEvent | undefined {
  return knownRun(state)?.record.epochs.findLast((epoch) => epoch.best);
}

/** Learning rate of the last step; undefined before the first. */
export function learningRate(state: RunState): number | undefined {
  const series = knownRun(state)?.record.steps.lr;
  return series === undefined || series.length === 0 ? undefined : valueAt(series, series.length - 1);
}
