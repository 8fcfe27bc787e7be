import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CardMap } from '#renderer/canvas/card-map.ts';
import { standsBetween } from '#renderer/canvas/wire-path.ts';
import { counted, operationsOf } from '#test/support/counted.ts';

const place = fc.oneof(
  { arbitrary: fc.integer({ min: -2000, max: 2000 }), weight: 9 },
  fc.constantFrom(-1e308, 1e9, 1e308, 0, 288, 240),
);
const size = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(0, 5000, 1e7));
const card = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  x: place,
  y: place,
  width: size,
  height: size,
});
const wire = fc.record({
  source: fc.constantFrom('a', 'b'),
  target: fc.constantFrom('b', 'c'),
  sourceX: place,
  sourceY: place,
  targetX: place,
  targetY: place,
});

describe('CardMap', () => {
  it('says what looking at every card says', () => {
    fc.assert(
      fc.property(fc.array(card, { maxLength: 30 }), wire, (cards, ends) => {
        const blocked = cards.some(
          ({ id, ...box }) => id !== ends.source && id !== ends.target && standsBetween(ends, box),
        );
        expect(new CardMap(cards).blocks(ends)).toBe(blocked);
      }),
      { numRuns: 3000 },
    );
  });

  it('looks at no card far from a wire', () => {
    const cards = Array.from({ length: 1000 }, (_, index) =>
      counted({ id: `${index}`, x: (index % 30) * 288, y: Math.floor(index / 30) * 240, width: 240, height: 176 }),
    );
    const map = new CardMap(cards);
    const ends = { source: '0', target: '1', sourceX: 240, sourceY: 72, targetX: 288, targetY: 72 };
    expect(operationsOf(() => map.blocks(ends))).toBeLessThan(100);
  });
});
