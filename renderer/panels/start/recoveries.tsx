import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { formatPlural } from '#shared/core/format.ts';
import { useNow } from '#renderer/panels/past-runs/now.ts';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';
import type { Recovery } from '#renderer/panels/start/start-data.ts';
import { reportFailure, restoreRecovery } from '#renderer/store/project.ts';
import classes from '#renderer/panels/start/start.module.css';

interface Props {
  readonly recoveries: readonly Recovery[];
  readonly discard: (key: string) => Promise<void>;
}

/** Work that a crash or a closed window left unsaved: of one project at once, of several in a line that opens. */
export function Recoveries({ recoveries, discard }: Props) {
  const [open, setOpen] = useState(false);
  if (recoveries.length === 0) return null;
  const isOne = recoveries.length === 1;
  return (
    <section className={classes['recoveries']} aria-label="Unsaved work">
      {!isOne && (
        <div className={classes['recovery']}>
          <IconHistory size={18} aria-hidden="true" />
          <span>
            <strong>{formatPlural(recoveries.length, 'project')}</strong> have work that was not saved.
          </span>
          <Button ml="auto" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide them' : 'Show them'}
          </Button>
        </div>
      )}
      {(isOne || open) &&
        recoveries.map((recovery) => <Entry key={recovery.key} recovery={recovery} discard={discard} />)}
    </section>
  );
}

function Entry({ recovery, discard }: { readonly recovery: Recovery; readonly discard: Props['discard'] }) {
  const now = useNow();
  const title = recovery.title === '' ? 'Untitled' : recovery.title;
  return (
    <div className={classes['recovery']}>
      <IconHistory size={18} aria-hidden="true" />
      <span title={recovery.path}>
        <strong>{title}</strong> has work that was not saved, from {startedWords(recovery.saved, now)}.
      </span>
      <Button ml="auto" aria-label={`Restore ${title}`} onClick={() => restoreRecovery(recovery)}>
        Restore
      </Button>
      <Button
        variant="subtle"
        color="gray"
        aria-label={`Discard ${title}`}
        onClick={() => void discard(recovery.key).catch(reportFailure)}
      >
        Discard
      </Button>
    </div>
  );
}
