import { useMemo } from 'react';
import { formatCount, formatPercent } from '#shared/core/format.ts';
import { endingList } from '#shared/nodes/dataset-remarks.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import type { RunStore } from '#renderer/store/run-store.ts';
import { useRun } from '#renderer/store/run.ts';
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
  const metByRun = useRun((store) => leftOutByRun(store, parameters['path']));
  if (parameters['path'] === '') return <EmptyFigure>Drop a folder of pictures here</EmptyFigure>;
  if (dataset === undefined)
    return <EmptyFigure>{loading ? 'Reading the folder…' : 'Not ready to train on'}</EmptyFigure>;
  const notRead = dataset.leftOut.filter(({ why }) => why === 'ending');
  const leftOut = Math.max(dataset.unreadable.length, metByRun);
  return (
    <>
      <Thumbnails
        images={paths.map((path) => images.get(path))}
        columns={columns}
        label={`Examples of ${dataset.classes.length} classes`}
      />
      <Line>
        Train <b>{formatCount(dataset.train)}</b> · Validation <b>{formatCount(dataset.validation)}</b>
        {dataset.test > 0 && (
          <>
            {' '}
            · Test <b>{formatCount(dataset.test)}</b>
          </>
        )}
      </Line>
      {leftOut > 0 && <Line tone="warning">{formatCount(leftOut)} unreadable, left out</Line>}
      {notRead.length > 0 && <Line tone="warning">Not read: {endingList(notRead)}</Line>}
    </>
  );
}

/** Pictures of this folder that the run shown could not read; only a run looks into every one of them. */
function leftOutByRun({ state, startedWith }: Pick<RunStore, 'state' | 'startedWith'>, path: unknown): number {
  const isOfFolder = startedWith?.nodes.some(
    ({ kind, parameters }) => kind === 'image-folder' && parameters['path'] === path,
  );
  return isOfFolder === true ? (knownRun(state)?.plan.unreadable.length ?? 0) : 0;
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
