/**
 * Weights by recipe, drawn as test/fixtures/architectures/draw.py draws them: a value is a function of its tensor's
 * key and its own position, and cheap enough for a hundred million of them.
 */
import { elementCount, type Shape } from '#shared/core/shape.ts';

/** A run of elements of a tensor whose elements are uniform in [low, high). */
interface Piece {
  readonly key: number;
  readonly low: number;
  readonly high: number;
  readonly shape: Shape;
  readonly first: number;
  readonly count: number;
}

/** Pieces one after another; or one whole tensor with its axes permuted. */
export interface Recipe {
  readonly pieces: readonly Piece[];
  readonly permutation?: readonly number[];
}

/** The finalizer of MurmurHash3, a permutation of 32-bit words. */
function scrambled(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function uniform(key: number, first: number, count: number, low: number, high: number): Float32Array<ArrayBuffer> {
  const start = scrambled(key) + first;
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++)
    values[index] = low + (high - low) * ((scrambled((start + index) | 0) >>> 8) / 2 ** 24);
  return values;
}

function integers(key: number, count: number, below: number): number[] {
  const start = scrambled(key);
  return Array.from({ length: count }, (_, index) => (scrambled((start + index) | 0) >>> 8) % below);
}

export function drawRecipe({ pieces, permutation }: Recipe): Float32Array<ArrayBuffer> {
  const drawn = pieces.map(({ key, low, high, first, count }) => uniform(key, first, count, low, high));
  const [only, ...others] = drawn;
  if (!only) throw new Error('a recipe without pieces');
  if (permutation) return transposed(only, pieces[0]?.shape ?? [], permutation);
  if (others.length === 0) return only;
  const joined = new Float32Array(drawn.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of drawn) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function transposed(values: Float32Array, shape: Shape, permutation: readonly number[]): Float32Array<ArrayBuffer> {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sizes = permutation.map((axis) => shape[axis] as number);
  const steps = permutation.map((axis) => strides[axis] as number);
  const result = new Float32Array(values.length);
  const position = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from] as number;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      if (++(position[axis] as number) < (sizes[axis] as number)) break;
      from -= (steps[axis] as number) * (sizes[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}

const inputKey = 1;
const targetKey = 2;

export function drawPictures(shape: Shape): Float32Array<ArrayBuffer> {
  return uniform(inputKey, 0, elementCount(shape), -1.5, 1.5);
}

export function drawTokens(shape: Shape, vocabulary: number): number[] {
  return integers(inputKey, elementCount(shape), vocabulary);
}

export function drawTarget(rows: number, classes: number): number[] {
  return integers(targetKey, rows, classes);
}
