import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bfloat16Bits, float16Bits, fromBfloat16, fromFloat16 } from '#shared/ir/half.ts';
import { numbers, tensorOf } from '#shared/ir/tensor.ts';

const allBits = Array.from({ length: 0x1_0000 }, (_, bits) => bits);

describe('half precision', () => {
  it('reads every bit pattern as the runtime does', () => {
    const halves = new Float16Array(Uint16Array.from(allBits).buffer);
    expect(allBits.map(fromFloat16)).toEqual([...halves]);
  });

  it('rounds as the runtime does', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const expected = new Uint16Array(Float16Array.of(value).buffer)[0];
        expect(float16Bits(value)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
    for (const value of [
      65504,
      65519.99,
      65520,
      -1e9,
      2 ** -24,
      2 ** -25,
      2 ** -25 * 1.01,
      2 ** -14,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      -0,
      NaN,
    ])
      expect(fromFloat16(float16Bits(value)), String(value)).toBe(Float16Array.of(value)[0]);
  });

  it('takes the upper half of a float32 for bfloat16, rounded to even', () => {
    const exact = allBits.filter((bits) => !Number.isNaN(fromBfloat16(bits)));
    expect(exact.map((bits) => bfloat16Bits(fromBfloat16(bits)))).toEqual(exact);
    expect(fromBfloat16(bfloat16Bits(1 + 2 ** -8))).toBe(1);
    expect(fromBfloat16(bfloat16Bits(1 + 3 * 2 ** -8))).toBe(1 + 2 ** -6);
    expect(fromBfloat16(bfloat16Bits(NaN))).toBeNaN();
  });

  it('makes tensors that give their numbers back', () => {
    for (const dtype of ['float16', 'bfloat16'] as const)
      expect(numbers(tensorOf(dtype, [4], [0.5, -2, 1.25, 96]))).toEqual([0.5, -2, 1.25, 96]);
  });
});
