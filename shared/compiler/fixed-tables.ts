/**
 * Float tables in a model that were computed, not learned, though they are added, multiplied or looked up like
 * weights: attention masks and the angles and encodings of positions. A file does not say which is which, but their
 * values do.
 */
import { elementCount, sameShape } from '#shared/core/shape.ts';
import { bytesPerElement, float32Values, type Tensor } from '#shared/ir/tensor.ts';

const rounding = 1e-3;

/** Sines and cosines of the same angles, as rotary embeddings multiply by: a² + b² = 1. */
export function areSinesAndCosines(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || !sameShape(a.shape, b.shape)) return false;
  if (elementCount(a.shape) < 2) return false;
  const others = float32Values(b);
  return float32Values(a).every((value, index) => near(value ** 2 + (others[index] as number) ** 2, 1));
}

/** One answer for each tensor: thousands of nodes may share a large one. */
function oncePerTensor(answer: (tensor: Tensor) => boolean): (tensor: Tensor) => boolean {
  const known = new WeakMap<Tensor, boolean>();
  return (tensor) => {
    const found = known.get(tensor) ?? answer(tensor);
    known.set(tensor, found);
    return found;
  };
}

/** What is added to the scores of attention: lower than any weight, or 0 and nothing else but one low value. */
export const isMask = oncePerTensor((tensor) => {
  if (tensor.dtype !== 'float32') return false;
  const values = float32Values(tensor);
  const lowest = values.reduce((low, value) => Math.min(low, value), 0);
  return lowest <= -1e4 || (lowest <= -10 && values.every((value) => value === 0 || value === lowest));
});

/** Rows of d/2 sines and d/2 cosines (Vaswani et al. 2017): the squares of each sum to d/2. */
export const areSinusoids = oncePerTensor((tensor) => {
  if (tensor.dtype !== 'float32') return false;
  const { shape } = tensor;
  const values = float32Values(tensor);
  const width = shape.at(-1) ?? 0;
  const rows = values.length / width;
  if (shape.length < 2 || width % 2 !== 0 || !(rows >= 2)) return false;
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let column = 0; column < width; column++) squares += (values[row * width + column] as number) ** 2;
    if (!near(squares / (width / 2), 1)) return false;
  }
  return true;
});

/** The same number all over. */
export const isUniform = oncePerTensor(({ data, dtype }) => {
  const width = bytesPerElement(dtype);
  return data.every((byte, index) => byte === data[index % width]);
});

function near(value: number, expected: number): boolean {
  return Math.abs(value - expected) < rounding;
}
