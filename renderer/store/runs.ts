/** The runs kept on the host's disk. */
import { create } from 'zustand';
import type { RunSummary } from '#shared/protocol/run.ts';
import { host } from '#renderer/platform/host.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { useRun } from '#renderer/store/run.ts';

interface RunsStore {
  /** Newest first; undefined until they were read. */
  readonly runs: readonly RunSummary[] | undefined;
}

export const useRuns = create<RunsStore>()(() => ({ runs: undefined }));

/** Keeps the list up to date with the run shown as long as someone looks; answers a function that ends it. */
export function followRuns(): () => void {
  const read = (): void => void readRuns().catch(reportFailure);
  read();
  return useRun.subscribe(({ state }, before) => {
    if (state.phase !== before.state.phase) read();
  });
}

async function readRuns(): Promise<void> {
  const runs = await host.runs.list();
  useRuns.setState({ runs: runs.toSorted((a, b) => b.started.localeCompare(a.started)) });
}
