import type { Pointing } from '#renderer/charts/pointing.ts';
import {
  type PlotFrame,
  plotHeight,
  plotMargin,
  spreadLabels,
  toPixelX,
  toPixelY,
} from '#renderer/charts/plot-frame.ts';
import { type ChartRow, nearestRow } from '#renderer/charts/series.ts';
import classes from '#renderer/charts/charts.module.css';

interface Props {
  readonly rows: readonly ChartRow[];
  readonly frame: PlotFrame;
  readonly pointing: Pointing;
  readonly color: string;
}

const labelGap = 13;

/** What lies over the curves: their names at their ends, the pointer's reading line, the part being dragged out. */
export function PlotOverlay({ rows, frame, pointing, color }: Props) {
  const { size } = frame;
  const bottom = plotMargin.top + plotHeight(size);
  const { hover, drag } = pointing;
  const edge = size.width - plotMargin.right;
  return (
    <svg className={classes['overlay']} width={size.width} height={size.height} aria-hidden="true">
      {drag !== undefined && (
        <rect
          x={Math.min(toPixelX(frame, drag.from), toPixelX(frame, drag.to))}
          y={plotMargin.top}
          width={Math.abs(toPixelX(frame, drag.to) - toPixelX(frame, drag.from))}
          height={plotHeight(size)}
          fill="var(--graft-accent)"
          fillOpacity={0.15}
        />
      )}
      {hover !== undefined && (
        <line
          x1={toPixelX(frame, hover)}
          x2={toPixelX(frame, hover)}
          y1={plotMargin.top}
          y2={bottom}
          stroke="var(--graft-line-strong)"
        />
      )}
      {hover !== undefined &&
        (['train', 'validation'] as const).map((key) => {
          const row = nearestRow(rows, hover, key);
          const value = row?.[key];
          if (row === undefined || value === undefined || value > frame.y.to) return null;
          if (row.x < frame.x.from || row.x > frame.x.to) return null;
          return (
            <circle
              key={key}
              cx={toPixelX(frame, row.x)}
              cy={toPixelY(frame, value)}
              r={3}
              fill={color}
              stroke="var(--graft-raised)"
            />
          );
        })}
      {placeLabels(rows, frame).map(({ name, y }) => (
        <text key={name} className={classes['label']} x={edge + 9} y={y} dy="0.32em" fill={color}>
          {name}
        </text>
      ))}
      <text className={classes['axis']} x={edge + 12} y={bottom + 16}>
        epoch
      </text>
    </svg>
  );
}

/** Each curve's name beside its last point in view, moved apart where they would touch. */
function placeLabels(rows: readonly ChartRow[], frame: PlotFrame): { name: string; y: number }[] {
  const ends = (['train', 'validation'] as const).flatMap((name) => {
    const value = rows.findLast((row) => row[name] !== undefined && row.x <= frame.x.to)?.[name];
    if (value === undefined) return [];
    return [{ name, y: toPixelY(frame, Math.min(frame.y.to, Math.max(frame.y.from, value))) }];
  });
  const limit = { from: plotMargin.top, to: plotMargin.top + plotHeight(frame.size) };
  const placed = spreadLabels(
    ends.map((end) => end.y),
    labelGap,
    limit,
  );
  return ends.map(({ name }, index) => ({ name, y: placed[index] as number }));
}
