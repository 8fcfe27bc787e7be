/** The runs kept on the host's disk. */
import { create } from 'zustand';
import type { RunSummary } from '#shared/protocol/run.ts';
import { host } from '#renderer/platform/host.ts';

interface RunsStore {
  /** Newest first; undefined until they were read. */
  readonly runs: readonly RunSummary[] | undefined;
}

export const useRuns = create<RunsStore>()(() => ({ runs: undefined }));

export async function readRuns(): Promise<void> {
  const runs = await host.runs.list();
  useRuns.setState({ runs: runs.toSorted((a, b) => b.started.localeCompare(a.started)) });
}
