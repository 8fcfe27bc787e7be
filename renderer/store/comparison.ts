/** Earlier runs whose curves lie behind those of the run shown. */
import { create } from 'zustand';
import { host } from '#renderer/platform/host.ts';
import { type KnownRun, knownRun, reduceRun, starting } from '#renderer/store/run-state.ts';

interface ComparisonStore {
  /** By run folder, in the order they were chosen. */
  readonly runs: ReadonlyMap<string, KnownRun>;
}

export const useComparison = create<ComparisonStore>()(() => ({ runs: new Map() }));

/** Reads a finished run's events and lays it behind the charts, or takes it away again. */
export async function toggleComparison(run: string): Promise<void> {
  const { runs } = useComparison.getState();
  if (runs.has(run)) {
    useComparison.setState({ runs: new Map([...runs].filter(([other]) => other !== run)) });
    return;
  }
  let state = starting;
  for await (const events of await host.runs.watch({ run })) state = reduceRun(state, events);
  const known = knownRun(state);
  if (known === undefined) return;
  useComparison.setState((current) => ({ runs: new Map([...current.runs, [run, known]]) }));
}
