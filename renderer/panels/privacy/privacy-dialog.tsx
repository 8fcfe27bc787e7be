import { Button, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatBytes, formatPlural } from '#shared/core/format.ts';
import { host, type Host } from '#renderer/platform/host.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { closeDialog } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Waiting } from '#renderer/ui/waiting.tsx';
import classes from './privacy.module.css';

type Traces = Awaited<ReturnType<Host['app']['traces']>>['traces'];

/** What is kept here and where, and what the runtime of earlier versions has left. */
export function PrivacyDialog() {
  const folder = useEnvironment((state) => state.info?.dataHome);
  return (
    <Dialog onClose={closeDialog} title="Privacy" size="lg">
      <div className={classes['text']}>
        <p>
          <strong>Nothing leaves this machine unless you ask for it.</strong> Pictures, projects and models are read and
          trained on here, and nobody is told that you use Graft.
        </p>
        <p>
          onnxruntime, which computes for Graft, would report every start and every model to its makers on Linux and
          macOS. Graft turns that off before it is loaded. On Windows it can only write to the system’s own event
          tracing, which you control in the settings of Windows under Diagnostics.
        </p>
        {folder !== undefined && (
          <div className={classes['place']}>
            <div>
              Runs, cached features, settings and unsaved work are in <code>{folder}</code>, readable for you alone.
            </div>
            <Button
              variant="default"
              size="xs"
              onClick={() => void host.app.reveal({ path: folder }).catch(reportFailure)}
            >
              Show
            </Button>
          </div>
        )}
      </div>
      <LeftBehind />
    </Dialog>
  );
}

function LeftBehind() {
  const [traces, setTraces] = useState<Traces>();
  const [deleted, setDeleted] = useState(0);
  useEffect(() => {
    host.app.traces().then((answer) => setTraces(answer.traces), reportFailure);
  }, []);
  const remove = async (): Promise<void> => {
    const before = traces?.length ?? 0;
    const { traces: left } = await host.app.deleteTraces();
    setTraces(left);
    setDeleted(before - left.length);
  };
  if (traces === undefined) return <Waiting>Looking for what the runtime has left…</Waiting>;
  if (traces.length === 0) {
    return (
      <p className={classes['quiet']} role="status">
        {deleted > 0
          ? `${formatPlural(deleted, 'file')} deleted.`
          : 'Nothing was left behind on this machine by a runtime that reported.'}
      </p>
    );
  }
  const bytes = traces.reduce((sum, trace) => sum + trace.bytes, 0);
  return (
    <section className={classes['left']} aria-label="Left behind">
      <p>
        Here onnxruntime did report once, in an earlier Graft or another program, and has left{' '}
        {formatPlural(traces.length, 'file')} ({formatBytes(bytes)}): a number for this machine, and events still to be
        sent.
      </p>
      <ul>
        {traces.map(({ path }) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
      </ul>
      <Group justify="flex-end">
        <Button onClick={() => void remove().catch(reportFailure)}>Delete them</Button>
      </Group>
    </section>
  );
}
