import { useMemo } from 'react';
import { summarize } from '#renderer/store/metric-series.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { formatBytes, formatCount, formatDuration, formatPercent } from '#shared/core/format.ts';
import { percentFigure } from '#renderer/charts/format.ts';
import { Sparkline } from '#renderer/ui/sparkline.tsx';
import { Figure, Line } from './card-parts.tsx';
import classes from './result-cards.module.css';
import type { CardProps } from './card-props.ts';

const points = 80;

/** The loss so far; the forecast of a run that has not begun. */
export function TrainingCard({ parameters }: CardProps) {
  const known = useRun((store) => knownRun(store.state));
  const forecast = useFacts((state) => state.facts.forecast);
  const loss = known?.record.steps.loss;
  const values = useMemo(() => (loss === undefined ? [] : summarize(loss, points).map(({ mean }) => mean)), [loss]);
  const epoch = known?.record.epochs.at(-1);
  return (
    <>
      {values.length > 1 && (
        <Figure>
          <Sparkline values={values} color="var(--socket-loss)" label="Training loss so far" />
        </Figure>
      )}
      {known === undefined ? (
        <Line>
          {Number(parameters['patience']) === 0
            ? 'runs to the last epoch'
            : `patience ${String(parameters['patience'])} epochs`}
        </Line>
      ) : (
        <Line>
          epoch <b>{formatCount(epoch?.epoch ?? 0)}</b> of {formatCount(known.plan.epochs)}
          {epoch === undefined ? '' : ` · loss ${epoch.train.loss.toFixed(3)}`}
        </Line>
      )}
      {forecast !== undefined && known === undefined && (
        <Line>
          about <b>{formatDuration(forecast.secondsPerEpoch)}</b> an epoch
        </Line>
      )}
    </>
  );
}

export function EvaluationCard() {
  const evaluation = useRun((store) => store.evaluation);
  if (evaluation.status !== 'ready') {
    return <Line>{evaluation.status === 'loading' ? 'Looking at the held-out pictures…' : 'No result yet'}</Line>;
  }
  const { accuracy, accuracyMargin, macroF1 } = evaluation.value;
  return (
    <>
      <div className={classes['result']}>
        <b>{percentFigure(accuracy)}</b> % ± {percentFigure(accuracyMargin)}
      </div>
      <Line>
        macro-F1 <b>{formatPercent(macroF1)}</b>
      </Line>
    </>
  );
}

export function ExportCard() {
  const ready = useRun((store) => store.state.phase === 'done');
  const bytes = useFacts((state) => state.facts.backbone?.parameters);
  return (
    <>
      <Line>
        {ready ? 'Ready to be saved' : 'After training'}
        {bytes === undefined ? '' : ` · about ${formatBytes(bytes * 4)}`}
      </Line>
    </>
  );
}
