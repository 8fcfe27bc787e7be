import { useElementSize } from '@mantine/hooks';
import { useMemo } from 'react';
import { CartesianGrid, Line, LineChart, XAxis, YAxis } from 'recharts';
import { plotMargin } from '#renderer/charts/plot-frame.ts';
import { roundRange, roundTicks } from '#renderer/charts/scale.ts';
import { rateRows } from '#renderer/charts/series.ts';
import type { Charted } from '#renderer/charts/metric-chart.tsx';
import { formatRate } from '#shared/core/format.ts';
import { formatBriefly } from '#renderer/charts/format.ts';
import classes from '#renderer/charts/charts.module.css';

/** The learning rate so far. */
export function RateChart({ charted }: { readonly charted: Charted }) {
  const { record, stepsPerEpoch } = charted;
  const { ref, width, height } = useElementSize();
  const rows = useMemo(() => rateRows(record, stepsPerEpoch), [record, stepsPerEpoch]);
  const last = rows.at(-1);
  const right = Math.max(1, Math.ceil(last?.x ?? 1));
  const range = roundRange({ from: 0, to: Math.max(1e-12, ...rows.map((row) => row.rate)) }, 3);
  const tick = { className: classes['axis'] ?? '' };
  return (
    <figure
      className={classes['chart']}
      aria-label={last === undefined ? 'Learning rate' : `Learning rate by epoch, now ${formatBriefly(last.rate)}`}
    >
      <figcaption className={classes['caption']}>
        <span className={classes['title']}>Learning rate</span>
      </figcaption>
      <div ref={ref} className={classes['plot']}>
        {width > 0 && height > 0 && (
          <LineChart
            data={rows}
            width={width}
            height={height}
            margin={{ top: plotMargin.top, right: 14, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--graft-line)" />
            <XAxis
              dataKey="x"
              type="number"
              domain={[0, right]}
              ticks={roundTicks({ from: 0, to: right }, 3, true)}
              interval={0}
              height={plotMargin.bottom}
              tick={tick}
              tickLine={false}
              tickMargin={4}
              axisLine={{ stroke: 'var(--graft-line-strong)' }}
            />
            <YAxis
              domain={[range.from, range.to]}
              ticks={roundTicks(range, 3)}
              interval={0}
              width={48}
              tick={tick}
              tickFormatter={formatRate}
              tickLine={false}
              tickMargin={4}
              axisLine={false}
            />
            <Line
              dataKey="rate"
              type="linear"
              stroke="var(--chart-rate)"
              strokeWidth={1.75}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
          </LineChart>
        )}
      </div>
    </figure>
  );
}
