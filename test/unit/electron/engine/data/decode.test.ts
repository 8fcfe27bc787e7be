import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DecodePool } from '#electron/engine/data/decode-pool.ts';
import { decodeOne, type DecodeOptions } from '#electron/engine/data/decode.ts';
import { augmentPreviews, thumbnails } from '#electron/engine/data/thumbnails.ts';

const stretch: DecodeOptions = { size: [8, 8], resize: 'stretch' };
let folder: string;
let pool: DecodePool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-decode-'));
  pool = new DecodePool(2);
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

/** Red in the left half, blue in the right. */
function halves(width = 32, height = 16): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) data[3 * pixel + (pixel % width < width / 2 ? 0 : 2)] = 255;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function uniform(red: number, green: number, blue: number, alpha?: number): Sharp {
  const background = { r: red, g: green, b: blue, alpha: alpha ?? 1 };
  return sharp({ create: { width: 20, height: 20, channels: alpha === undefined ? 3 : 4, background } });
}

/** The colour at a column and row of an 8×8 result. */
function colour(pixels: Float32Array, x: number, y: number): number[] {
  return [0, 1, 2].map((channel) => pixels[channel * 64 + y * 8 + x] as number);
}

function expectColour(pixels: Float32Array, x: number, y: number, expected: number[], digits = 1): void {
  colour(pixels, x, y).forEach((value, channel) => expect(value).toBeCloseTo(expected[channel] as number, digits));
}

describe('every way of storing colour becomes RGB', () => {
  const orange = [1, 0.5, 0];
  test.each([
    ['PNG', () => uniform(255, 128, 0).png().toBuffer()],
    ['JPEG', () => uniform(255, 128, 0).jpeg({ quality: 95 }).toBuffer()],
    ['WebP', () => uniform(255, 128, 0).webp({ lossless: true }).toBuffer()],
    ['GIF', () => uniform(255, 128, 0).gif().toBuffer()],
    ['TIFF', () => uniform(255, 128, 0).tiff({ compression: 'lzw' }).toBuffer()],
    ['AVIF', () => uniform(255, 128, 0).avif({ quality: 90 }).toBuffer()],
    ['16 bits a channel', () => uniform(255, 128, 0).toColourspace('rgb16').png().toBuffer()],
    ['a palette', () => uniform(255, 128, 0).png({ palette: true }).toBuffer()],
  ])('%s', async (_, make) => expectColour(await decodeOne(await make(), stretch), 3, 3, orange));

  test('CMYK', async () => {
    const pixels = await decodeOne(await uniform(200, 60, 40).toColourspace('cmyk').jpeg().toBuffer(), stretch);
    const [red, green, blue] = colour(pixels, 4, 4) as [number, number, number];
    expect(red).toBeGreaterThan(0.6);
    expect(Math.max(green, blue)).toBeLessThan(0.45);
  });

  test('grey', async () => {
    const grey = await uniform(128, 128, 128).greyscale().png().toBuffer();
    expectColour(await decodeOne(grey, stretch), 0, 7, [0.5, 0.5, 0.5]);
  });

  test('transparency lies on white', async () => {
    expectColour(await decodeOne(await uniform(0, 0, 0, 0).png().toBuffer(), stretch), 2, 2, [1, 1, 1]);
    expectColour(await decodeOne(await uniform(255, 0, 0, 0.5).png().toBuffer(), stretch), 2, 2, [1, 0.5, 0.5]);
  });
});

describe('geometry', () => {
  test('the camera’s orientation is applied', async () => {
    const turned = await halves().withMetadata({ orientation: 6 }).png().toBuffer();
    const pixels = await decodeOne(turned, stretch);
    expectColour(pixels, 4, 0, [1, 0, 0]);
    expectColour(pixels, 4, 7, [0, 0, 1]);
  });

  test('cropping keeps the middle, stretching keeps all', async () => {
    // Red, green and blue thirds: of 48×16 the square middle is the green one.
    const data = Buffer.alloc(48 * 16 * 3);
    for (let pixel = 0; pixel < 48 * 16; pixel++) data[3 * pixel + Math.floor((pixel % 48) / 16)] = 255;
    const thirds = await sharp(data, { raw: { width: 48, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const cropped = await decodeOne(thirds, { ...stretch, resize: 'crop' });
    for (const x of [1, 6]) expectColour(cropped, x, 4, [0, 1, 0]);
    const stretched = await decodeOne(thirds, stretch);
    expectColour(stretched, 0, 4, [1, 0, 0]);
    expectColour(stretched, 7, 4, [0, 0, 1]);
  });

  test('a picture far larger than the working size gives what its small twin gives', async () => {
    const large = await decodeOne(await halves(2400, 1600).jpeg({ quality: 95 }).toBuffer(), stretch);
    const small = await decodeOne(await halves(96, 64).png().toBuffer(), stretch);
    large.forEach((value, index) => expect(Math.abs(value - (small[index] as number))).toBeLessThan(0.03));
  });
});

describe('long and narrow pictures', () => {
  const stripe = (width: number, height: number): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: { r: 255, g: 128, b: 0 } } })
      .png()
      .toBuffer();

  test('are read like any other', async () => {
    for (const bytes of [await stripe(60_000, 20), await stripe(1, 65_535)]) {
      expectColour(await decodeOne(bytes, stretch), 3, 3, [1, 0.5, 0]);
    }
  });

  test('are refused where resampling them would take far more memory than their pixels are worth', async () => {
    for (const [width, height] of [
      [1, 70_000],
      [70_000, 1],
    ] as const) {
      await expect(decodeOne(await stripe(width, height), stretch)).rejects.toMatchObject({
        code: 'predict.bad-input',
        message: expect.stringContaining(`too narrow for its length (${width} × ${height} pixels)`) as string,
      });
    }
    const path = join(folder, 'stripe.png');
    await writeFile(path, await stripe(1, 2_000_000));
    const { failures } = await pool.decode([path], stretch);
    expect(failures).toMatchObject([{ index: 0, reason: expect.stringContaining('too narrow') as string }]);
  });
});

describe('what is given to decodeOne', () => {
  test('may be a path, a data URL or bytes', async () => {
    const bytes = await halves().png().toBuffer();
    const path = join(folder, 'given.png');
    await writeFile(path, bytes);
    const expected = await decodeOne(bytes, stretch);
    expect(await decodeOne(path, stretch)).toEqual(expected);
    expect(await decodeOne(`data:image/png;base64,${bytes.toString('base64')}`, stretch)).toEqual(expected);
  });

  test.each([
    ['text', () => Buffer.from('not a picture at all'), 'not in a picture format'],
    ['a vector drawing', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'format'],
    ['nothing', () => Buffer.alloc(0), 'empty'],
    ['a missing file', () => join(folder, 'missing.png'), 'missing'],
    ['a data URL not in base64', () => 'data:image/png,%89PNG', 'base64'],
  ])('is refused by name when it is %s', async (_, make, reason) => {
    await expect(decodeOne(make(), stretch)).rejects.toMatchObject({
      code: 'predict.bad-input',
      message: expect.stringContaining(reason),
    });
  });
});

describe('the pool', () => {
  test('gives each picture the pixels it has alone, in order', async () => {
    const paths = await Promise.all(
      Array.from({ length: 21 }, async (_, index) => {
        const path = join(folder, `${index}.png`);
        await uniform(index * 10, 255 - index * 10, 40)
          .png()
          .toFile(path);
        return path;
      }),
    );
    const { pixels, failures } = await pool.decode(paths, stretch);
    expect(failures).toEqual([]);
    for (const [index, path] of paths.entries()) {
      expect(pixels.slice(index * 192, (index + 1) * 192)).toEqual(await decodeOne(path, stretch));
    }
  });

  test('reports what cannot be read by its place, and decodes the rest', async () => {
    const good = join(folder, 'good.png');
    const text = join(folder, 'text.jpg');
    const cut = join(folder, 'cut.jpg');
    await halves().png().toFile(good);
    await writeFile(text, 'hello');
    const whole = await halves(256, 256).jpeg().toBuffer();
    await writeFile(cut, whole.subarray(0, whole.length / 2));
    const { pixels, failures } = await pool.decode([text, good, cut, good, join(folder, 'none.png')], stretch);
    expect(failures.map(({ index }) => index)).toEqual([0, 2, 4]);
    expect(failures[0]?.reason).toContain('not in a picture format');
    expect(failures[1]?.reason).toContain('damaged');
    expect(failures[2]?.reason).toContain('missing');
    expect(pixels.subarray(3 * 192, 4 * 192)).toEqual(await decodeOne(good, stretch));
    expect(pixels.subarray(0, 192).every((value) => value === 0)).toBe(true);
  });

  test('varies a picture by its index in the dataset, not by its place in the batch or the thread', async () => {
    const path = join(folder, 'varied.png');
    await halves(64, 48).png().toFile(path);
    const augment = { flip: 0.5, rotate: 15, zoom: 1.2, light: 0.3, seed: 11, counter: 2 };
    const decode = async (indices: number[], counter = 2): Promise<Float32Array[]> => {
      const options = { ...stretch, augment: { ...augment, counter, indices } };
      const { pixels } = await pool.decode(
        indices.map(() => path),
        options,
      );
      return indices.map((_, place) => pixels.slice(place * 192, (place + 1) * 192));
    };
    const [five, six, seven] = await decode([5, 6, 7]);
    expect(five).not.toEqual(six);
    expect(await decode([7, 5, 6])).toEqual([seven, five, six]);
    expect((await decode([5], 3))[0]).not.toEqual(five);
  });

  test('takes several batches at once, and an empty one', async () => {
    const path = join(folder, 'again.png');
    await halves().png().toFile(path);
    const batches = await Promise.all([3, 0, 9].map((count) => pool.decode(Array(count).fill(path), stretch)));
    expect(batches.map(({ pixels }) => pixels.length)).toEqual([3 * 192, 0, 9 * 192]);
  });

  test('rejects what is under way when closed, and everything after', async () => {
    const closing = new DecodePool(1);
    const path = join(folder, 'closing.png');
    await halves().png().toFile(path);
    const under = closing.decode(Array(40).fill(path), stretch);
    const [outcome] = await Promise.allSettled([under, closing.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'decoding was stopped' } });
    await expect(closing.decode([path], stretch)).rejects.toThrow('stopped');
  });
});

describe('pictures for the screen', () => {
  async function opened(url: string): Promise<{ width: number; height: number; data: Buffer }> {
    expect(url.startsWith('data:image/webp;base64,')).toBe(true);
    const { data, info } = await sharp(Buffer.from(url.split(',')[1] as string, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  }

  test('thumbnails are squares cut from the middle; unreadable files are missing', async () => {
    const path = join(folder, 'wide.png');
    const text = join(folder, 'words.png');
    await halves(60, 20).png().toFile(path);
    await writeFile(text, 'words');
    const made = await thumbnails([path, text, path], 24);
    expect(Object.keys(made)).toEqual([path]);
    const { width, height, data } = await opened(made[path] as string);
    expect([width, height]).toEqual([24, 24]);
    expect(data[3 * (12 * 24 + 2)]).toBeGreaterThan(200);
    expect(data[3 * (12 * 24 + 21) + 2]).toBeGreaterThan(200);
  });

  test('a thumbnail follows its file', async () => {
    const path = join(folder, 'changing.png');
    await uniform(255, 0, 0).png().toFile(path);
    const before = (await thumbnails([path], 16))[path];
    expect((await thumbnails([path], 16))[path]).toBe(before);
    await halves(40, 40).png().toFile(path);
    expect((await thumbnails([path], 16))[path]).not.toBe(before);
  });

  test('previews show the variation training would see', async () => {
    const path = join(folder, 'preview.png');
    const text = join(folder, 'text.png');
    await halves(64, 64).png().toFile(path);
    await writeFile(text, 'text');
    const range = { flip: 1, rotate: 0, zoom: 1, light: 0 };
    const [mirrored, missing] = await augmentPreviews([path, text], range, 32, 3);
    expect(missing).toBe('');
    const { width, data } = await opened(mirrored as string);
    expect(width).toBe(32);
    expect(data[3 * (16 * 32 + 4) + 2]).toBeGreaterThan(200);
    expect(data[3 * (16 * 32 + 28)]).toBeGreaterThan(200);
    const wide = { flip: 0.5, rotate: 20, zoom: 1.3, light: 0.3 };
    expect(await augmentPreviews([path], wide, 32, 3)).toEqual(await augmentPreviews([path], wide, 32, 3));
    expect(await augmentPreviews([path], wide, 32, 4)).not.toEqual(await augmentPreviews([path], wide, 32, 3));
  });
});
