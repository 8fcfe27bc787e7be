import { useEffect } from 'react';
import { formatPercent } from '#shared/core/format.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { followRuns, useRuns } from '#renderer/store/runs.ts';
import classes from './results.module.css';

/** How the run before it of the same project did, and what was otherwise; nothing for the first. */
export function SinceBefore() {
  const run = useRun((store) => knownRun(store.state)?.plan.run);
  const runs = useRuns((store) => store.runs);
  useEffect(() => followRuns(), []);
  const place = runs?.findIndex((summary) => summary.run === run) ?? -1;
  const own = runs?.[place];
  const before = runs?.slice(place + 1).find(({ title }) => title === own?.title);
  if (place === -1 || before?.best === undefined || own?.changes === undefined) return null;
  const changes = own.changes.length === 0 ? 'with the same settings' : own.changes.join(' · ');
  return (
    <p className={`${classes['sentence']} ${classes['dim']}`}>
      Before: {formatPercent(before.best.accuracy)}. Since then: {changes}.
    </p>
  );
}
