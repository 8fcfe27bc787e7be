import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { comparedColor } from '#renderer/charts/compared-colors.ts';
import classes from '#renderer/panels/run/run.module.css';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';
import { useNow } from '#renderer/panels/past-runs/now.ts';
import { toggleComparison } from '#renderer/store/comparison.ts';
import { reportFailure } from '#renderer/store/project.ts';
import type { KnownRun } from '#renderer/store/run-state.ts';
import { useRuns } from '#renderer/store/runs.ts';

/** Whose curves lie behind the run's own, by colour, name and what was otherwise. */
export function ComparedLegend({ others }: { readonly others: readonly KnownRun[] }) {
  const runs = useRuns((store) => store.runs);
  const now = useNow();
  if (others.length === 0) return null;
  return (
    <ul className={classes['legend']} aria-label="Runs compared">
      {others.map(({ plan }, index) => {
        const summary = runs?.find(({ run }) => run === plan.run);
        const name = summary?.name ?? (summary ? startedWords(summary.started, now) : plan.run);
        return (
          <li key={plan.run} title={summary?.changes?.join('\n')}>
            <span className={classes['swatch']} style={{ borderColor: comparedColor(index) }} />
            <span>
              {name}
              {summary?.changes !== undefined && summary.changes.length > 0 && ` (${summary.changes[0] ?? ''})`}
            </span>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={18}
              aria-label={`No longer compare with ${name}`}
              onClick={() => void toggleComparison(plan.run).catch(reportFailure)}
            >
              <IconX size={12} aria-hidden="true" />
            </ActionIcon>
          </li>
        );
      })}
    </ul>
  );
}
