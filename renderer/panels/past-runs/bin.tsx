import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { formatPlural } from '#shared/core/format.ts';
import type { RunSummary } from '#shared/protocol/run.ts';
import { host } from '#renderer/platform/host.ts';
import { ask } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { readRuns } from '#renderer/store/runs.ts';

/** Moves a run to the bin, with a way back as long as the message is read. */
export async function removeRun({ run, name, title }: RunSummary): Promise<void> {
  const { binned } = await host.runs.remove({ run });
  await readRuns();
  const id = `bin-${binned}`;
  const undo = async (): Promise<void> => {
    notifications.hide(id);
    await host.runs.putBack({ binned });
    await readRuns();
  };
  notifications.show({
    id,
    title: `“${name ?? title}” is in the bin`,
    message: (
      <Button size="xs" variant="default" onClick={() => void undo().catch(reportFailure)}>
        Put it back
      </Button>
    ),
    autoClose: 15_000,
  });
}

export async function emptyBin(): Promise<void> {
  const { runs } = await host.runs.bin();
  const choice = await ask({
    title: 'Delete the runs in the bin?',
    message: `${formatPlural(runs, 'run')} and their models are deleted for good.`,
    choices: [{ name: 'delete', label: 'Delete them', primary: true }],
  });
  if (choice !== 'delete') return;
  await host.runs.emptyBin();
  await readRuns();
}
