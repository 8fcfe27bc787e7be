import { describe, expect, it } from 'vitest';
import type { RunEvent } from '#shared/protocol/run.ts';
import {
  describeMetric,
  maximumBuckets,
  metricRange,
  metricRows,
  nearestRow,
  rateAt,
  rateRows,
} from '#renderer/charts/series.ts';
import { knownRun, reduceRun, starting } from '#renderer/store/run-state.ts';
import type { RunRecord } from '#renderer/store/run-record.ts';
import { epoch, plan, step, wholeEpoch } from '../store/run-events.ts';

function recordOf(events: readonly RunEvent[]): RunRecord {
  const record = knownRun(reduceRun(starting, [plan, ...events]))?.record;
  if (record === undefined) throw new Error('the events make no record');
  return record;
}

describe('chart rows', () => {
  it('puts steps at fractions of epochs and validation at their ends', () => {
    const rows = metricRows(recordOf(wholeEpoch(1, 0.5, true)), plan.stepsPerEpoch, 'loss');
    expect(rows.map((row) => row.x)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rows.filter((row) => row.validation !== undefined)).toEqual([{ x: 1, validation: 0.5 }]);
  });

  it('draws 100,000 steps and 2,000 epochs with at most 500 points a curve, extremes included', () => {
    const events: RunEvent[] = Array.from({ length: 100_000 }, (_, index) => ({
      ...step(index + 1, index === 31_415 ? 12 : 1),
      epoch: Math.floor(index / 50) + 1,
    }));
    const epochs = Array.from({ length: 2000 }, (_, index) => epoch(index + 1, 1, index === 777));
    const rows = metricRows(recordOf([...events, ...epochs]), 50, 'loss');
    expect(rows.filter((row) => row.train !== undefined).length).toBeLessThanOrEqual(maximumBuckets);
    expect(rows.filter((row) => row.validation !== undefined).length).toBeLessThanOrEqual(maximumBuckets + 1);
    expect(Math.max(...rows.map((row) => row.spread?.[1] ?? 0))).toBe(12);
    expect(rows.some((row) => row.x === 778 && row.validation !== undefined)).toBe(true);
  });

  it('shows single steps again when zoomed in', () => {
    const events: RunEvent[] = Array.from({ length: 4000 }, (_, index) => ({ ...step(index + 1), epoch: 1 }));
    const rows = metricRows(recordOf(events), 4, 'loss', { from: 500, to: 510 });
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(rows.length).toBeLessThanOrEqual(43);
    expect(rows.every((row) => row.spread === undefined || row.spread[0] === row.spread[1])).toBe(true);
  });

  it('reads the rate along the run', () => {
    expect(rateRows(recordOf([step(1), step(2)]), 4)).toEqual([
      { x: 0.25, rate: 0.001 },
      { x: 0.5, rate: 0.001 },
    ]);
  });

  it('reads the learning rate of the step at a position', () => {
    const rates = [0.1, 0.2, 0.3].map((lr, index) => ({ ...step(index + 1), lr }));
    const record = recordOf(rates);
    expect([0, 0.25, 0.3, 0.5, 0.75, 9].map((x) => rateAt(record, 4, x))).toEqual([0.1, 0.1, 0.2, 0.2, 0.3, 0.3]);
    expect(rateAt(recordOf([]), 4, 1)).toBeUndefined();
  });

  it('does not let one wild batch flatten the curve', () => {
    const rows = [
      { x: 1, train: 1, spread: [0.5, 90] as const },
      { x: 2, train: 0.8, spread: [0.5, 1] as const },
    ];
    expect(metricRange(rows, 'loss').to).toBeLessThanOrEqual(2);
    expect(metricRange(rows, 'accuracy')).toEqual({ from: 0, to: 1 });
    expect(metricRange([], 'loss')).toEqual({ from: 0, to: 1 });
  });

  it('finds the nearest row that has the value', () => {
    const rows = [
      { x: 1, train: 1 },
      { x: 1.4, validation: 2 },
      { x: 2, train: 3 },
    ];
    expect(nearestRow(rows, 1.45, 'train')?.x).toBe(1);
    expect(nearestRow(rows, 9, 'validation')?.validation).toBe(2);
    expect(nearestRow([], 1, 'train')).toBeUndefined();
  });

  it('says in words what it draws', () => {
    const record = recordOf([...wholeEpoch(1, 0.5, true), ...wholeEpoch(2, 0.6, false)]);
    const text = describeMetric(record, 'loss', (value) => value.toFixed(2));
    expect(text).toContain('After epoch 2: training 0.30, validation 0.60.');
    expect(text).toContain('Best at epoch 1: validation 0.50.');
    expect(describeMetric(recordOf([]), 'accuracy', String)).toContain('no epoch is finished');
  });
});
