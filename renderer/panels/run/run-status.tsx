import { assertNever } from '#shared/core/assert-never.ts';
import { outcomeSentence } from '#renderer/panels/run/log-lines.ts';
import { bestEpoch, currentEpoch } from '#renderer/store/run-progress.ts';
import type { RunState } from '#renderer/store/run-state.ts';
import { formatCount, formatPercent } from '#shared/core/format.ts';
import classes from '#renderer/panels/run/run.module.css';

/** How far the run is, as the run bar shows it. */
export function RunStatus({ state }: { readonly state: RunState }) {
  switch (state.phase) {
    case 'running':
    case 'paused':
      return (
        <span className={classes['status']}>
          {state.phase === 'paused' ? 'Paused in epoch' : 'Epoch'} <strong>{formatCount(currentEpoch(state))}</strong>{' '}
          of {formatCount(state.plan.epochs)}
        </span>
      );
    case 'caching':
      return (
        <span className={classes['status']}>
          Computing features once: <strong>{formatCount(state.cache.done)}</strong> of {formatCount(state.cache.total)}
        </span>
      );
    case 'tuning':
      return (
        <span className={classes['status']}>
          Tuning to this machine: <strong>{formatCount(state.tuning.done)}</strong> of {formatCount(state.tuning.total)}
        </span>
      );
    case 'starting':
    case 'stopping':
    case 'evaluating':
      return <span className={classes['status']}>{statusSentence(state)}</span>;
    default:
      return (
        <span className={classes['outcome']}>
          {statusSentence(state)}
          <Accuracy state={state} />
        </span>
      );
  }
}

/** How good the model that is kept is; the number people wait for. */
function Accuracy({ state }: { readonly state: RunState }) {
  const best = state.phase === 'done' ? bestEpoch(state) : undefined;
  if (best === undefined) return null;
  return (
    <>
      {' '}
      <strong>{formatPercent(best.validation.accuracy)}</strong> of the validation photos recognized.
    </>
  );
}

/** The phase in a sentence; it changes with the phase alone, so that it can be read aloud. */
export function statusSentence(state: RunState): string {
  switch (state.phase) {
    case 'idle':
      return '';
    case 'starting':
      return 'Preparing the run…';
    case 'caching':
      return 'Computing features once.';
    case 'tuning':
      return 'Tuning to this machine…';
    case 'running':
      return 'Training.';
    case 'paused':
      return 'Paused.';
    case 'stopping':
      return 'Stopping after this step…';
    case 'evaluating':
      return 'Looking at every validation photo…';
    case 'done':
      return outcomeSentence(state.outcome);
    case 'failed':
      return state.known === undefined ? 'Training did not begin.' : 'The run failed.';
    default:
      return assertNever(state);
  }
}
