import { useElementSize } from '@mantine/hooks';
import { useMemo, useState, type PointerEvent } from 'react';
import { CartesianGrid, Line, LineChart, ReferenceLine, XAxis, YAxis } from 'recharts';
import { plotMargin } from '#renderer/charts/plot-frame.ts';
import { roundRange, roundTicks } from '#renderer/charts/scale.ts';
import { rateAt, rateRows } from '#renderer/charts/series.ts';
import type { Charted } from '#renderer/charts/metric-chart.tsx';
import { formatRate } from '#shared/core/format.ts';
import { formatBriefly } from '#renderer/charts/format.ts';
import classes from '#renderer/charts/charts.module.css';

/** Room around the plot, pixels: rates need more than losses do. */
const margin = { left: 48, right: 14 };

/** The learning rate so far, with the rate now or under the pointer. */
export function RateChart({ charted }: { readonly charted: Charted }) {
  const { record, stepsPerEpoch } = charted;
  const { ref, width, height } = useElementSize();
  const rows = useMemo(() => rateRows(record, stepsPerEpoch), [record, stepsPerEpoch]);
  const last = rows.at(-1);
  const right = Math.max(1, Math.ceil(last?.x ?? 1));
  const range = roundRange({ from: 0, to: Math.max(1e-12, ...rows.map((row) => row.rate)) }, 3);
  const [hover, setHover] = useState<number>();
  const point = (event: PointerEvent<HTMLElement>): void => {
    const across = event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left;
    setHover(Math.min(right, Math.max(0, (across / Math.max(1, width - margin.left - margin.right)) * right)));
  };
  const rate = hover === undefined ? last?.rate : rateAt(record, stepsPerEpoch, hover);
  const tick = { className: classes['axis'] ?? '' };
  return (
    <figure
      className={classes['chart']}
      aria-label={last === undefined ? 'Learning rate' : `Learning rate by epoch, now ${formatBriefly(last.rate)}`}
    >
      <figcaption className={classes['caption']}>
        <span className={classes['title']}>Learning rate</span>
        {rate !== undefined && (
          <span className={classes['subtitle']} aria-hidden="true">
            {hover === undefined ? 'last' : `epoch ${hover.toFixed(1)}:`} {formatBriefly(rate)}
          </span>
        )}
      </figcaption>
      <div ref={ref} className={classes['plot']} onPointerMove={point} onPointerLeave={() => setHover(undefined)}>
        {width > 0 && height > 0 && (
          <LineChart
            data={rows}
            width={width}
            height={height}
            margin={{ top: plotMargin.top, right: margin.right, bottom: 0, left: 0 }}
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
              width={margin.left}
              tick={tick}
              tickFormatter={formatRate}
              tickLine={false}
              tickMargin={4}
              axisLine={false}
            />
            {hover !== undefined && <ReferenceLine x={hover} stroke="var(--graft-line-strong)" />}
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
