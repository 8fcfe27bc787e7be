import { useMemo, useState, type PointerEvent } from 'react';
import { formatCount, formatRate } from '#shared/core/format.ts';
import { optimizer } from '#shared/nodes/optimizer.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { formatBriefly } from '#renderer/charts/format.ts';
import { useDocument } from '#renderer/store/document.ts';
import { choiceWords } from '#renderer/ui/choice-words.ts';
import { plannedEpochs, scheduleCurve } from '#renderer/ui/schedule-curve.ts';
import classes from './schedule-plot.module.css';

const size = { width: 216, height: 72 };

/** The learning rate over the whole run, with the rate under the pointer. */
export function SchedulePlot({ parameters }: { readonly parameters: Readonly<Record<string, unknown>> }) {
  const epochs = useDocument(({ document }) => plannedEpochs(document));
  const peak = useDocument(({ document }) => {
    const node = document.nodes.find(({ kind }) => kind === optimizer.kind);
    return Number(effectiveParameters(optimizer, node?.parameters ?? {})['learningRate']);
  });
  const curve = useMemo(() => scheduleCurve(parameters, epochs), [parameters, epochs]);
  const [at, setAt] = useState<number>();
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  };
  const index = at === undefined ? undefined : Math.round(at * (curve.length - 1));
  const share = index === undefined ? undefined : curve[index];
  const x = (place: number): number => (place / (curve.length - 1)) * size.width;
  const y = (value: number): number => size.height - 2 - value * (size.height - 6);
  const points = curve.map((value, place) => `${x(place)},${y(value)}`).join(' ');
  const shape = choiceWords('schedule', 'kind', parameters);
  return (
    <figure className={classes['plot']}>
      <figcaption>
        {share === undefined || at === undefined ? (
          <>
            <span>Learning rate</span>
            <span>peak {formatRate(peak)}</span>
          </>
        ) : (
          <>
            <span>epoch {(at * epochs).toFixed(1)}</span>
            <span>{formatBriefly(share * peak)}</span>
          </>
        )}
      </figcaption>
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        role="img"
        aria-label={`${shape}: learning rate from ${describe(curve, peak)} over ${formatCount(epochs)} epochs`}
        onPointerMove={point}
        onPointerLeave={() => setAt(undefined)}
      >
        <polygon points={`0,${size.height} ${points} ${size.width},${size.height}`} />
        <polyline points={points} />
        {index !== undefined && share !== undefined && <circle cx={x(index)} cy={y(share)} r={3.5} />}
      </svg>
      <div className={classes['axis']}>
        <span>0</span>
        <span>{formatCount(epochs)} epochs</span>
      </div>
      {parameters['kind'] === 'plateau' && <p>When it drops depends on the validation loss, so no drop is drawn.</p>}
    </figure>
  );
}

function describe(curve: readonly number[], peak: number): string {
  const [first = 0, last = 0] = [curve[0], curve.at(-1)];
  return `${formatBriefly(first * peak)} to ${formatBriefly(last * peak)}, highest ${formatRate(peak)}`;
}
