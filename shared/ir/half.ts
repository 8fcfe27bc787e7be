/** Half-precision numbers, which are kept as their bits: a typed array of them is not to be had in every runtime. */

const word = new DataView(new ArrayBuffer(4));

/** Bits of a float32. */
function float32Bits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

/** The nearest bfloat16, ties to even: the upper half of a float32. */
export function bfloat16Bits(value: number): number {
  const bits = float32Bits(value);
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The nearest IEEE 754 half-precision number, ties to even. */
export function float16Bits(value: number): number {
  const sign = (float32Bits(value) >>> 31) << 15;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // 65520 and more is nearer to the next power of two than to the largest half, 65504.
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  if (size === 0) return sign;
  const steps = roundHalfToEven(size / 2 ** (exponent - 10));
  // A mantissa that rounds up to 2048 carries into the exponent by itself; below 2⁻¹⁴ the leading bit is missing.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The value behind the bits of a half-precision number. */
export function fromFloat16(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** The value behind the bits of a bfloat16. */
export function fromBfloat16(bits: number): number {
  word.setUint32(0, (bits << 16) >>> 0);
  return word.getFloat32(0);
}
