/** What a run has said so far, in the form charts and summaries read it. Immutable; see metric-series.ts. */
import type { RunEvent } from '#shared/protocol/run.ts';
import {
  appendToSeries,
  createSeries,
  type MetricSeries,
  truncateSeries,
  valueAt,
} from '#renderer/store/metric-series.ts';

export type PlanEvent = Extract<RunEvent, { event: 'plan' }>;
export type StepEvent = Extract<RunEvent, { event: 'step' }>;
export type EpochEvent = Extract<RunEvent, { event: 'epoch' }>;
export type CacheEvent = Extract<RunEvent, { event: 'cache' }>;
export type TuningEvent = Extract<RunEvent, { event: 'tuning' }>;
export type DoneEvent = Extract<RunEvent, { event: 'done' }>;
/** An event worth a line in the log. */
export type NoteEvent = Exclude<RunEvent, StepEvent>;

interface StepSeries {
  /** Step number, from 1. */
  readonly step: MetricSeries;
  readonly loss: MetricSeries;
  /** Share of its batch a step got right, 0–1. */
  readonly accuracy: MetricSeries;
  readonly lr: MetricSeries;
}

export interface RunRecord {
  readonly steps: StepSeries;
  /** Ascending by epoch. */
  readonly epochs: readonly EpochEvent[];
  readonly notes: readonly NoteEvent[];
}

export function createRecord(): RunRecord {
  return {
    steps: { step: createSeries(), loss: createSeries(), accuracy: createSeries(), lr: createSeries() },
    epochs: [],
    notes: [],
  };
}

/** Appends steps. A step number that was seen before means the run went back to a checkpoint: the later past is dropped. */
export function recordSteps(record: RunRecord, events: readonly StepEvent[]): RunRecord {
  const first = events[0];
  if (first === undefined) return record;
  const repeat = events.findIndex((event, index) => index > 0 && event.step <= (events[index - 1] as StepEvent).step);
  if (repeat > 0) return recordSteps(recordSteps(record, events.slice(0, repeat)), events.slice(repeat));
  const { steps, epochs, notes } = rewind(record, first.step, first.epoch);
  return {
    steps: {
      step: appendToSeries(
        steps.step,
        Float64Array.from(events, (event) => event.step),
      ),
      loss: appendToSeries(
        steps.loss,
        Float64Array.from(events, (event) => event.loss),
      ),
      accuracy: appendToSeries(
        steps.accuracy,
        Float64Array.from(events, (event) => event.accuracy),
      ),
      lr: appendToSeries(
        steps.lr,
        Float64Array.from(events, (event) => event.lr),
      ),
    },
    epochs,
    notes,
  };
}

/**
 * Lists that were made while one batch of events is taken in. Nobody has seen them, so they are added to in place:
 * a list is copied once a batch, however many epochs the batch tells of.
 */
export type FreshLists = WeakSet<readonly unknown[]>;

export function recordEpoch(record: RunRecord, event: EpochEvent, fresh: FreshLists): RunRecord {
  const { epochs } = record;
  const isLater = (epochs.at(-1)?.epoch ?? 0) < event.epoch;
  const before = isLater ? epochs : epochs.filter((known) => known.epoch < event.epoch);
  return { ...record, epochs: added(before, event, fresh) };
}

/** Adds a line to the log; one that says how far something has come takes the place of the one before it. */
export function recordNote(record: RunRecord, event: NoteEvent, fresh: FreshLists): RunRecord {
  const { notes } = record;
  const replaces = (event.event === 'cache' || event.event === 'tuning') && notes.at(-1)?.event === event.event;
  return { ...record, notes: added(replaces ? notes.slice(0, -1) : notes, event, fresh) };
}

function added<Item>(list: readonly Item[], item: Item, fresh: FreshLists): readonly Item[] {
  if (fresh.has(list)) {
    (list as Item[]).push(item);
    return list;
  }
  const longer = [...list, item];
  fresh.add(longer);
  return longer;
}

function rewind(record: RunRecord, step: number, epoch: number): RunRecord {
  const { steps } = record;
  const last = steps.step.length - 1;
  if (last < 0 || valueAt(steps.step, last) < step) return record;
  const length = firstAtLeast(steps.step, step);
  return {
    steps: {
      step: truncateSeries(steps.step, length),
      loss: truncateSeries(steps.loss, length),
      accuracy: truncateSeries(steps.accuracy, length),
      lr: truncateSeries(steps.lr, length),
    },
    epochs: record.epochs.filter((known) => known.epoch < epoch),
    notes: record.notes,
  };
}

/** Position of the first value ≥ `wanted` in an ascending series; its length if there is none. */
export function firstAtLeast(series: MetricSeries, wanted: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(series, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
