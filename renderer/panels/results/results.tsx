import { Button } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { formatPercent, formatPlural } from '#shared/core/format.ts';
import type { Evaluation } from '#shared/protocol/run.ts';
import { outlook, trainingLimits } from '#renderer/panels/run/limits.ts';
import { bestEpoch } from '#renderer/store/run-progress.ts';
import { useRun } from '#renderer/store/run.ts';
import { useThumbnails } from '#renderer/store/thumbnails.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import { type Sample, mostConfusedPair, samplesOfCell, wrongestSamples } from './confusion.ts';
import { Gallery, type GalleryRequest } from './gallery.tsx';
import { Headline } from './headline.tsx';
import { NextStep } from './next-step.tsx';
import { SinceBefore } from './since-before.tsx';
import { MatrixSide } from './matrix-side.tsx';
import classes from './results.module.css';

/** How good the model is and where it errs; before the end of a run, the best accuracy so far. */
export function Results() {
  const state = useRun((store) => store.state);
  const evaluation = useRun((store) => store.evaluation);
  const document = useRun((store) => store.startedWith);
  const limits = useMemo(() => trainingLimits(document), [document]);
  const best = bestEpoch(state);
  if (evaluation.status === 'ready') return <Evaluated evaluation={evaluation.value} epoch={best?.epoch} />;
  return (
    <div className={classes['results']}>
      <div className={classes['words']}>
        <Headline accuracy={best?.validation.accuracy} epoch={best?.epoch} />
        <p className={`${classes['sentence']} ${classes['dim']}`}>{outlook(state, limits)}</p>
        {evaluation.status === 'failed' && (
          <p className={classes['sentence']} role="alert">
            {evaluation.problem.message} <span className={classes['dim']}>{evaluation.problem.remedy}</span>
          </p>
        )}
        {evaluation.status === 'loading' && <Waiting>Looking at the results…</Waiting>}
      </div>
      {evaluation.status !== 'failed' && (
        <div className={classes['waiting']}>What is taken for what shows here when the training ends.</div>
      )}
    </div>
  );
}

/** Sides of the small matrix, pixels. */
const smallestMatrix = 72;
const largestMatrix = 220;
const captionHeight = 20;
/** Width the words and the class names need beside it, pixels. */
const besideMatrix = 405;
/** Below this height, pixels, the words beside the matrix do not fit one below the other. */
const lowBelow = 168;

function Evaluated({ evaluation, epoch }: { readonly evaluation: Evaluation; readonly epoch: number | undefined }) {
  const [gallery, setGallery] = useState<GalleryRequest>();
  const { ref, width, height } = useElementSize();
  const room = Math.min(largestMatrix, height - captionHeight, width - besideMatrix);
  const side = Math.max(smallestMatrix, room);
  const { classes: names } = evaluation;
  const pair = mostConfusedPair(evaluation.confusion);
  const wrong = useMemo(() => wrongestSamples(evaluation), [evaluation]);
  const openCell = (label: number, predicted: number): void =>
    setGallery({
      title: label === predicted ? `${names[label]}, recognized` : `${names[label]} taken for ${names[predicted]}`,
      samples: samplesOfCell(evaluation, label, predicted),
    });
  return (
    <div ref={ref} className={classes['results']} data-low={height < lowBelow || undefined}>
      <div className={classes['words']}>
        <Headline
          accuracy={evaluation.accuracy}
          margin={evaluation.accuracyMargin}
          macroF1={evaluation.macroF1}
          photos={evaluation.samples.length}
          epoch={epoch}
        />
        <SinceBefore />
        {evaluation.test !== undefined && (
          <p className={classes['sentence']}>
            On the test photos, looked at once: <strong>{formatPercent(evaluation.test.accuracy)}</strong> ±{' '}
            {formatPercent(evaluation.test.accuracyMargin)} of {formatPlural(evaluation.test.samples, 'photo')}.
          </p>
        )}
        {pair === undefined ? (
          <p className={classes['sentence']}>Every validation photo was recognized.</p>
        ) : (
          <p className={classes['sentence']}>
            <strong>
              {names[pair.classes[0]]} ↔ {names[pair.classes[1]]}
            </strong>{' '}
            {pair.share === 1 ? 'are all' : `is ${Math.round(100 * pair.share)} %`} of the errors.
          </p>
        )}
        <NextStep
          evaluation={evaluation}
          onShow={(title, samples) => setGallery({ title, samples })}
          key={evaluation.samples.length}
        />
        {wrong.length > 0 && (
          <Wrongest
            samples={wrong}
            names={names}
            onOpen={(first) =>
              setGallery({ title: 'Most wrong first', samples: wrong, ...(first === undefined ? {} : { first }) })
            }
          />
        )}
      </div>
      <MatrixSide evaluation={evaluation} side={side} onOpen={openCell} />
      {gallery !== undefined && <Gallery request={gallery} names={names} onClose={() => setGallery(undefined)} />}
    </div>
  );
}

interface WrongestProps {
  readonly samples: readonly Sample[];
  readonly names: readonly string[];
  readonly onOpen: (index: number | undefined) => void;
}

/** As many as any window has room for. */
const stripLength = 12;

function Wrongest({ samples, names, onOpen }: WrongestProps) {
  const strip = useMemo(() => samples.slice(0, stripLength), [samples]);
  const paths = useMemo(() => strip.map((sample) => sample.path), [strip]);
  const thumbnails = useThumbnails(paths);
  return (
    <div>
      <div className={classes['strip']}>
        <span className={`${classes['sentence']} ${classes['dim']}`}>Most wrong</span>
        <Button variant="subtle" size="compact-xs" onClick={() => onOpen(undefined)}>
          all {formatPlural(samples.length, 'error')}
        </Button>
      </div>
      <div className={classes['stripPictures']}>
        {strip.map((sample, index) => {
          const image = thumbnails.get(sample.path);
          return (
            <button
              key={sample.path}
              type="button"
              className={classes['picture']}
              aria-label={`${names[sample.label]}, taken for ${names[sample.predicted]}`}
              onClick={() => onOpen(index)}
            >
              {image !== undefined && <img src={image} alt="" />}
            </button>
          );
        })}
      </div>
    </div>
  );
}
