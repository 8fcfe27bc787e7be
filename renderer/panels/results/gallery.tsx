import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatPercent, formatPlural } from '#shared/core/format.ts';
import { useThumbnails } from '#renderer/store/thumbnails.ts';
import { CorrectionsBar } from './correcting.tsx';
import type { Sample } from './confusion.ts';
import { SampleViewer } from './sample-viewer.tsx';
import { Dialog } from '#renderer/ui/dialog.tsx';
import classes from './results.module.css';

export interface GalleryRequest {
  readonly title: string;
  readonly samples: readonly Sample[];
  /** Opens this one large at once. */
  readonly first?: number;
}

interface Props {
  readonly request: GalleryRequest;
  readonly names: readonly string[];
  readonly onClose: () => void;
}

/** Tiles shown at first, and added by each “more”. */
const page = 120;

/** The photos behind a number: small ones to look over, one large with its labels. */
export function Gallery({ request, names, onClose }: Props) {
  const { samples } = request;
  const [large, setLarge] = useState<number | undefined>(request.first);
  const [shown, setShown] = useState(page);
  const visible = useMemo(() => samples.slice(0, shown), [samples, shown]);
  const paths = useMemo(() => visible.map((sample) => sample.path), [visible]);
  const thumbnails = useThumbnails(paths);
  return (
    <Dialog
      onClose={onClose}
      size={large === undefined ? 'xl' : 800}
      title={`${request.title} · ${formatPlural(samples.length, 'photo')}`}
    >
      {large === undefined ? (
        <>
          {samples.length === 0 && <p className={classes['sentence']}>There is no such photo.</p>}
          <div className={classes['tiles']}>
            {visible.map((sample, index) => (
              <Tile
                key={sample.path}
                sample={sample}
                names={names}
                image={thumbnails.get(sample.path)}
                onOpen={() => setLarge(index)}
              />
            ))}
          </div>
          {shown < samples.length && (
            <Button mt="md" variant="default" onClick={() => setShown(shown + page)}>
              Show {Math.min(page, samples.length - shown)} more
            </Button>
          )}
        </>
      ) : (
        <SampleViewer
          samples={samples}
          index={large}
          names={names}
          onMove={setLarge}
          onBack={() => setLarge(undefined)}
        />
      )}
      <CorrectionsBar onTrain={onClose} />
    </Dialog>
  );
}

interface TileProps {
  readonly sample: Sample;
  readonly names: readonly string[];
  readonly image: string | undefined;
  readonly onOpen: () => void;
}

function Tile({ sample, names, image, onOpen }: TileProps) {
  const answer = `${names[sample.predicted]} ${formatPercent(sample.confidence)}`;
  return (
    <button type="button" className={classes['tile']} onClick={onOpen} title={sample.path}>
      <span className={classes['picture']}>{image !== undefined && <img src={image} alt="" />}</span>
      <span className={classes['tileText']}>{answer}</span>
      {sample.label !== sample.predicted && (
        <span className={`${classes['tileText']} ${classes['dim']}`}>is {names[sample.label]}</span>
      )}
    </button>
  );
}
