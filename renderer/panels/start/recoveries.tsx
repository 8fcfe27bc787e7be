import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useNow } from '#renderer/panels/past-runs/now.ts';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';
import type { Recovery } from '#renderer/panels/start/start-data.ts';
import { reportFailure, restoreRecovery } from '#renderer/store/project.ts';
import classes from '#renderer/panels/start/start.module.css';

interface Props {
  readonly recoveries: readonly Recovery[];
  readonly discard: (key: string) => Promise<void>;
}

/** Work that a crash or a closed window left unsaved. */
export function Recoveries({ recoveries, discard }: Props) {
  const now = useNow();
  if (recoveries.length === 0) return null;
  return (
    <section className={classes['recoveries']} aria-label="Unsaved work">
      {recoveries.map((recovery) => (
        <div key={recovery.key} className={classes['recovery']}>
          <IconHistory size={18} aria-hidden="true" />
          <span>
            <strong>{recovery.title === '' ? 'Untitled' : recovery.title}</strong> has work that was not saved, from{' '}
            {startedWords(recovery.saved, now)}.
          </span>
          <Button ml="auto" onClick={() => restoreRecovery(recovery)}>
            Restore
          </Button>
          <Button variant="subtle" color="gray" onClick={() => void discard(recovery.key).catch(reportFailure)}>
            Discard
          </Button>
        </div>
      ))}
    </section>
  );
}
