import { describe, expect, it } from 'vitest';
import * as format from '#shared/core/format.ts';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [672, '672'],
    [763_590, '763,590'],
  ])('%d', (value, text) => expect(format.formatCount(value)).toBe(text));
});

describe('formatShortCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1 K'],
    [10_416, '10.4 K'],
    [129_000, '129 K'],
    [999_999, '1 M'],
    [11_176_512, '11.2 M'],
    [25_557_032, '25.6 M'],
    [7e9, '7 B'],
  ])('%d', (value, text) => expect(format.formatShortCount(value)).toBe(text));
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [614_400, '614 kB'],
    [3_100_000, '3.1 MB'],
    [41_000_000, '41 MB'],
    [2_500_000_000, '2.5 GB'],
  ])('%d', (value, text) => expect(format.formatBytes(value)).toBe(text));
});

describe('formatDuration', () => {
  it.each([
    [0.009, '9 ms'],
    [0.9994, '999 ms'],
    [0.9999, '1 s'],
    [4.23, '4.2 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [200, '3 min 20 s'],
    [3599.7, '1 h'],
    [3900, '1 h 5 min'],
    [86_400, '24 h'],
  ])('%d s', (seconds, text) => expect(format.formatDuration(seconds)).toBe(text));
});

describe('formatRate', () => {
  it.each([
    [0, '0'],
    [30, '30'],
    [0.1 + 0.2, '0.3'],
    [0.001, '0.001'],
    [7.4e-4, '7.4e-4'],
    [1e-5, '1e-5'],
    [-1e-5, '-1e-5'],
    [100_000, '100000'],
    [1e9, '1e9'],
  ])('%d', (value, text) => expect(format.formatRate(value)).toBe(text));
});

describe('words around numbers', () => {
  it('writes shares, shapes and plurals', () => {
    expect(format.formatPercent(0.51)).toBe('51.0 %');
    expect(format.formatPercent(0.2, 0)).toBe('20 %');
    expect(format.formatShape([32, 3, 64, 64])).toBe('32×3×64×64');
    expect(format.formatPlural(1, 'class', 'classes')).toBe('1 class');
    expect(format.formatPlural(1200, 'picture')).toBe('1,200 pictures');
  });
});
