/** Model files cut short and bent: reading answers a model or a coded error, nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { printModel } from '#shared/ir/print.ts';
import { GraftError } from '#shared/messages/error.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { weightFileOf } from '#test/support/weights.ts';

const folder = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => new Uint8Array(readFileSync(folder + name)));
function read(bytes: Uint8Array): Model | undefined {
  try {
    return decodeModel(bytes, { readExternal: () => weightFileOf(new Uint8Array(64)) });
  } catch (thrown) {
    if (thrown instanceof GraftError && thrown.code.startsWith('model.')) return undefined;
    throw thrown;
  }
}

/** Whatever can be read can also be looked at and written again. */
function expectReadOrRefused(bytes: Uint8Array): void {
  const model = read(bytes);
  if (!model) return;
  violations(model);
  expect(printModel(model)).toContain('graph');
  expect(read(encodeModel(model))).toBeDefined();
}

const file = fc.nat(files.length - 1).map((index) => files[index] as Uint8Array);
/** Bytes that mean much to a protocol buffer: continuation bits, field keys, long lengths. */
const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x2a, 0x3a, 0x4a));
const bend = fc.record({ at: fc.nat(2 ** 20), byte });

describe('a damaged model file', () => {
  it('cut short is refused', () => {
    fc.assert(
      fc.property(file, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (bytes, share) => {
        expectReadOrRefused(bytes.subarray(0, Math.floor(share * bytes.byteLength)));
      }),
      { numRuns: 120 },
    );
  });

  it('with some bytes changed is read or refused', () => {
    fc.assert(
      fc.property(file, fc.array(bend, { minLength: 1, maxLength: 8 }), (bytes, bends) => {
        const bent = Uint8Array.from(bytes);
        // Half of them where the structure is, in the first kilobyte; the bulk of a file is weights.
        bends.forEach(({ at, byte: value }, index) => {
          bent[at % (index % 2 === 0 ? 1024 : bent.byteLength)] = value;
        });
        expectReadOrRefused(bent);
      }),
      { numRuns: 250 },
    );
  });

  it('with a piece taken out, repeated or put in is read or refused', () => {
    const piece = fc.record({
      at: fc.nat(2 ** 20),
      length: fc.nat(64),
      source: fc.nat(2 ** 20),
      inserted: fc.boolean(),
    });
    fc.assert(
      fc.property(file, piece, (bytes, { at, length, source, inserted }) => {
        const start = at % bytes.byteLength;
        const from = source % bytes.byteLength;
        const middle = inserted ? bytes.subarray(from, from + length) : new Uint8Array();
        expectReadOrRefused(
          Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(inserted ? start : start + length)]),
        );
      }),
      { numRuns: 120 },
    );
  });

  it('of noise is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => expectReadOrRefused(bytes)),
      { numRuns: 400 },
    );
  });
});
