/**
 * Tensors as they stand in a model file: raw little-endian bytes, never copied on reading.
 * The bytes belong to whoever made the tensor; everyone else treats them as read-only.
 */
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { bfloat16Bits, float16Bits, fromBfloat16, fromFloat16 } from '#shared/ir/half.ts';

export const dtypes = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
  'string',
] as const;
export type DType = (typeof dtypes)[number];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface Tensor extends TensorType {
  /** Little-endian elements in row-major order. Bool is one byte an element. String tensors keep `strings` instead. */
  readonly data: Uint8Array;
  readonly strings?: readonly string[];
}

const elementBytes: Record<Exclude<DType, 'string'>, number> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

export function bytesPerElement(dtype: DType): number {
  return dtype === 'string' ? 0 : elementBytes[dtype];
}

/** Bytes of a value of this type, whose sizes are numbers; nothing is known of those of strings. */
export function bytesOfType({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly unknown[] }): number {
  return elementCount(shape as Shape) * bytesPerElement(dtype);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A buffer whose start is aligned for `bytes`-wide elements; copies only when it must (a Node Buffer's own slice would not). */
function aligned(data: Uint8Array, bytes: number): Uint8Array {
  return data.byteOffset % bytes === 0 ? data : Uint8Array.from(data);
}

export function float32Tensor(shape: Shape, values: Float32Array | readonly number[]): Tensor {
  const array = values instanceof Float32Array ? values : Float32Array.from(values);
  return checked({ dtype: 'float32', shape, data: bytesOf(array) });
}

/** A float32 tensor of one number. */
export function filledTensor(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  const count = elementCount(shape);
  if (dtype === 'float32') return float32Tensor(shape, new Float32Array(count).fill(value));
  return tensorOf(
    dtype,
    shape,
    Array.from({ length: count }, () => value),
  );
}

export function float64Tensor(shape: Shape, values: readonly number[] | Float64Array): Tensor {
  const array = values instanceof Float64Array ? values : Float64Array.from(values);
  return checked({ dtype: 'float64', shape, data: bytesOf(array) });
}

/** Whole numbers. 2⁶³, which is how a double holds the largest int64 ("to the end" in a Slice), stands for that one. */
export function int64Tensor(shape: Shape, values: readonly number[]): Tensor {
  const exact = (value: number): bigint => (value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value));
  return checked({ dtype: 'int64', shape, data: bytesOf(BigInt64Array.from(values, exact)) });
}

export function boolTensor(shape: Shape, values: readonly boolean[]): Tensor {
  return checked({ dtype: 'bool', shape, data: Uint8Array.from(values, Number) });
}

/** A tensor of any numeric type from plain numbers; integers are truncated, bool is "not zero". */
export function tensorOf(dtype: DType, shape: Shape, values: readonly number[]): Tensor {
  switch (dtype) {
    case 'float32':
      return float32Tensor(shape, values);
    case 'float64':
      return float64Tensor(shape, values);
    case 'int64':
      return int64Tensor(shape, values.map(Math.trunc));
    case 'int32':
      return checked({ dtype, shape, data: bytesOf(Int32Array.from(values)) });
    case 'float16':
      return checked({ dtype, shape, data: bytesOf(Uint16Array.from(values, float16Bits)) });
    case 'bfloat16':
      return checked({ dtype, shape, data: bytesOf(Uint16Array.from(values, bfloat16Bits)) });
    case 'uint64':
      return checked({
        dtype,
        shape,
        data: bytesOf(BigUint64Array.from(values, (value) => BigInt(Math.trunc(value)))),
      });
    case 'uint32':
      return checked({ dtype, shape, data: bytesOf(Uint32Array.from(values)) });
    case 'int16':
      return checked({ dtype, shape, data: bytesOf(Int16Array.from(values)) });
    case 'uint16':
      return checked({ dtype, shape, data: bytesOf(Uint16Array.from(values)) });
    case 'int8':
      return checked({ dtype, shape, data: bytesOf(Int8Array.from(values)) });
    case 'uint8':
      return checked({ dtype, shape, data: Uint8Array.from(values) });
    case 'bool':
      return boolTensor(shape, values.map(Boolean));
    default:
      throw new Error(`tensorOf does not build ${dtype} tensors`);
  }
}

function checked(tensor: Tensor): Tensor {
  const expected = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
  if (tensor.data.byteLength !== expected) {
    throw new Error(
      `a ${tensor.dtype} tensor of shape [${tensor.shape.join(', ')}] needs ${expected} bytes, got ${tensor.data.byteLength}`,
    );
  }
  return tensor;
}

/** Elements of a float32 tensor, without a copy where alignment allows. */
export function float32Values(tensor: Tensor): Float32Array {
  if (tensor.dtype !== 'float32') throw new Error(`expected float32, got ${tensor.dtype}`);
  const data = aligned(tensor.data, 4);
  return new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
}

/** Elements of a numeric tensor as plain numbers (64-bit integers must be safe integers). */
export function numbers(tensor: Tensor): number[] {
  const at = (bytes: number): [ArrayBuffer, number, number] => {
    const data = aligned(tensor.data, bytes);
    return [data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / bytes];
  };
  switch (tensor.dtype) {
    case 'float32':
      return Array.from(new Float32Array(...at(4)));
    case 'float64':
      return Array.from(new Float64Array(...at(8)));
    case 'float16':
      return Array.from(new Uint16Array(...at(2)), fromFloat16);
    case 'bfloat16':
      return Array.from(new Uint16Array(...at(2)), fromBfloat16);
    case 'int64':
      return Array.from(new BigInt64Array(...at(8)), Number);
    case 'uint64':
      return Array.from(new BigUint64Array(...at(8)), Number);
    case 'int32':
      return Array.from(new Int32Array(...at(4)));
    case 'uint32':
      return Array.from(new Uint32Array(...at(4)));
    case 'int16':
      return Array.from(new Int16Array(...at(2)));
    case 'uint16':
      return Array.from(new Uint16Array(...at(2)));
    case 'int8':
      return Array.from(new Int8Array(...at(1)));
    case 'uint8':
    case 'bool':
      return Array.from(tensor.data);
    default:
      throw new Error(`${tensor.dtype} elements have no plain number form here`);
  }
}

/** Elements of a numeric tensor as float32, without a list of plain numbers in between where it holds small ones. */
export function asFloat32(tensor: Tensor): Float32Array {
  const { dtype, data } = tensor;
  if (dtype === 'float32') return float32Values(tensor);
  if (dtype === 'uint8') return Float32Array.from(data);
  if (dtype === 'int8') return Float32Array.from(new Int8Array(data.buffer, data.byteOffset, data.byteLength));
  if (dtype !== 'float16') return Float32Array.from(numbers(tensor));
  const halves = aligned(data, 2);
  return Float32Array.from(new Uint16Array(halves.buffer, halves.byteOffset, halves.byteLength / 2), fromFloat16);
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}
