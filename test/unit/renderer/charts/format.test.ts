import { describe, expect, it } from 'vitest';
import { formatBriefly, formatLoss, percentFigure } from '#renderer/charts/format.ts';
import { roundRange, roundTicks } from '#renderer/charts/scale.ts';

describe('metrics in words', () => {
  it.each([
    [2.41312, '2.413'],
    [1234.5, '1,235'],
    [0.03123, '0.0312'],
    [0.00012, '1.2e-4'],
    [0, '0'],
    [Number.NaN, '–'],
  ])('loss %d', (loss, text) => expect(formatLoss(loss)).toBe(text));

  it('shares and measured rates', () => {
    expect(percentFigure(0.51)).toBe('51.0');
    expect(formatBriefly(0.000_743_21)).toBe('7.4e-4');
    expect(formatBriefly(3.2e-6)).toBe('3.2e-6');
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
