import { describe, expect, it } from 'vitest';
import { broadcastAxes, elementCount, normalizeAxis, sameShape } from '#shared/core/shape.ts';

describe('shapes', () => {
  it('counts elements, one for a scalar', () => {
    expect(elementCount([])).toBe(1);
    expect(elementCount([2, 3, 4])).toBe(24);
    expect(elementCount([2, 0])).toBe(0);
  });

  it('compares by rank and dimensions', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
  });

  it.each([
    [[3], [2, 3], [0]],
    [[1, 3], [2, 3], [0]],
    [[2, 1, 1], [2, 5, 1], [1]],
    [[], [2, 3], [0, 1]],
    [[2, 3], [2, 3], []],
  ])('%j was broadcast to %j along %j', (from, to, axes) => {
    expect(broadcastAxes(from, to)).toEqual(axes);
  });

  it('counts negative axes from the end', () => {
    expect(normalizeAxis(-1, 4)).toBe(3);
    expect(normalizeAxis(2, 4)).toBe(2);
  });
});
