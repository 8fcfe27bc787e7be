import { describe, expect, it } from 'vitest';
import { standsBetween, wirePath } from '#renderer/canvas/wire-path.ts';

const ahead = { sourceX: 240, sourceY: 72, targetX: 288, targetY: 72 };
const far = { sourceX: 240, sourceY: 72, targetX: 864, targetY: 72 };
const back = { sourceX: 1104, sourceY: 72, targetX: 0, targetY: 332 };

describe('standsBetween', () => {
  const card = { x: 288, y: 0, width: 240, height: 160 };

  it('sees a card in the way', () => {
    expect(standsBetween(far, card)).toBe(true);
  });

  it('does not mind cards above, below, or beyond the ends', () => {
    expect(standsBetween(far, { ...card, y: 100 })).toBe(false);
    expect(standsBetween(far, { ...card, x: 900 })).toBe(false);
    expect(standsBetween(ahead, { ...card, x: -20 })).toBe(false);
  });
});

describe('wirePath', () => {
  it('curves straight to a neighbour', () => {
    expect(wirePath(ahead, false, -20).path).toContain('C');
  });

  it.each([
    ['around a card in the way', far, true],
    ['back to a row below', back, false],
  ] as const)('takes the lane %s, with its label on it', (_, ends, blocked) => {
    const { path, labelY } = wirePath(ends, blocked, 220);
    expect(path).not.toContain('C');
    expect(path).toMatch(/,220[LQ]/u);
    expect(labelY).toBe(220);
    expect(path.startsWith(`M${ends.sourceX},${ends.sourceY}`)).toBe(true);
    expect(path.endsWith(`L${ends.targetX},${ends.targetY}`)).toBe(true);
  });

  it('is drawable where both ends and the lane coincide', () => {
    const { path } = wirePath({ sourceX: 0, sourceY: 0, targetX: 0, targetY: 0 }, true, 0);
    expect(path).not.toContain('NaN');
  });
});
