import { describe, expect, it } from 'vitest';
import {
  randomNormal,
  randomPermutation,
  randomStreams,
  randomUniform,
  randomWord,
  type RandomStream,
} from '#shared/core/random.ts';

const streams = Object.values(randomStreams);
const seeds = [0, 1, 42, 0xffffffff];

function draws(count: number, seed: number, stream: RandomStream, counter = 0): number[] {
  return Array.from({ length: count }, (_, index) => randomUniform(seed, stream, counter, index));
}

/** χ² of the draws over equally likely bins. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) counts[Math.floor(value * bins)]!++;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('randomWord', () => {
  it('is a pure function of its arguments', () => {
    const again = () => randomWord(7, randomStreams.shuffle, 3, 11);
    expect(again()).toBe(again());
  });

  it('keeps its sequence from version to version', () => {
    const words = [0, 1, 2, 3].map((index) => randomWord(1, randomStreams.split, 0, index));
    expect(words).toMatchInlineSnapshot(`
      [
        1926040998,
        2326310564,
        2519402702,
        3491084572,
      ]
    `);
  });

  it('changes about half its bits when any argument changes by one', () => {
    const flips = (change: readonly [number, number, number]): number => {
      let bits = 0;
      for (let index = 0; index < 500; index++) {
        const before = randomWord(index, randomStreams.dropout, 5, index * 3);
        const after = randomWord(index + change[0], randomStreams.dropout, 5 + change[1], index * 3 + change[2]);
        for (let word = (before ^ after) >>> 0; word !== 0; word &= word - 1) bits++;
      }
      return bits / 500;
    };
    // The mean of 500 binomial(32, 1/2) has a standard deviation of 0.13.
    for (const change of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const) {
      expect(flips(change), String(change)).toBeGreaterThan(15.2);
      expect(flips(change), String(change)).toBeLessThan(16.8);
    }
  });
});

describe('randomUniform', () => {
  it.each(seeds)('is uniform with seed %d', (seed) => {
    for (const stream of streams) {
      const values = draws(20_000, seed, stream);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThan(1);
      // χ² with 99 degrees of freedom exceeds 161 with probability 1e-4.
      expect(chiSquare(values, 100), `stream ${stream}`).toBeLessThan(161);
    }
  });

  it('is uniform over counters as well, where each counter draws once', () => {
    const values = Array.from({ length: 20_000 }, (_, counter) => randomUniform(1, randomStreams.sample, counter, 0));
    expect(chiSquare(values, 100)).toBeLessThan(161);
  });

  it('is exact in float32', () => {
    for (const value of draws(1000, 1, randomStreams.dropout)) expect(Math.fround(value)).toBe(value);
  });

  it('shares nothing between streams, seeds and counters', () => {
    const sequences = [
      ...streams.map((stream) => draws(2000, 1, stream)),
      draws(2000, 2, randomStreams.split),
      draws(2000, 1, randomStreams.split, 1),
    ];
    for (const [at, a] of sequences.entries()) {
      for (const b of sequences.slice(at + 1)) {
        const covariance = a.reduce((sum, value, index) => sum + (value - 0.5) * (b[index]! - 0.5), 0) / a.length;
        // Correlation of independent draws: standard deviation 1/√2000 = 0.022.
        expect(Math.abs(covariance * 12)).toBeLessThan(0.1);
        // 24 bits: two sets of 2000 share 0.24 values by chance.
        const held = new Set(a);
        expect(b.filter((value) => held.has(value)).length).toBeLessThan(8);
      }
    }
  });

  it('does not repeat itself', () => {
    // 65,536 draws of 32 bits: half a collision by chance.
    const words = Array.from({ length: 65_536 }, (_, index) => randomWord(1, randomStreams.dropout, 0, index));
    expect(new Set(words).size).toBeGreaterThan(65_530);
  });
});

describe('randomNormal', () => {
  it('has mean 0, variance 1 and thin tails', () => {
    const values = Array.from({ length: 20_000 }, (_, index) =>
      randomNormal(3, randomStreams.initialization, 0, index),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
    expect(values.every(Number.isFinite)).toBe(true);
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / values.length;
    expect(beyondTwo).toBeGreaterThan(0.04);
    expect(beyondTwo).toBeLessThan(0.051);
  });
});

describe('randomPermutation', () => {
  it.each([0, 1, 2, 3, 100, 4097])('of %d holds each number once', (count) => {
    const order = randomPermutation(1, randomStreams.shuffle, 0, count);
    expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  it('differs from epoch to epoch and is the same for the same epoch', () => {
    const of = (epoch: number) => [...randomPermutation(1, randomStreams.shuffle, epoch, 100)];
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('gives every order of three about as often', () => {
    const counts = new Map<string, number>();
    for (let counter = 0; counter < 6000; counter++) {
      const order = randomPermutation(1, randomStreams.shuffle, counter, 3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // χ² with 5 degrees of freedom exceeds 25.7 with probability 1e-4.
    expect(counts.size).toBe(6);
    expect(chi).toBeLessThan(25.7);
  });
});
