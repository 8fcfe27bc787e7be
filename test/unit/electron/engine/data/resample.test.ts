import { describe, expect, test } from 'vitest';
import { resample, sourceBox, type Box, type Picture } from '#electron/engine/data/resample.ts';

/** A picture whose channels follow a function of column and row. */
function picture(width: number, height: number, value: (x: number, y: number, channel: number) => number): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return value(pixel % width, Math.floor(pixel / width), index % 3);
  });
  return { data, width, height };
}

function scaled(
  source: Picture,
  height: number,
  width: number,
  box: Box = sourceBox(source, [height, width], 'stretch'),
): Float32Array {
  const target = new Float32Array(3 * height * width);
  resample(source, box, height, width, target);
  return target;
}

/** The definition, as directly as it can be written: a normalised sum of triangle weights over every source pixel. */
function reference(source: Picture, height: number, width: number, box: Box): number[] {
  const weight = (at: number, centre: number, reach: number): number =>
    Math.max(0, 1 - Math.abs(at + 0.5 - centre) / reach);
  const values: number[] = [];
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const scale = [box.height / height, box.width / width] as const;
        const centre = [box.top + (y + 0.5) * scale[0], box.left + (x + 0.5) * scale[1]] as const;
        let sum = 0;
        let total = 0;
        for (let row = 0; row < source.height; row++) {
          for (let column = 0; column < source.width; column++) {
            const share =
              weight(row, centre[0], Math.max(1, scale[0])) * weight(column, centre[1], Math.max(1, scale[1]));
            sum += share * (source.data[(row * source.width + column) * 3 + channel] as number);
            total += share;
          }
        }
        values.push(sum / total / 255);
      }
    }
  }
  return values;
}

const busy = picture(17, 23, (x, y, channel) => (x * 37 + y * 91 + channel * 53 + x * y * 7) % 256);

describe('resampling', () => {
  test.each([
    ['down', 5, 4, { left: 0, top: 0, width: 17, height: 23 }],
    ['up', 40, 31, { left: 0, top: 0, width: 17, height: 23 }],
    ['down one way and up the other', 60, 3, { left: 0, top: 0, width: 17, height: 23 }],
    ['a fractional part', 6, 6, { left: 2.25, top: 4.5, width: 11.3, height: 11.3 }],
  ])('%s follows the definition', (_, height, width, box) => {
    const expected = reference(busy, height, width, box);
    scaled(busy, height, width, box).forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 6));
  });

  // Pillow 9.4: Image.fromarray(…, mode='F').resize((4, 3), Image.BILINEAR) of x·37 + y·91 (mod 256), 17 wide, 23 high.
  test('agrees with Pillow', () => {
    const source = picture(17, 23, (x, y) => (x * 37 + y * 91) % 256);
    const expected = [
      119.5843, 120.1807, 121.7496, 120.0364, 133.3, 129.3006, 122.0276, 121.1616, 129.3683, 133.3528, 131.8606,
      129.1475,
    ];
    const red = scaled(source, 3, 4).subarray(0, 12);
    red.forEach((value, index) => expect(value * 255).toBeCloseTo(expected[index] as number, 3));
  });

  test('leaves a picture of the right size as it is, planar and in 0–1', () => {
    const values = scaled(busy, 23, 17);
    for (let pixel = 0; pixel < 17 * 23; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        expect(values[channel * 17 * 23 + pixel]).toBe(Math.fround((busy.data[pixel * 3 + channel] as number) / 255));
      }
    }
  });
});

describe('the part of a picture that is used', () => {
  const wide = picture(200, 100, () => 0);
  test('is all of it when stretched', () => {
    expect(sourceBox(wide, [64, 64], 'stretch')).toEqual({ left: 0, top: 0, width: 200, height: 100 });
  });
  test('is its centre, in the proportions asked for, when cropped', () => {
    expect(sourceBox(wide, [64, 64], 'crop')).toEqual({ left: 50, top: 0, width: 100, height: 100 });
    expect(
      sourceBox(
        picture(100, 200, () => 0),
        [64, 64],
        'crop',
      ),
    ).toEqual({ left: 0, top: 50, width: 100, height: 100 });
    expect(sourceBox(wide, [50, 20], 'crop')).toEqual({ left: 80, top: 0, width: 40, height: 100 });
  });
});
