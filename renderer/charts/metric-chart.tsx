import { useElementSize } from '@mantine/hooks';
import { useMemo } from 'react';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconZoomReset } from '@tabler/icons-react';
import { formatPercent } from '#shared/core/format.ts';
import { MetricPlot, type PlotMarks } from '#renderer/charts/metric-plot.tsx';
import { type PlotFrame, plotWidth } from '#renderer/charts/plot-frame.ts';
import { PlotOverlay } from '#renderer/charts/plot-overlay.tsx';
import { PlotReading } from '#renderer/charts/plot-reading.tsx';
import type { usePointing } from '#renderer/charts/pointing.ts';
import { bucketsFor, describeMetric, type Metric, metricRange, metricRows, rateAt } from '#renderer/charts/series.ts';
import { formatLoss } from '#renderer/charts/format.ts';
import type { RunRecord } from '#renderer/store/run-record.ts';
import { valueAt } from '#renderer/store/metric-series.ts';
import classes from '#renderer/charts/charts.module.css';

/** The part of a run that a chart draws. */
export interface Charted {
  readonly record: RunRecord;
  readonly stepsPerEpoch: number;
}

interface Props {
  readonly metric: Metric;
  /** Beside the title: what is measured, and in what. */
  readonly subtitle: string;
  readonly charted: Charted;
  readonly others: readonly Charted[];
  readonly threshold: number;
  /** Where and why the run stopped before its last epoch. */
  readonly stopped: PlotMarks['stopped'];
  readonly pointer: ReturnType<typeof usePointing>;
}

const looks = {
  loss: {
    title: 'Loss',
    color: 'var(--chart-loss)',
    read: formatLoss,
    tick: (value: number) => String(value),
  },
  accuracy: {
    title: 'Accuracy',
    color: 'var(--chart-accuracy)',
    read: (value: number) => formatPercent(value),
    tick: (value: number) => String(Math.round(value * 100)),
  },
} as const;

export function MetricChart({ metric, subtitle, charted, others, threshold, stopped, pointer }: Props) {
  const { record, stepsPerEpoch } = charted;
  const { ref, width, height } = useElementSize();
  const { pointing, resetZoom, handlersFor } = pointer;
  const { zoom } = pointing;
  const look = looks[metric];
  const buckets = bucketsFor(plotWidth({ width, height }));

  const rows = useMemo(
    () => metricRows(record, stepsPerEpoch, metric, zoom, buckets),
    [record, stepsPerEpoch, metric, zoom, buckets],
  );
  const otherRows = useMemo(
    () => others.map((other) => metricRows(other.record, other.stepsPerEpoch, metric, zoom, buckets)),
    [others, metric, zoom, buckets],
  );
  const marks = useMemo((): PlotMarks => {
    const best = record.epochs.findLast((epoch) => epoch.best);
    return {
      best: best && { x: best.epoch, y: best.validation[metric] },
      threshold: threshold > 0 ? { y: threshold, label: `stops below ${threshold}` } : undefined,
      stopped,
    };
  }, [record, metric, threshold, stopped]);
  const frame = useMemo(
    (): PlotFrame => ({
      x: zoom ?? { from: 0, to: Math.max(1, Math.ceil(lastPosition(charted)), ...others.map(lastPosition)) },
      y: metricRange([...rows, ...otherRows.flat()], metric, threshold > 0 ? [threshold] : []),
      size: { width, height },
    }),
    [charted, others, rows, otherRows, metric, threshold, zoom, width, height],
  );

  return (
    <figure className={classes['chart']} aria-label={describeMetric(record, metric, look.read)}>
      <figcaption className={classes['caption']}>
        <span className={classes['title']}>{look.title}</span>
        <span className={classes['subtitle']}>{subtitle}</span>
        {zoom !== undefined && (
          <Tooltip label="Show the whole run (double-click)">
            <ActionIcon variant="subtle" color="gray" size={20} ml="auto" aria-label="Show all" onClick={resetZoom}>
              <IconZoomReset size={14} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        )}
      </figcaption>
      <div ref={ref} className={classes['plot']} {...handlersFor(frame)}>
        {width > 0 && height > 0 && (
          <>
            <MetricPlot
              rows={rows}
              others={otherRows}
              frame={frame}
              whole={zoom === undefined}
              marks={marks}
              color={look.color}
              formatTick={look.tick}
            />
            <PlotOverlay rows={rows} frame={frame} pointing={pointing} color={look.color} />
            {pointing.hover !== undefined && pointing.drag === undefined && (
              <PlotReading
                rows={rows}
                frame={frame}
                at={pointing.hover}
                format={look.read}
                rate={rateAt(record, stepsPerEpoch, pointing.hover)}
              />
            )}
          </>
        )}
      </div>
    </figure>
  );
}

/** How far a run has come, in epochs. */
function lastPosition({ record, stepsPerEpoch }: Charted): number {
  const { step } = record.steps;
  const steps = step.length === 0 ? 0 : valueAt(step, step.length - 1) / stepsPerEpoch;
  return Math.max(steps, record.epochs.at(-1)?.epoch ?? 0);
}
