/** Between the ir's tensors and the runtime's. */
import type * as ort from 'onnxruntime-node';
import { bytesPerElement, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { Tensor as RuntimeTensor } from '#electron/engine/runtime/onnxruntime.ts';

type Elements =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

const arrays: Readonly<
  Record<Exclude<DType, 'string'>, new (buffer: ArrayBuffer, offset: number, length: number) => Elements>
> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** A runtime tensor over the same bytes where alignment allows. */
export function toRuntime(tensor: Tensor): ort.Tensor {
  if (tensor.dtype === 'string') return new RuntimeTensor('string', [...(tensor.strings ?? [])], tensor.shape);
  const width = bytesPerElement(tensor.dtype);
  const bytes = tensor.data.byteOffset % width === 0 ? tensor.data : Uint8Array.from(tensor.data);
  const Elements = arrays[tensor.dtype];
  const elements = new Elements(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / width);
  return new RuntimeTensor(tensor.dtype as 'float32', elements as Float32Array, tensor.shape);
}

/** An ir tensor over the bytes of a runtime tensor on the CPU. */
export function fromRuntime(tensor: ort.Tensor): Tensor {
  const dtype = (tensor.type as string) === 'double' ? 'float64' : (tensor.type as DType);
  if (dtype === 'string')
    return { dtype, shape: tensor.dims, data: new Uint8Array(), strings: tensor.data as string[] };
  const elements = tensor.data as unknown as Elements;
  return { dtype, shape: tensor.dims, data: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength) };
}

export function float32(data: Float32Array, shape: readonly number[]): ort.Tensor {
  return new RuntimeTensor('float32', data, shape);
}

export function int64(data: BigInt64Array, shape: readonly number[]): ort.Tensor {
  return new RuntimeTensor('int64', data, shape);
}
