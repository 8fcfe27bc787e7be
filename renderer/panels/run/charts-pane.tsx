import { useMemo } from 'react';
import { ComparedLegend } from '#renderer/panels/run/compared-legend.tsx';
import { trainingLimits } from '#renderer/panels/run/limits.ts';
import { useComparison } from '#renderer/store/comparison.ts';
import type { KnownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { choiceWords } from '#renderer/ui/choice-words.ts';
import { later } from '#renderer/ui/later.tsx';
import classes from '#renderer/panels/run/run.module.css';

const RunCharts = later(async () => (await import('#renderer/charts/run-charts.tsx')).RunCharts);

/** The charts of the run shown, with the runs it is compared with. */
export function ChartsPane({ known }: { readonly known: KnownRun }) {
  const state = useRun((store) => store.state);
  const document = useRun((store) => store.startedWith);
  const runs = useComparison((store) => store.runs);
  const { run } = known.plan;
  const others = useMemo(() => [...runs.values()].filter((other) => other.plan.run !== run), [runs, run]);
  const { lossThreshold } = useMemo(() => trainingLimits(document), [document]);
  const loss = document?.nodes.find(({ kind }) => kind === 'loss');
  const lossName = loss === undefined ? '' : choiceWords('loss', 'kind', loss.parameters).toLowerCase();
  return (
    <div className={classes['charts']}>
      <ComparedLegend others={others} />
      <RunCharts
        known={known}
        outcome={state.phase === 'done' ? state.outcome : undefined}
        lossThreshold={lossThreshold}
        lossName={lossName}
        others={others}
      />
    </div>
  );
}
