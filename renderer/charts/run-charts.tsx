import { useElementSize } from '@mantine/hooks';
import { useMemo } from 'react';
import { type Charted, MetricChart } from '#renderer/charts/metric-chart.tsx';
import { usePointing } from '#renderer/charts/pointing.ts';
import { RateChart } from '#renderer/charts/rate-chart.tsx';
import type { DoneEvent } from '#renderer/store/run-record.ts';
import type { KnownRun } from '#renderer/store/run-state.ts';
import classes from '#renderer/charts/charts.module.css';

interface Props {
  readonly known: KnownRun;
  readonly outcome: DoneEvent | undefined;
  /** Training loss at which the run stops; 0 is none. */
  readonly lossThreshold: number;
  /** What the loss is called; '' when that is not known. */
  readonly lossName: string;
  /** Earlier runs to compare with. */
  readonly others: readonly KnownRun[];
}

/** Room two curves and the learning rate need side by side, pixels. */
const widthForRate = 980;

/** Loss and accuracy along the run, on one x axis for pointing and zooming; the learning rate where there is room. */
export function RunCharts({ known, outcome, lossThreshold, lossName, others }: Props) {
  const { record, plan } = known;
  const pointer = usePointing();
  const { ref, width } = useElementSize();
  const charted = useMemo(() => ({ record, stepsPerEpoch: plan.stepsPerEpoch }), [record, plan.stepsPerEpoch]);
  const compared = useMemo(
    () => others.map((other): Charted => ({ record: other.record, stepsPerEpoch: other.plan.stepsPerEpoch })),
    [others],
  );
  const lastEpoch = record.epochs.at(-1)?.epoch;
  const stopped = useMemo(() => {
    if (outcome?.reason !== 'early-stop' || lastEpoch === undefined) return undefined;
    return { x: lastEpoch, label: 'stopped early' };
  }, [outcome, lastEpoch]);
  const roomy = width >= widthForRate;
  return (
    <div
      ref={ref}
      className={classes['charts']}
      style={{ gridTemplateColumns: `minmax(0, 2fr) minmax(0, 2fr)${roomy ? ' minmax(0, 1fr)' : ''}` }}
    >
      <MetricChart
        metric="loss"
        subtitle={lossName}
        charted={charted}
        others={compared}
        threshold={lossThreshold}
        stopped={stopped}
        pointer={pointer}
      />
      <MetricChart
        metric="accuracy"
        subtitle="share right, %"
        charted={charted}
        others={compared}
        threshold={0}
        stopped={stopped}
        pointer={pointer}
      />
      {roomy && <RateChart charted={charted} />}
    </div>
  );
}
