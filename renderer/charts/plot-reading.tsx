import { formatBriefly } from '#renderer/charts/format.ts';
import { type PlotFrame, plotMargin, toPixelX } from '#renderer/charts/plot-frame.ts';
import { type ChartRow, nearestRow } from '#renderer/charts/series.ts';
import classes from '#renderer/charts/charts.module.css';

/** Pixels the reading takes at most. */
const room = 214;

interface Props {
  readonly rows: readonly ChartRow[];
  readonly frame: PlotFrame;
  /** Epochs. */
  readonly at: number;
  readonly format: (value: number) => string;
  /** Learning rate there. */
  readonly rate: number | undefined;
}

/** The values under the pointer. */
export function PlotReading({ rows, frame, at, format, rate }: Props) {
  const train = nearestRow(rows, at, 'train');
  const validation = nearestRow(rows, at, 'validation');
  if (train === undefined && validation === undefined) return null;
  const pixel = toPixelX(frame, at);
  const { width } = frame.size;
  const aside = (distance: number): number => Math.max(0, Math.min(distance + 12, width - room));
  const side = pixel < width / 2 ? { left: aside(pixel) } : { right: aside(width - pixel) };
  return (
    <div className={classes['reading']} style={{ top: plotMargin.top, ...side }} aria-hidden="true">
      <dl>
        <dt>epoch</dt>
        <dd>{at.toFixed(1)}</dd>
        {train?.train !== undefined && (
          <>
            <dt>train</dt>
            <dd>
              {format(train.train)}
              {train.spread !== undefined && train.spread[0] !== train.spread[1] && (
                <span className={classes['spread']}>
                  {' '}
                  {format(train.spread[0])}–{format(train.spread[1])}
                </span>
              )}
            </dd>
          </>
        )}
        {validation?.validation !== undefined && (
          <>
            <dt>validation, {validation.x}</dt>
            <dd>{format(validation.validation)}</dd>
          </>
        )}
        {rate !== undefined && (
          <>
            <dt>learning rate</dt>
            <dd>{formatBriefly(rate)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}
