import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from '#shared/ir/safetensors.ts';
import { boolTensor, float32Tensor, float32Values, int64Tensor, numbers, tensorOf } from '#shared/ir/tensor.ts';

/** A file with this header text and so many data bytes, built without the encoder. */
function fileOf(header: string, dataBytes: number, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

/** The class of what is thrown, if anything is. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (thrown) {
    return (thrown as Error).constructor;
  }
}

test('returns the tensors, their order and the metadata it was given', () => {
  const tensors = new Map([
    ['flags', boolTensor([3], [true, false, true])],
    ['weight', float32Tensor([2, 2], [1, -2, 3.5, 0])],
    ['step', int64Tensor([], [41])],
    ['empty', float32Tensor([0, 4], [])],
  ]);
  const metadata = { epoch: '3', title: 'Größe “x” 🌱' };
  const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
  expect([...decoded.tensors.keys()]).toEqual([...tensors.keys()]);
  for (const [name, tensor] of tensors) expect(decoded.tensors.get(name)).toEqual({ ...tensor });
  expect(decoded.metadata).toEqual(metadata);
});

test('every tensor starts aligned for its elements', () => {
  const bytes = encodeSafetensors(
    new Map([
      ['a', tensorOf('uint8', [3], [1, 2, 3])],
      ['b', float32Tensor([1], [2])],
      ['c', int64Tensor([1], [7])],
    ]),
  );
  const { tensors } = decodeSafetensors(bytes);
  const b = tensors.get('b')!;
  expect(float32Values(b).buffer).toBe(bytes.buffer);
  expect(numbers(tensors.get('c')!)).toEqual([7]);
});

test('reads a header as other writers make it: unpadded, raw UTF-8, without metadata', () => {
  const file = fileOf('{"größe":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
  expect([...decodeSafetensors(file).tensors.keys()]).toEqual(['größe']);
  expect(decodeSafetensors(file).metadata).toEqual({});
});

describe('refuses', () => {
  const one = (entry: string): string => `{"a":${entry}}`;
  const cases: [name: string, file: Uint8Array, reason: RegExp][] = [
    ['a file shorter than its length field', new Uint8Array(7), /eight bytes/],
    ['a header above the limit', fileOf('{}', 0, 100_000_001n), /claims 100000001/],
    ['a header longer than the file', fileOf('{}', 0, 3n), /within its header/],
    ['a header that is not JSON', fileOf('{"a":', 0), /not JSON/],
    ['a header that is a list', fileOf('[]', 0), /not a JSON object/],
    ['an unknown type', fileOf(one('{"dtype":"F31","shape":[],"data_offsets":[0,4]}'), 4), /unknown type F31/],
    ['a negative dimension', fileOf(one('{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}'), 4), /shape/],
    [
      'offsets that do not fit the shape',
      fileOf(one('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'), 4),
      /needs 8/,
    ],
    ['data beyond the file', fileOf(one('{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'), 4), /the file has 4/],
    ['data nobody owns', fileOf(one('{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'), 8), /the file has 8/],
    [
      'overlapping tensors',
      fileOf(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}',
        6,
      ),
      /starts at byte 2/,
    ],
    ['metadata that is not text', fileOf('{"__metadata__":{"epoch":3}}', 0), /metadata/],
  ];
  test.each(cases)('%s', (_, file, reason) => {
    expect(() => decodeSafetensors(file)).toThrow(SafetensorsError);
    expect(() => decodeSafetensors(file)).toThrow(reason);
  });

  test('anything cut off or altered in the header, without another kind of error', () => {
    const whole = encodeSafetensors(new Map([['weight', float32Tensor([4], [1, 2, 3, 4])]]), { epoch: '1' });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(whole.length - 17), fc.nat(255), (length, at, value) => {
        expect(() => decodeSafetensors(whole.slice(0, length))).toThrow(SafetensorsError);
        const altered = whole.slice();
        altered[at] = value;
        expect([undefined, SafetensorsError]).toContain(thrownBy(() => decodeSafetensors(altered)));
      }),
      { numRuns: 500 },
    );
  });
});

test('will not write what the format cannot hold', () => {
  const text = { dtype: 'string', shape: [1], data: new Uint8Array(), strings: ['x'] } as const;
  expect(() => encodeSafetensors(new Map([['a', text]]))).toThrow(/strings/);
  expect(() => encodeSafetensors(new Map([['a', { dtype: 'float32', shape: [2], data: new Uint8Array(4) }]]))).toThrow(
    /8/,
  );
});
