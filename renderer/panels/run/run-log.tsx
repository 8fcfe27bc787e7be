import { useMemo } from 'react';
import { Text } from '@mantine/core';
import { logLines } from '#renderer/panels/run/log-lines.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from '#renderer/panels/run/run.module.css';

/** Older lines are in the run's folder. */
const linesShown = 400;

/** What the run has said, the newest first. */
export function RunLog() {
  const notes = useRun((store) => knownRun(store.state)?.record.notes);
  const lines = useMemo(
    () =>
      logLines(notes?.slice(-linesShown) ?? [])
        .slice(-linesShown)
        .toReversed(),
    [notes],
  );
  if (lines.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing yet.
      </Text>
    );
  }
  return (
    // Whatever scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <ol className={classes['log']} tabIndex={0} aria-label="Log of the run, newest first">
      {lines.map((line, index) => (
        <li key={lines.length - index}>
          <span className={classes['dot']} data-tone={line.tone} />
          <span>
            {line.text} {line.remedy !== undefined && <span className={classes['remedy']}>{line.remedy}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
