import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { openGraph } from '#renderer/panels/past-runs/open-graph.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { useRun } from '#renderer/store/run.ts';
import { useRuns } from '#renderer/store/runs.ts';
import classes from '#renderer/panels/start/start.module.css';

/** A run that goes on although this window does not show it, as after the page was loaded anew. */
export function RunningNow() {
  const running = useRuns((store) => store.runs?.find(({ status }) => status === 'running'));
  const watch = useRun((store) => store.watch);
  if (running === undefined) return null;
  const show = async (): Promise<void> => {
    if (await openGraph(running.run)) await watch(running.run);
  };
  return (
    <section className={classes['recoveries']} aria-label="Training now">
      <div className={classes['recovery']}>
        <IconPlayerPlay size={18} aria-hidden="true" />
        <span>
          <strong>{running.title === '' ? 'Untitled' : running.title}</strong> is being trained.
        </span>
        <Button ml="auto" onClick={() => void show().catch(reportFailure)}>
          Show it
        </Button>
      </div>
    </section>
  );
}
