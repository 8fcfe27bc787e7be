import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { appendToSeries, createSeries, summarize, truncateSeries, valueAt } from '#renderer/store/metric-series.ts';

const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 700 });

describe('metric series', () => {
  it('keeps the extremes of 100,000 steps in at most 250 buckets', () => {
    const seed = 7;
    const steps = Float64Array.from({ length: 100_000 }, (_, step) =>
      randomUniform(seed, randomStreams.sample, step, 0),
    );
    steps[61_803] = 40;
    steps[27_182] = -40;
    let series = createSeries();
    for (let start = 0; start < steps.length; start += 13) {
      series = appendToSeries(series, steps.subarray(start, start + 13));
    }
    const buckets = summarize(series, 250);
    expect(buckets.length).toBeLessThanOrEqual(250);
    expect(buckets.length).toBeGreaterThan(125);
    expect(Math.max(...buckets.map((bucket) => valueAt(series, bucket.highAt)))).toBe(40);
    expect(Math.min(...buckets.map((bucket) => valueAt(series, bucket.lowAt)))).toBe(-40);
  });

  it('summarizes every range as a scan over it would', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 40 }), (list, a, b, limit) => {
        const from = a % list.length;
        const to = from + 1 + (b % (list.length - from));
        const buckets = summarize(createSeries(list), limit, from, to);
        expect(buckets.length).toBeLessThanOrEqual(limit);
        let next = from;
        for (const bucket of buckets) {
          expect(bucket.from).toBe(next);
          next = bucket.to;
          const part = list.slice(bucket.from, bucket.to);
          expect(list[bucket.lowAt]).toBe(Math.min(...part));
          expect(list[bucket.highAt]).toBe(Math.max(...part));
          expect(bucket.mean).toBeCloseTo(
            part.reduce((sum, value) => sum + value / part.length, 0),
            4,
          );
        }
        expect(next).toBe(to);
      }),
    );
  });

  it('has no bucket at the end that a single value would make jump', () => {
    const flat = createSeries(Array.from({ length: 64 }, () => 1));
    const widths = (length: number): number[] =>
      summarize(
        appendToSeries(
          flat,
          Array.from({ length }, () => 9),
        ),
        16,
      ).map(({ from, to }) => to - from);
    expect(widths(1).at(-1)).toBe(9);
    expect(widths(3).at(-1)).toBe(11);
    expect(widths(4).slice(-2)).toEqual([8, 4]);
    expect(widths(8).slice(-2)).toEqual([8, 8]);
    // Single values stay single.
    expect(summarize(createSeries([1, 2, 3]), 16)).toHaveLength(3);
  });

  it('is the same appended bit by bit and made at once', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 8 }), fc.integer({ min: 1, max: 100 }), (parts, limit) => {
        const grown = parts.reduce((series, part) => appendToSeries(series, part), createSeries());
        expect(summarize(grown, limit)).toEqual(summarize(createSeries(parts.flat()), limit));
      }),
    );
  });

  it('leaves older series alone when a run goes back and takes another way', () => {
    fc.assert(
      fc.property(values, fc.nat(), values, (past, cut, future) => {
        const whole = createSeries(past);
        const before = summarize(whole, 16);
        const length = cut % (past.length + 1);
        const branched = appendToSeries(truncateSeries(whole, length), future);
        expect(summarize(whole, 16)).toEqual(before);
        expect(summarize(branched, 16)).toEqual(summarize(createSeries([...past.slice(0, length), ...future]), 16));
      }),
    );
  });

  it('refuses positions outside', () => {
    const series = createSeries([1, 2]);
    expect(() => valueAt(series, 2)).toThrow(RangeError);
    expect(summarize(series, 10, 2, 2)).toEqual([]);
  });
});
