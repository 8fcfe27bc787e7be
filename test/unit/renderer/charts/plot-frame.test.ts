import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromPixelX, type PlotFrame, spreadLabels, toPixelX } from '#renderer/charts/plot-frame.ts';

const frame: PlotFrame = { x: { from: 2, to: 12 }, y: { from: 0, to: 1 }, size: { width: 400, height: 200 } };

describe('plot frame', () => {
  it('maps positions to pixels and back', () => {
    fc.assert(
      fc.property(fc.double({ min: 2, max: 12, noNaN: true }), (x) => {
        expect(fromPixelX(frame, toPixelX(frame, x))).toBeCloseTo(x, 6);
      }),
    );
    expect(fromPixelX(frame, -50)).toBe(2);
    expect(fromPixelX(frame, 1000)).toBe(12);
  });

  it('moves labels apart without changing their order', () => {
    const positions = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(positions, (wanted) => {
        const placed = spreadLabels(wanted, 13, { from: 0, to: 200 }).toSorted((a, b) => a - b);
        for (const [index, at] of placed.entries()) {
          expect(at).toBeLessThanOrEqual(200);
          if (index > 0) expect(at - (placed[index - 1] ?? 0)).toBeGreaterThanOrEqual(13 - 1e-9);
        }
      }),
    );
    expect(spreadLabels([50, 20], 13, { from: 0, to: 100 })).toEqual([50, 20]);
    expect(spreadLabels([99, 98], 13, { from: 0, to: 100 })).toEqual([100, 87]);
  });
});
