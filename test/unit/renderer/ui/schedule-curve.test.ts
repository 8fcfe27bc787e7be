import { describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { emptyDocument } from '#shared/document/model.ts';
import { project } from '#test/support/documents.ts';
import { plannedEpochs, scheduleCurve } from '#renderer/ui/schedule-curve.ts';

const oneCycle = { kind: 'one-cycle', warmup: 0.25, startDivisor: 25, endDivisor: 1e5 };

describe('scheduleCurve', () => {
  it('rises to the peak and falls to almost nothing in one cycle', () => {
    const curve = scheduleCurve(oneCycle, 30);
    const peak = Math.max(...curve);
    expect(curve[0]).toBeCloseTo(1 / 25, 6);
    expect(curve.at(-1)).toBeCloseTo(1e-5, 6);
    expect(peak).toBeGreaterThan(0.99);
    expect(curve.indexOf(peak) / curve.length).toBeCloseTo(0.25, 1);
  });

  it('drops by the factor every so many epochs', () => {
    const curve = scheduleCurve({ kind: 'step', stepEpochs: 10, stepFactor: 0.1 }, 25);
    expect(new Set(curve.map((value) => value.toPrecision(3)))).toEqual(new Set(['1.00', '0.100', '0.0100']));
  });

  it('shows every restart of a long run', () => {
    const curve = scheduleCurve({ kind: 'cosine-restarts', restartEpochs: 10 }, 200);
    const rises = curve.filter((value, index) => index > 0 && value > (curve[index - 1] ?? 0));
    expect(rises).toHaveLength(19);
    expect(Math.min(...rises)).toBeGreaterThan(0.9);
  });

  it('covers the epochs of the training node', () => {
    expect(plannedEpochs(setParameter(project(), 'training', 'epochs', 7))).toBe(7);
    expect(plannedEpochs(emptyDocument)).toBe(30);
  });

  it('never rises with cosine and stays with constant', () => {
    const cosine = scheduleCurve({ kind: 'cosine' }, 10);
    expect(cosine.every((value, index) => index === 0 || value <= (cosine[index - 1] ?? 0))).toBe(true);
    expect(new Set(scheduleCurve({ kind: 'constant' }, 10))).toEqual(new Set([1]));
  });
});
