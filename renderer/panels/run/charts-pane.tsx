import { useMemo } from 'react';
import { kindOf } from '#shared/nodes/registry.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { RunCharts } from '#renderer/charts/run-charts.tsx';
import { useComparison } from '#renderer/store/comparison.ts';
import type { KnownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from '#renderer/panels/run/run.module.css';

/** The charts of the run shown, with the runs it is compared with. */
export function ChartsPane({ known }: { readonly known: KnownRun }) {
  const state = useRun((store) => store.state);
  const document = useRun((store) => store.startedWith);
  const runs = useComparison((store) => store.runs);
  const { run } = known.plan;
  const others = useMemo(() => [...runs.values()].filter((other) => other.plan.run !== run), [runs, run]);
  const lossThreshold = useMemo(() => (document === undefined ? 0 : lossThresholdOf(document)), [document]);
  return (
    <div className={classes['charts']}>
      <RunCharts
        known={known}
        outcome={state.phase === 'done' ? state.outcome : undefined}
        lossThreshold={lossThreshold}
        others={others}
      />
    </div>
  );
}

/** Training loss at which a document's run stops; 0 when it does not. */
function lossThresholdOf(document: GraftDocument): number {
  const kind = kindOf('training');
  const node = document.nodes.find((candidate) => candidate.kind === 'training');
  if (kind === undefined || node === undefined) return 0;
  return Number(effectiveParameters(kind, node.parameters)['lossThreshold']);
}
