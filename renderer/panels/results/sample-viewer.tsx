import { Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowLeft, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { formatPercent } from '#shared/core/format.ts';
import { formatLoss } from '#renderer/charts/format.ts';
import { host } from '#renderer/platform/host.ts';
import { Correcting } from './correcting.tsx';
import type { Sample } from './confusion.ts';
import classes from './results.module.css';

interface Props {
  readonly samples: readonly Sample[];
  readonly index: number;
  readonly names: readonly string[];
  readonly onMove: (index: number) => void;
  readonly onBack: () => void;
}

const largeSize = 640;

/** One photo large, with what it is and what the model says; the arrow keys go on to the next. */
export function SampleViewer({ samples, index, names, onMove, onBack }: Props) {
  const sample = samples[index] as Sample;
  const picture = usePicture(sample.path);
  const previous = (): void => onMove(Math.max(0, index - 1));
  const next = (): void => onMove(Math.min(samples.length - 1, index + 1));
  const turn = (event: KeyboardEvent): void => {
    // In the list of classes they move in the text.
    if (event.target instanceof HTMLInputElement) return;
    if (event.key === 'ArrowLeft') previous();
    if (event.key === 'ArrowRight') next();
  };
  const right = sample.label === sample.predicted;
  return (
    <Stack gap="md" onKeyDown={turn}>
      <Group gap="xs">
        <Button variant="default" leftSection={<IconArrowLeft size={14} />} onClick={onBack} autoFocus data-autofocus>
          All photos
        </Button>
        <Button variant="default" ml="auto" disabled={index === 0} onClick={previous} aria-label="Previous photo">
          <IconChevronLeft size={14} />
        </Button>
        <Text size="sm" c="dimmed" className="tabular">
          {index + 1} of {samples.length}
        </Text>
        <Button variant="default" disabled={index === samples.length - 1} onClick={next} aria-label="Next photo">
          <IconChevronRight size={14} />
        </Button>
      </Group>
      <div className={classes['viewer']}>
        {picture === undefined ? (
          <div className={classes['viewerEmpty']} />
        ) : (
          <img src={picture} alt={names[sample.label] ?? ''} />
        )}
        <Stack gap="sm">
          <Fact title="It is" value={names[sample.label] ?? ''} />
          <Fact title={right ? 'The model agrees' : 'The model says'} value={names[sample.predicted] ?? ''} />
          <Fact title="with a probability of" value={formatPercent(sample.confidence)} />
          <Fact title="Loss" value={formatLoss(sample.loss)} />
          <Correcting key={sample.path} sample={sample} names={names} />
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {sample.path}
          </Text>
        </Stack>
      </div>
    </Stack>
  );
}

function Fact({ title, value }: { readonly title: string; readonly value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text size="lg" fw={600} className="tabular">
        {value}
      </Text>
    </div>
  );
}

/** A large version of a picture file as a data URL; undefined while it loads and when it cannot be read. */
function usePicture(path: string): string | undefined {
  const [loaded, setLoaded] = useState<{ path: string; image: string | undefined }>();
  useEffect(() => {
    let wanted = true;
    const keep = (image: string | undefined): void => {
      if (wanted) setLoaded({ path, image });
    };
    host.data.thumbnails({ paths: [path], size: largeSize }).then(
      (found) => keep(found[path]),
      () => keep(undefined),
    );
    return () => {
      wanted = false;
    };
  }, [path]);
  return loaded?.path === path ? loaded.image : undefined;
}
