import { describe, expect, it } from 'vitest';
import * as format from '#renderer/charts/format.ts';
import { roundRange, roundTicks } from '#renderer/charts/scale.ts';

describe('formats', () => {
  it.each([
    [0, '0 ms'],
    [0.009, '9 ms'],
    [0.2, '0.2 s'],
    [4, '4 s'],
    [9.96, '10 s'],
    [59.7, '1 min'],
    [80, '1 min 20 s'],
    [7500, '2 h 5 min'],
  ])('%d seconds', (seconds, text) => expect(format.formatSeconds(seconds)).toBe(text));

  it.each([
    [320, '320 B'],
    [700_000, '700 KB'],
    [41_000_000, '41 MB'],
    [1_234_000_000, '1.2 GB'],
  ])('%d bytes', (bytes, text) => expect(format.formatBytes(bytes)).toBe(text));

  it.each([
    [0.001, '1e-3'],
    [0.00074, '7.4e-4'],
    [0.05, '0.05'],
    [3.2e-6, '3.2e-6'],
    [0, '0'],
  ])('rate %d', (rate, text) => expect(format.formatRate(rate)).toBe(text));

  it('counts, shares and losses', () => {
    expect(format.formatCount(44_000)).toBe('44,000');
    expect(format.formatShortCount(3850)).toBe('3,850');
    expect(format.formatShortCount(11_200_000)).toBe('11.2 M');
    expect(format.formatPercent(0.51)).toBe('51.0');
    expect(format.formatLoss(2.41312)).toBe('2.413');
    expect(format.formatLoss(0.03123)).toBe('0.0312');
    expect(format.formatLoss(Number.NaN)).toBe('–');
    expect(format.plural(1, 'photo')).toBe('1 photo');
    expect(format.plural(2, 'class', 'classes')).toBe('2 classes');
  });
});

describe('axis', () => {
  it('has round ticks inside the range', () => {
    expect(roundTicks({ from: 0, to: 2.4 }, 4)).toEqual([0, 1, 2]);
    expect(roundTicks({ from: 0, to: 30 }, 6, true)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(roundTicks({ from: 0, to: 3 }, 6, true)).toEqual([0, 1, 2, 3]);
    expect(roundTicks({ from: 2, to: 2 }, 6)).toEqual([2]);
  });

  it('widens to round ends', () => {
    expect(roundRange({ from: 0, to: 2.37 }, 4)).toEqual({ from: 0, to: 3 });
    expect(roundRange({ from: 0, to: 0.031 }, 4)).toEqual({ from: 0, to: 0.04 });
    expect(roundRange({ from: 1, to: 1 }, 4).to).toBe(1);
  });
});
