/** Files that are refused: each with a reason a person can read. */
import { describe, expect, it } from 'vitest';
import { GraftError } from '#shared/messages/error.ts';
import { decodeModel, type DecodeOptions, type WeightFile } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { nestedModel } from '#test/support/large-models.ts';
import { bytesOf, message, modelBytes, packed, type WireField } from '#test/support/protobuf.ts';
import { weightFileOf } from '#test/support/weights.ts';

function refusalOf(bytes: Uint8Array, options: DecodeOptions = {}): GraftError {
  try {
    decodeModel(bytes, { path: 'm.onnx', ...options });
  } catch (thrown) {
    if (thrown instanceof GraftError) return thrown;
    throw thrown;
  }
  throw new Error('the model was read');
}

/** A model with one weight called `w`. */
function withTensor(...fields: readonly WireField[]): Uint8Array {
  return modelBytes(message([5, message([8, 'w'], ...fields)]));
}

/** A model with one node whose only attribute, `a`, has these fields. */
function withAttribute(...fields: readonly WireField[]): Uint8Array {
  return modelBytes(message([1, message([4, 'Op'], [5, message([1, 'a'], ...fields)])]));
}

/** A model with one node along an axis. */
function withAxis(axis: number): Uint8Array {
  return modelBytes(message([1, message([4, 'Op'], [5, message([1, 'axis'], [20, 2], [3, BigInt(axis)])])]));
}

const one = bytesOf(Float32Array.of(1));
const deep = Array.from({ length: 200 }).reduce<Uint8Array>(
  (inner) => message([1, message([4, 'If'], [5, message([1, 'then_branch'], [20, 5], [6, inner])])]),
  message(),
);

describe('a model is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /the file is empty/],
    ['text', new TextEncoder().encode('these are words'), /its bytes are not a model/],
    ['no graph', message([1, 8], [8, message([2, 17])]), /holds no graph/],
    ['no operator set', message([1, 8], [7, message()]), /holds no graph/],
    ['functions of its own', modelBytes(message(), [25, message([1, 'Gelu'])]), /functions of its own/],
    ['sparse weights', modelBytes(message([15, message([1, message([8, 'w'])])])), /sparse weights/],
    ['an element type Graft lacks', withTensor([2, 17], [1, packed(1)], [9, one]), /tensor w has element type 17/],
    ['too few bytes', withTensor([2, 1], [1, packed(2)], [9, one]), /tensor w has 4 bytes where its shape needs 8/],
    ['too few numbers', withTensor([2, 1], [1, packed(2)], [4, one]), /tensor w has 4 bytes where its shape needs 8/],
    ['numbers in a field of another type', withTensor([2, 7], [1, packed(1)], [4, one]), /tensor w has 0 bytes/],
    ['half a float', withTensor([2, 1], [1, packed(1)], [9, one.subarray(0, 2)]), /tensor w has 2 bytes/],
    ['a negative size', withTensor([2, 1], [1, packed(-1, -1)], [9, one]), /tensor w has the shape \[-1, -1\]/],
    ['too few strings', withTensor([2, 8], [1, packed(2)], [6, 'x']), /tensor w has 1 strings/],
    ['a monstrous shape', withTensor([2, 1], [1, packed(2 ** 40, 2 ** 12)]), /tensor w has 0 bytes/],
    ['an attribute without its tensor', withAttribute([20, 4]), /attribute a lacks its tensor/],
    ['an attribute without its graph', withAttribute([20, 5]), /attribute a lacks its graph/],
    ['an attribute of a type Graft lacks', withAttribute([20, 13]), /attribute a has a type \(13\)/],
    ['an axis past 32 bits', withAxis(2 ** 31), /along axis 2147483648, which no tensor has/],
    ['an axis past them in the other direction', withAxis(-(2 ** 31) - 1), /along axis -2147483649/],
    ['graphs within graphs within graphs', modelBytes(deep), /not a model/],
    ['21 graphs within graphs', encodeModel(nestedModel(21)), /nested more than 20 levels deep/],
  ])('with %s', (_title, bytes, reason) => {
    const refusal = refusalOf(bytes);
    expect(refusal.code).toBe('model.not-onnx');
    expect(refusal.message).toMatch(/^m\.onnx is not an ONNX model: /);
    expect(refusal.message).toMatch(reason);
  });

  it.each<[string, Uint8Array]>([
    ['20 graphs within graphs', encodeModel(nestedModel(20))],
    ['the last axis of 32 bits', withAxis(2 ** 31 - 1)],
  ])('but not with %s', (_title, bytes) => {
    expect(decodeModel(bytes).graph.nodes.length).toBeGreaterThan(0);
  });
});

/** A float32 [2] whose bytes lie elsewhere. */
function external(entries: Readonly<Record<string, string>>): Uint8Array {
  const stored = Object.entries(entries).map(([key, value]): WireField => [13, message([1, key], [2, value])]);
  return withTensor([2, 1], [1, packed(2)], [14, 1], ...stored);
}

describe('weights in a file beside the model', () => {
  const file = bytesOf(Float32Array.of(0, 1, 2, 3));
  const readExternal = (location: string): WeightFile => {
    if (location === 'model.data') return weightFileOf(Buffer.from(file));
    throw new GraftError('model.external-data-missing', { path: 'm.onnx', file: location });
  };
  const read = (entries: Readonly<Record<string, string>>): Uint8Array | undefined =>
    decodeModel(external({ location: 'model.data', ...entries }), { readExternal }).graph.initializers.get('w')?.data;

  it('are found by offset and length, or to the end', () => {
    expect(read({ offset: '4', length: '8' })).toEqual(bytesOf(Float32Array.of(1, 2)));
    expect(read({ offset: '8' })).toEqual(bytesOf(Float32Array.of(2, 3)));
    expect(read({ length: '8' })).toEqual(bytesOf(Float32Array.of(0, 1)));
  });

  it.each([
    ['a length that is not the shape’s', { length: '12' }, /has 12 bytes where its shape needs 8/],
    ['a place behind the end', { offset: '12', length: '8' }, /has 4 bytes where its shape needs 8/],
    ['a negative offset', { offset: '-8', length: '8' }, /has “-8” as its offset/],
    ['a length in words', { length: 'all' }, /has “all” as its length/],
    ['no file', { location: '' }, /does not name the file/],
  ])('are refused with %s', (_title, entries, reason) => {
    const refusal = refusalOf(external({ location: 'model.data', ...entries }), { readExternal });
    expect(refusal.code).toBe('model.not-onnx');
    expect(refusal.message).toMatch(reason);
  });

  it('are missing when they cannot be reached', () => {
    expect(refusalOf(external({ location: 'other.data' }), { readExternal }).code).toBe('model.external-data-missing');
    expect(refusalOf(external({ location: 'model.data' })).code).toBe('model.external-data-missing');
  });

  it.each([
    '/etc/passwd',
    '../secret',
    'weights/../../secret',
    'weights\\..\\..\\secret',
    '..',
    'C:\\secret',
    'c:secret',
    '\\\\server\\share',
    '\\secret',
  ])('are never looked for outside the model’s folder: %s', (location) => {
    const asked: string[] = [];
    const refusal = refusalOf(external({ location }), {
      readExternal: (name) => {
        asked.push(name);
        return weightFileOf(file);
      },
    });
    expect(refusal.code).toBe('model.external-data-outside');
    expect(refusal.message).toContain(location);
    expect(asked).toEqual([]);
  });
});
