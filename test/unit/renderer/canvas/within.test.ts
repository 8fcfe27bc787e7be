import { expect, it } from 'vitest';
import { isWithin } from '#renderer/canvas/within.ts';

it('knows a box that sticks out on any side from one that does not', () => {
  const outer = { x: -10, y: 0, width: 100, height: 50 };
  expect(isWithin(outer, outer)).toBe(true);
  expect(isWithin({ x: 0, y: 10, width: 90, height: 40 }, outer)).toBe(true);
  expect(isWithin({ x: -11, y: 10, width: 20, height: 20 }, outer)).toBe(false);
  expect(isWithin({ x: 0, y: -1, width: 20, height: 20 }, outer)).toBe(false);
  expect(isWithin({ x: 0, y: 10, width: 91, height: 20 }, outer)).toBe(false);
  expect(isWithin({ x: 0, y: 10, width: 20, height: 41 }, outer)).toBe(false);
});
