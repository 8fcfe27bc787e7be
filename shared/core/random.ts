/**
 * Counter-based random numbers: a value is a pure function of (seed, stream, counter), so a resumed run
 * continues the very sequence an uninterrupted one would have seen, and no generator state is ever saved.
 * Philox 2x32-10, from Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
 */
const MULTIPLIER = 0xd256d193;
const WEYL = 0x9e3779b9;

/** High and low halves of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const mid1 = aHigh * bLow + (low >>> 16);
  const mid2 = aLow * bHigh + (mid1 & 0xffff);
  return (aHigh * bHigh + Math.floor(mid1 / 0x10000) + Math.floor(mid2 / 0x10000)) >>> 0;
}

/** What a stream of random numbers is for; each purpose has a number of its own so that streams never overlap. */
export const randomStreams = {
  split: 1,
  shuffle: 2,
  initialization: 3,
  dropout: 4,
  augmentation: 5,
  sample: 6,
  benchmark: 7,
} as const;
export type RandomStream = (typeof randomStreams)[keyof typeof randomStreams];

/** One unsigned 32-bit word for (seed, stream, counter). `index` separates draws inside one counter (an epoch, a step). */
export function randomWord(seed: number, stream: RandomStream, counter: number, index: number): number {
  let left = index >>> 0;
  let right = Math.imul(counter >>> 0, 0x85ebca6b) >>> 0;
  right = (right ^ Math.imul(stream, 0xc2b2ae35)) >>> 0;
  let key = (seed ^ Math.imul(stream, WEYL)) >>> 0;
  for (let round = 0; round < 10; round++) {
    const high = multiplyHigh(MULTIPLIER, left);
    const low = Math.imul(MULTIPLIER, left) >>> 0;
    left = (high ^ key ^ right) >>> 0;
    right = low;
    key = (key + WEYL) >>> 0;
  }
  return left;
}

/** Uniform in [0, 1) with 24 random bits, so that it is exact in float32. */
export function randomUniform(seed: number, stream: RandomStream, counter: number, index: number): number {
  return (randomWord(seed, stream, counter, index) >>> 8) / 0x1000000;
}

/** Standard normal by Box and Muller from the draws 2·index and 2·index + 1. */
export function randomNormal(seed: number, stream: RandomStream, counter: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - randomUniform(seed, stream, counter, 2 * index)));
  return radius * Math.cos(2 * Math.PI * randomUniform(seed, stream, counter, 2 * index + 1));
}

/** A permutation of 0 … count-1 by Fisher and Yates. */
export function randomPermutation(seed: number, stream: RandomStream, counter: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, position) => position);
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor(randomUniform(seed, stream, counter, last) * (last + 1));
    const held = order[last] as number;
    order[last] = order[chosen] as number;
    order[chosen] = held;
  }
  return order;
}
