/** The runs kept on the host's disk. */
import { create } from 'zustand';
import type { RunSummary } from '#shared/protocol/run.ts';
import { host } from '#renderer/platform/host.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { useRun } from '#renderer/store/run.ts';

interface RunsStore {
  /** Newest first; undefined until they were read. */
  readonly runs: readonly RunSummary[] | undefined;
  /** What was thrown away and is not deleted yet. */
  readonly bin: { readonly runs: number; readonly bytes: number };
}

export const useRuns = create<RunsStore>()(() => ({ runs: undefined, bin: { runs: 0, bytes: 0 } }));

/** Keeps the list up to date with the run shown as long as someone looks; answers a function that ends it. */
export function followRuns(): () => void {
  const read = (): void => void readRuns().catch(reportFailure);
  read();
  return useRun.subscribe(({ state }, before) => {
    if (state.phase !== before.state.phase) read();
  });
}

export async function readRuns(): Promise<void> {
  const [runs, bin] = await Promise.all([host.runs.list(), host.runs.bin()]);
  useRuns.setState({ bin, runs: runs.toSorted((a, b) => b.started.localeCompare(a.started)) });
}

/** @param name '' for what the run's project is called */
export async function renameRun(run: string, name: string): Promise<void> {
  await host.runs.rename({ run, name });
  await readRuns();
}
