/** From a run's record to what the charts draw: at most 500 points, all positions counted in epochs. */
import { roundRange, type Range } from '#renderer/charts/scale.ts';
import { type Bucket, summarize, valueAt } from '#renderer/store/metric-series.ts';
import { type EpochEvent, firstAtLeast, type RunRecord } from '#renderer/store/run-record.ts';

/** A bucket draws two points, its lowest and its highest: 250 buckets are the 500 points a chart may have. */
export const maximumBuckets = 250;

export type Metric = 'loss' | 'accuracy';

/** Pixels a bucket gets at least: closer ones would only be noise. */
const pixelsPerBucket = 3;

/** Buckets worth drawing on a plot of this width in pixels. */
export function bucketsFor(width: number): number {
  return Math.min(maximumBuckets, Math.max(40, Math.floor(width / pixelsPerBucket)));
}

/** One position along the x axis of a chart. */
export interface ChartRow {
  /** Epochs since the start of the run; whole numbers are the ends of epochs. */
  readonly x: number;
  /** Mean over the steps drawn here. */
  readonly train?: number;
  /** Lowest and highest among those steps. */
  readonly spread?: readonly [number, number];
  /** Present at ends of epochs. */
  readonly validation?: number;
}

/** Curves of one metric, over all of the run or the part of it between two positions. */
export function metricRows(
  record: RunRecord,
  stepsPerEpoch: number,
  metric: Metric,
  zoom?: Range,
  buckets = maximumBuckets,
): ChartRow[] {
  const [first, end] = stepRange(record, stepsPerEpoch, zoom);
  const values = record.steps[metric];
  const positions = summarize(record.steps.step, buckets, first, end);
  const rows: ChartRow[] = summarize(values, buckets, first, end).map((bucket, index) => ({
    x: (positions[index] as Bucket).mean / stepsPerEpoch,
    train: bucket.mean,
    spread: [valueAt(values, bucket.lowAt), valueAt(values, bucket.highAt)],
  }));
  for (const epoch of thin(epochsWithin(record.epochs, zoom), buckets)) {
    rows.push({ x: epoch.epoch, validation: epoch.validation[metric] });
  }
  return rows.toSorted((a, b) => a.x - b.x);
}

/** The learning rate along the run. */
export function rateRows(
  record: RunRecord,
  stepsPerEpoch: number,
  buckets = maximumBuckets,
): { x: number; rate: number }[] {
  const positions = summarize(record.steps.step, buckets);
  return summarize(record.steps.lr, buckets).map((bucket, index) => ({
    x: (positions[index] as Bucket).mean / stepsPerEpoch,
    rate: bucket.mean,
  }));
}

/** The learning rate of the step at a position; undefined before the first. */
export function rateAt(record: RunRecord, stepsPerEpoch: number, x: number): number | undefined {
  const { step, lr } = record.steps;
  if (lr.length === 0) return undefined;
  return valueAt(lr, Math.min(lr.length - 1, firstAtLeast(step, x * stepsPerEpoch)));
}

/**
 * Range of the y axis: from 0 for accuracy (and at most to 1), rounded around the curves for loss. The spread of
 * single steps counts only up to twice the largest mean, so that one wild batch does not flatten the curve.
 */
export function metricRange(rows: readonly ChartRow[], metric: Metric, extra: readonly number[] = []): Range {
  const means = rows.flatMap((row) => [row.train, row.validation]).filter((value) => value !== undefined);
  if (means.length === 0) return { from: 0, to: 1 };
  const largest = Math.max(...means, ...extra);
  const spread = Math.max(largest, ...rows.map((row) => row.spread?.[1] ?? 0));
  if (metric === 'accuracy') {
    return { from: 0, to: Math.min(1, roundRange({ from: 0, to: Math.max(0.1, spread) }, 4).to) };
  }
  return roundRange({ from: 0, to: Math.min(spread, 2 * largest) || 1 }, 4);
}

/** The value of the nearest row that has one, for reading a chart at a position. */
export function nearestRow(rows: readonly ChartRow[], x: number, key: 'train' | 'validation'): ChartRow | undefined {
  let best: ChartRow | undefined;
  for (const row of rows) {
    if (row[key] !== undefined && (best === undefined || Math.abs(row.x - x) < Math.abs(best.x - x))) best = row;
  }
  return best;
}

function stepRange(record: RunRecord, stepsPerEpoch: number, zoom: Range | undefined): [number, number] {
  const { step } = record.steps;
  if (zoom === undefined) return [0, step.length];
  // One more on either side, so that the curve runs to the edges of the frame.
  return [
    Math.max(0, firstAtLeast(step, zoom.from * stepsPerEpoch) - 1),
    Math.min(step.length, firstAtLeast(step, zoom.to * stepsPerEpoch) + 1),
  ];
}

function epochsWithin(epochs: readonly EpochEvent[], zoom: Range | undefined): readonly EpochEvent[] {
  return zoom === undefined ? epochs : epochs.filter(({ epoch }) => epoch >= zoom.from - 1 && epoch <= zoom.to + 1);
}

/** Every n-th epoch counted from the last, and every best one: no more than about `limit`. */
function thin(epochs: readonly EpochEvent[], limit: number): readonly EpochEvent[] {
  const stride = Math.ceil(epochs.length / limit);
  const best = epochs.findLast((epoch) => epoch.best);
  return epochs.filter((epoch, index) => (epochs.length - 1 - index) % stride === 0 || epoch === best);
}

/** What a chart shows, in a sentence, for those who cannot see it. */
export function describeMetric(record: RunRecord, metric: Metric, format: (value: number) => string): string {
  const last = record.epochs.at(-1);
  const name = metric === 'loss' ? 'Loss' : 'Accuracy';
  if (last === undefined) return `${name} by epoch: no epoch is finished yet.`;
  const first = record.epochs[0] as EpochEvent;
  const best = record.epochs.findLast((epoch) => epoch.best);
  const kept = best ? ` Best at epoch ${best.epoch}: validation ${format(best.validation[metric])}.` : '';
  return (
    `${name} by epoch. After epoch ${first.epoch}: training ${format(first.train[metric])}, ` +
    `validation ${format(first.validation[metric])}. After epoch ${last.epoch}: training ` +
    `${format(last.train[metric])}, validation ${format(last.validation[metric])}.${kept}`
  );
}
