import { describe, expect, test } from 'vitest';
import { drawVariation, resampleVaried, type Variation } from '#electron/engine/data/augment.ts';
import { resample, sourceBox, type Picture } from '#electron/engine/data/resample.ts';

const range = { flip: 0.5, rotate: 10, zoom: 1.25, light: 0.2 };
const none: Variation = { mirrored: false, angle: 0, zoom: 1, across: 0.5, down: 0.5, brightness: 1, contrast: 1 };

/** Smooth, with a left, a right, a top and a bottom of their own. */
function gradient(side: number): Picture {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    const x = pixel % side;
    const y = Math.floor(pixel / side);
    return [(200 * x) / side + 20, (200 * y) / side + 20, (100 * (x + y)) / side + 20][index % 3] as number;
  });
  return { data, width: side, height: side };
}

function plain(picture: Picture, side: number): Float32Array {
  const pixels = new Float32Array(3 * side * side);
  resample(picture, sourceBox(picture, [side, side], 'stretch'), side, side, pixels);
  return pixels;
}

function varied(picture: Picture, side: number, variation: Partial<Variation>): Float32Array {
  const pixels = new Float32Array(3 * side * side).fill(-1);
  const box = sourceBox(picture, [side, side], 'stretch');
  resampleVaried(picture, box, { ...none, ...variation }, side, side, pixels);
  return pixels;
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] as number)), 0) / a.length;
}

describe('drawn variations', () => {
  test('are a function of seed, counter and index', () => {
    const one = drawVariation(range, 7, 3, 41);
    expect(drawVariation(range, 7, 3, 41)).toEqual(one);
    for (const other of [
      drawVariation(range, 8, 3, 41),
      drawVariation(range, 7, 4, 41),
      drawVariation(range, 7, 3, 42),
    ]) {
      expect(other).not.toEqual(one);
    }
  });

  test('fill their ranges and stay in them', () => {
    const drawn = Array.from({ length: 4000 }, (_, index) => drawVariation(range, 1, 1, index));
    const spread = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)];
    const near = (actual: [number, number], low: number, high: number): void => {
      expect(actual[0]).toBeGreaterThanOrEqual(low);
      expect(actual[1]).toBeLessThanOrEqual(high);
      expect(actual[1] - actual[0]).toBeGreaterThan(0.99 * (high - low));
    };
    near(spread(drawn.map(({ angle }) => (angle * 180) / Math.PI)), -10, 10);
    near(spread(drawn.map(({ zoom }) => zoom)), 1, 1.25);
    near(spread(drawn.map(({ brightness }) => brightness)), 0.8, 1.2);
    near(spread(drawn.map(({ contrast }) => contrast)), 0.8, 1.2);
    const mirrored = drawn.filter((one) => one.mirrored).length / drawn.length;
    // Five standard deviations of a fair coin thrown 4,000 times.
    expect(Math.abs(mirrored - 0.5)).toBeLessThan(0.04);
  });

  test('are none at all when every range is empty', () => {
    const { mirrored, angle, zoom, brightness, contrast } = drawVariation(
      { flip: 0, rotate: 0, zoom: 1, light: 0 },
      1,
      1,
      5,
    );
    expect({ mirrored, angle: Math.abs(angle), zoom, brightness, contrast }).toEqual({
      mirrored: false,
      angle: 0,
      zoom: 1,
      brightness: 1,
      contrast: 1,
    });
  });
});

describe('applied variations', () => {
  const picture = gradient(96);
  const side = 24;
  const original = plain(picture, side);

  test('change nothing when there is none', () => {
    expect(varied(picture, side, {})).toEqual(original);
  });

  test('mirror every row of every channel', () => {
    const mirrored = varied(picture, side, { mirrored: true });
    for (let row = 0; row < 3 * side; row++) {
      expect(mirrored.slice(row * side, (row + 1) * side)).toEqual(
        original.slice(row * side, (row + 1) * side).toReversed(),
      );
    }
  });

  test('turn a quarter exactly: columns become rows', () => {
    const turned = varied(picture, side, { angle: Math.PI / 2 });
    const expected = new Float32Array(original.length);
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          expected[(channel * side + y) * side + x] = original[(channel * side + x) * side + side - 1 - y] as number;
        }
      }
    }
    expect(meanDifference(turned, expected)).toBeLessThan(0.004);
    expect(meanDifference(turned, original)).toBeGreaterThan(0.1);
  });

  test('leave no hole when rotated: corners are filled with the mirrored picture', () => {
    const white: Picture = { data: new Uint8Array(96 * 96 * 3).fill(255), width: 96, height: 96 };
    for (const value of varied(white, side, { angle: 0.6 })) expect(value).toBeCloseTo(1, 5);
  });

  test('magnify the chosen part', () => {
    const corner = varied(picture, side, { zoom: 2, across: 0, down: 1 });
    const expected = new Float32Array(original.length);
    resample(picture, { left: 0, top: 48, width: 48, height: 48 }, side, side, expected);
    expect(corner).toEqual(expected);
  });

  test('scale brightness, and contrast about the mean, within 0–1', () => {
    const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(varied(picture, side, { brightness: 0.5 }))).toBeCloseTo(mean(original) / 2, 5);
    const flat = varied(picture, side, { contrast: 0 });
    for (const value of flat) expect(value).toBeCloseTo(mean(original), 5);
    const harsh = varied(picture, side, { contrast: 10 });
    expect(Math.min(...harsh)).toBe(0);
    expect(Math.max(...harsh)).toBe(1);
  });
});
