import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from '#shared/core/utf8.ts';

test('agrees with the platform decoder on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
    }),
  );
});

test('reads text longer than one piece', () => {
  const text = 'ä🌱'.repeat(10_000);
  expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
});

test('accepts and refuses the same bytes as a strict platform decoder', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const outcome = (decode: () => string): string | undefined => {
    try {
      return decode();
    } catch {
      return undefined;
    }
  };
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x7f, 0x80, 0xbf, 0xc0, 0xe0, 0xed, 0xf0, 0xf4),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), fc.array(byte, { maxLength: 6 }), (random, edged) => {
      for (const bytes of [random, Uint8Array.from(edged)]) {
        expect(outcome(() => decodeUtf8(bytes))).toBe(outcome(() => strict.decode(bytes)));
      }
    }),
    { numRuns: 2000 },
  );
});
