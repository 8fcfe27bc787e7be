import { comparedColor } from '#renderer/charts/compared-colors.ts';
import { memo } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ReferenceDot, ReferenceLine, XAxis, YAxis } from 'recharts';
import { type PlotFrame, plotMargin, plotWidth } from '#renderer/charts/plot-frame.ts';
import { roundTicks } from '#renderer/charts/scale.ts';
import type { ChartRow } from '#renderer/charts/series.ts';
import classes from '#renderer/charts/charts.module.css';

export interface PlotMarks {
  /** The epoch whose model is kept. */
  readonly best: { readonly x: number; readonly y: number } | undefined;
  /** A level at which the run stops. */
  readonly threshold: { readonly y: number; readonly label: string } | undefined;
  /** Where the run stopped before its time. */
  readonly stopped: { readonly x: number; readonly label: string } | undefined;
}

interface Props {
  readonly rows: readonly ChartRow[];
  /** Validation curves of other runs, drawn behind in colours of their own. */
  readonly others: readonly (readonly ChartRow[])[];
  readonly frame: PlotFrame;
  /** All of the run is shown, not a part zoomed into. */
  readonly whole: boolean;
  readonly marks: PlotMarks;
  readonly color: string;
  readonly formatTick: (value: number) => string;
}

const pixelsPerEpochTick = 56;

/** The curves themselves. Redrawn when the run has said more or the frame changed, never for the pointer. */
export const MetricPlot = memo(function MetricPlot({ rows, others, frame, whole, marks, color, formatTick }: Props) {
  const { x, y, size } = frame;
  const tick = { className: classes['axis'] ?? '' };
  return (
    <ComposedChart
      data={[...rows]}
      width={size.width}
      height={size.height}
      margin={{ top: plotMargin.top, right: plotMargin.right, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      <CartesianGrid vertical={false} stroke="var(--graft-line)" />
      <XAxis
        dataKey="x"
        type="number"
        domain={[x.from, x.to]}
        allowDataOverflow
        ticks={roundTicks(x, Math.max(2, plotWidth(size) / pixelsPerEpochTick), whole || x.to - x.from >= 2)}
        interval={0}
        height={plotMargin.bottom}
        tick={tick}
        tickLine={false}
        tickMargin={4}
        axisLine={{ stroke: 'var(--graft-line-strong)' }}
      />
      <YAxis
        domain={[y.from, y.to]}
        allowDataOverflow
        ticks={roundTicks(y, size.height < 130 ? 2 : 4)}
        interval={0}
        width={plotMargin.left}
        tick={tick}
        tickFormatter={formatTick}
        tickLine={false}
        tickMargin={4}
        axisLine={false}
      />
      <Area
        dataKey="spread"
        type="linear"
        stroke="none"
        fill={color}
        fillOpacity={0.1}
        connectNulls
        activeDot={false}
        isAnimationActive={false}
      />
      {others.map((other, index) => (
        <Line
          key={index}
          data={[...other]}
          dataKey="validation"
          type="linear"
          stroke={comparedColor(index)}
          strokeWidth={1.25}
          strokeDasharray="5 3"
          dot={false}
          connectNulls
          isAnimationActive={false}
        />
      ))}
      <Line
        dataKey="train"
        type="linear"
        stroke={color}
        strokeWidth={1.75}
        dot={false}
        activeDot={false}
        connectNulls
        isAnimationActive={false}
      />
      <Line
        dataKey="validation"
        type="linear"
        stroke={color}
        strokeWidth={1.75}
        strokeDasharray="5 3"
        dot={false}
        activeDot={false}
        connectNulls
        isAnimationActive={false}
      />
      {marks.threshold !== undefined && (
        <ReferenceLine
          y={marks.threshold.y}
          stroke="var(--graft-dim)"
          strokeDasharray="2 3"
          label={{ value: marks.threshold.label, position: 'insideBottomLeft', className: classes['axis'] ?? '' }}
        />
      )}
      {marks.stopped !== undefined && (
        <ReferenceLine
          x={marks.stopped.x}
          stroke="var(--graft-dim)"
          strokeDasharray="2 3"
          label={{ value: marks.stopped.label, position: 'insideTopRight', className: classes['axis'] ?? '' }}
        />
      )}
      {marks.best !== undefined && (
        <ReferenceDot
          x={marks.best.x}
          y={marks.best.y}
          r={4.5}
          fill="var(--graft-raised)"
          stroke={color}
          strokeWidth={2}
          ifOverflow="discard"
        />
      )}
    </ComposedChart>
  );
});
