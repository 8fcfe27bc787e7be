import { useMemo } from 'react';
import { formatCount, formatPercent } from '#shared/core/format.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { useThumbnails } from '#renderer/store/thumbnails.ts';
import { EmptyFigure, Line, Thumbnails } from './card-parts.tsx';
import type { CardProps } from './card-props.ts';

const columns = 5;
const shown = 10;

export function DataCard({ parameters }: CardProps) {
  const dataset = useFacts((state) => state.facts.dataset);
  const loading = useFacts((state) => state.loading);
  const paths = useMemo(() => (dataset?.examples ?? []).slice(0, shown).map(({ path }) => path), [dataset]);
  const images = useThumbnails(paths);
  if (parameters['path'] === '') return <EmptyFigure>Drop a folder of pictures here</EmptyFigure>;
  if (dataset === undefined)
    return <EmptyFigure>{loading ? 'Reading the folder…' : 'Not ready to train on'}</EmptyFigure>;
  return (
    <>
      <Thumbnails
        images={paths.map((path) => images.get(path))}
        columns={columns}
        label={`Examples of ${dataset.classes.length} classes`}
      />
      <Line>
        Train <b>{formatCount(dataset.train)}</b> · Validation <b>{formatCount(dataset.validation)}</b>
      </Line>
      {dataset.unreadable.length > 0 && (
        <Line tone="warning">{formatCount(dataset.unreadable.length)} unreadable, left out</Line>
      )}
    </>
  );
}

export function SplitCard({ parameters }: CardProps) {
  const dataset = useFacts((state) => state.facts.dataset);
  const share = Number(parameters['validation']);
  const held = dataset === undefined ? share : dataset.validation / Math.max(1, dataset.train + dataset.validation);
  return (
    <>
      <svg width="100%" height="12" role="img" aria-label={`${Math.round(held * 100)} % held out`}>
        <rect width={`${(1 - held) * 100 - 1}%`} height="12" rx="3" fill="var(--socket-samples)" />
        <rect x={`${(1 - held) * 100}%`} width={`${held * 100}%`} height="12" rx="3" fill="var(--graft-line-strong)" />
      </svg>
      <Line>
        Learns from <b>{formatPercent(1 - held, 0)}</b>, tested on <b>{formatPercent(held, 0)}</b>
      </Line>
    </>
  );
}
