import { describe, expect, it } from 'vitest';
import {
  boolTensor,
  bytesPerElement,
  dtypes,
  float32Tensor,
  float32Values,
  float64Tensor,
  int64Tensor,
  isFloat,
  numbers,
  tensorOf,
  type DType,
  type Tensor,
} from '#shared/ir/tensor.ts';

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

const samples: readonly [DType, ArrayBufferView, number[]][] = [
  ['float32', Float32Array.of(1.5, -2), [1.5, -2]],
  ['float64', Float64Array.of(0.1, -2), [0.1, -2]],
  ['int64', BigInt64Array.of(-3n, 2n ** 40n), [-3, 2 ** 40]],
  ['uint64', BigUint64Array.of(3n, 2n ** 40n), [3, 2 ** 40]],
  ['int32', Int32Array.of(-3, 70_000), [-3, 70_000]],
  ['uint32', Uint32Array.of(3, 4_000_000_000), [3, 4_000_000_000]],
  ['int16', Int16Array.of(-3, 300), [-3, 300]],
  ['uint16', Uint16Array.of(3, 60_000), [3, 60_000]],
  ['int8', Int8Array.of(-3, 100), [-3, 100]],
  ['uint8', Uint8Array.of(3, 200), [3, 200]],
  ['bool', Uint8Array.of(1, 0), [1, 0]],
];

/** The same bytes in other places: a plain array, at an odd offset, and in a Node Buffer cut from its pool. */
const places: readonly [string, (data: Uint8Array) => Uint8Array][] = [
  ['a plain array', (data) => data],
  [
    'an odd offset',
    (data) => {
      const around = new Uint8Array(data.byteLength + 3);
      around.set(data, 3);
      return around.subarray(3);
    },
  ],
  [
    'a pooled Buffer',
    (data) => {
      Buffer.from('x');
      const buffer = Buffer.from(data);
      expect(buffer.buffer.byteLength).toBeGreaterThan(data.byteLength);
      return buffer;
    },
  ],
  [
    'an odd slice of a Buffer',
    (data) => {
      const around = Buffer.alloc(data.byteLength + 1);
      around.set(data, 1);
      return around.subarray(1);
    },
  ],
];

describe('elements of a tensor', () => {
  it.each(samples)('%s, wherever its bytes lie', (dtype, view, expected) => {
    for (const [place, move] of places) {
      const data = move(bytesOf(view));
      const before = Uint8Array.from(data);
      expect(numbers({ dtype, shape: [2], data }), place).toEqual(expected);
      expect(Uint8Array.from(data), place).toEqual(before);
    }
  });

  it('float32 values are a view where alignment allows, a copy where it does not', () => {
    const tensor = float32Tensor([2], [1.5, -2]);
    expect(float32Values(tensor).buffer).toBe(tensor.data.buffer);
    for (const [place, move] of places) {
      expect(Array.from(float32Values({ ...tensor, data: move(tensor.data) })), place).toEqual([1.5, -2]);
    }
  });

  it('are refused as numbers or floats where they are not', () => {
    expect(() => float32Values(int64Tensor([1], [1]))).toThrow('expected float32, got int64');
    expect(() => numbers({ dtype: 'string', shape: [0], data: new Uint8Array() })).toThrow('string');
  });
});

describe('making tensors', () => {
  it.each<DType>(['float32', 'float64', 'int64', 'int32', 'int16', 'uint16', 'int8', 'uint8', 'bool'])(
    '%s from numbers',
    (dtype) => {
      const tensor = tensorOf(dtype, [3], [0, 1, 2.7]);
      expect(tensor.dtype).toBe(dtype);
      const expected = { float32: [0, 1, Math.fround(2.7)], float64: [0, 1, 2.7], bool: [0, 1, 1] } as const;
      expect(numbers(tensor)).toEqual(expected[dtype as keyof typeof expected] ?? [0, 1, 2]);
    },
  );

  it('refuses a shape that does not fit', () => {
    const attempts: (() => Tensor)[] = [
      () => float32Tensor([2], [1]),
      () => float64Tensor([2], [1]),
      () => int64Tensor([2, 2], [1, 2, 3]),
      () => boolTensor([], []),
      () => tensorOf('int32', [3], [1]),
      () => tensorOf('uint8', [3], [1]),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(/needs \d+ bytes, got \d+/);
    expect(() => tensorOf('string', [1], [1])).toThrow('string');
  });

  it('holds scalars, empty tensors and the ends of int64', () => {
    expect(float32Tensor([], [7]).data.byteLength).toBe(4);
    expect(float32Tensor([0, 5], []).data.byteLength).toBe(0);
    const ends = int64Tensor([3], [2 ** 63, -(2 ** 63), -1]);
    expect([...new BigInt64Array(ends.data.buffer)]).toEqual([2n ** 63n - 1n, -(2n ** 63n), -1n]);
  });

  it('does not copy typed arrays it is given', () => {
    const values = Float32Array.of(1, 2);
    expect(float32Tensor([2], values).data.buffer).toBe(values.buffer);
  });
});

it('knows the width of every type, and which of them are floats', () => {
  const widths = Object.fromEntries(samples.map(([dtype, view]) => [dtype, view.byteLength / 2]));
  for (const dtype of dtypes) {
    const expected = widths[dtype] ?? (dtype === 'string' ? 0 : 2);
    expect(bytesPerElement(dtype), dtype).toBe(expected);
    expect(isFloat(dtype), dtype).toBe(/float/.test(dtype));
  }
});
