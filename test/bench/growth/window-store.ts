/** What the window's store of a run and its charts take, outside a browser, with all events of a long run. */
import { readFileSync } from 'node:fs';
import type { RunEvent } from '#shared/protocol/run.ts';
import { metricRows, rateRows } from '#renderer/charts/series.ts';
import { logLines } from '#renderer/panels/run/log-lines.ts';
import { knownRun, reduceRun, starting, type RunState } from '#renderer/store/run-state.ts';
import { rounded } from '../surroundings.ts';

/** Events a live run says between two redraws, and those of one message when a run is opened. */
const live = 200;
const message = 5000;

export async function measureWindow(metrics: string, say: (line: string) => void): Promise<object> {
  const events = readFileSync(metrics, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  const whole = rounded(reduceInParts(events, message).total);
  const { tenths, total, state } = reduceInParts(events, live);
  const known = knownRun(state);
  if (!known) throw new Error('the run has no plan');
  const { record, plan } = known;
  const charts = timed(() => {
    metricRows(record, plan.stepsPerEpoch, 'loss');
    metricRows(record, plan.stepsPerEpoch, 'accuracy');
    rateRows(record, plan.stepsPerEpoch);
  });
  const log = timed(() => logLines(record.notes));
  const figures = {
    events: events.length,
    msToReduceOpened: whole,
    msToReduceLive: rounded(total),
    /** Of one redraw's events, in the first and the last tenth of the run. */
    msPerRedraw: { first: rounded(tenths[0] as number), last: rounded(tenths.at(-1) as number) },
    msToDeriveCharts: rounded(charts),
    msToWriteLog: rounded(log),
  };
  say(`the window's store: ${JSON.stringify(figures)}`);
  return figures;
}

function reduceInParts(
  events: readonly RunEvent[],
  size: number,
): { state: RunState; total: number; tenths: readonly number[] } {
  let state: RunState = starting;
  const times: number[] = [];
  for (let start = 0; start < events.length; start += size) {
    const part = events.slice(start, start + size);
    const began = performance.now();
    state = reduceRun(state, part);
    times.push(performance.now() - began);
  }
  const tenth = Math.max(1, Math.floor(times.length / 10));
  const mean = (part: readonly number[]): number => part.reduce((sum, time) => sum + time, 0) / part.length;
  return {
    state,
    total: times.reduce((sum, time) => sum + time, 0),
    tenths: [mean(times.slice(0, tenth)), mean(times.slice(-tenth))],
  };
}

/** Milliseconds of the fifth time: by then the code is compiled. */
function timed(work: () => unknown): number {
  for (let round = 0; round < 4; round++) work();
  const began = performance.now();
  work();
  return performance.now() - began;
}
