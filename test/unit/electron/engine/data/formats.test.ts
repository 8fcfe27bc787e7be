/** Pictures beyond what libvips reads, and numbers beyond 8 bits. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeOne, type DecodeOptions } from '#electron/engine/data/decode.ts';
import { tiff } from '#test/support/tiff.ts';

const stretch: DecodeOptions = { size: [4, 4], resize: 'stretch' };

/** RGB in 0–1 at the left and at the right end of a row. */
async function ends(bytes: Buffer, row = 0): Promise<[left: number[], right: number[]]> {
  const pixels = await decodeOne(bytes, stretch);
  const at = (column: number): number[] =>
    [0, 1, 2].map((channel) => pixels[16 * channel + 4 * row + column] as number);
  return [at(0), at(3)];
}

function expectNear(found: readonly number[], wanted: readonly number[], digits = 2): void {
  found.forEach((value, channel) => expect(value).toBeCloseTo(wanted[channel] as number, digits));
}

/** What a BMP of 4 × 4 pixels holds in each of its columns, blue first, as Windows keeps it. */
interface Bitmap {
  readonly bits: number;
  readonly pixel: (column: number) => readonly number[];
  readonly palette?: readonly number[];
  readonly masks?: readonly number[];
  readonly fromTheTop?: boolean;
}

function bmp({ bits, pixel, palette = [], masks = [], fromTheTop = false }: Bitmap): Buffer {
  const extra = Buffer.alloc(4 * masks.length);
  masks.forEach((mask, index) => extra.writeUInt32LE(mask, 4 * index));
  const start = 14 + 40 + extra.length + palette.length;
  const line = Buffer.from([0, 1, 2, 3].flatMap((column) => pixel(column)));
  const lines = Buffer.concat(Array.from({ length: 4 }, () => Buffer.concat([line, Buffer.alloc(-line.length & 3)])));
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(start + lines.length, 2);
  header.writeUInt32LE(start, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(4, 18);
  header.writeInt32LE(fromTheTop ? -4 : 4, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  header.writeUInt32LE(lines.length, 34);
  header.writeUInt32LE(palette.length / 4, 46);
  return Buffer.concat([header, extra, Buffer.from(palette), lines]);
}

const half = (column: number): boolean => column < 2;
const word = (value: number): number[] => [value & 255, value >> 8];

describe('BMP', () => {
  const [red, blue] = [
    [1, 0, 0],
    [0, 0, 1],
  ] as const;
  test.each<[string, Bitmap]>([
    ['24 bits', { bits: 24, pixel: (column) => (half(column) ? [0, 0, 255] : [255, 0, 0]) }],
    [
      'lines from the top',
      { bits: 24, fromTheTop: true, pixel: (column) => (half(column) ? [0, 0, 255] : [255, 0, 0]) },
    ],
    [
      '32 bits, the fourth byte unused',
      { bits: 32, pixel: (column) => (half(column) ? [0, 0, 255, 0] : [255, 0, 0, 0]) },
    ],
    ['16 bits', { bits: 16, pixel: (column) => word(half(column) ? 0x7c00 : 0x001f) }],
    [
      '16 bits with masks',
      { bits: 16, masks: [0xf800, 0x07e0, 0x001f], pixel: (column) => word(half(column) ? 0xf800 : 0x001f) },
    ],
    ['a palette', { bits: 8, palette: [0, 0, 255, 0, 255, 0, 0, 0], pixel: (column) => [half(column) ? 0 : 1] }],
  ])('with %s', async (_, bitmap) => {
    const [left, right] = await ends(bmp(bitmap));
    expectNear(left, red, 1);
    expectNear(right, blue, 1);
  });

  test('that claims a size without end, or is cut, is refused with a reason', async () => {
    const file = bmp({ bits: 24, pixel: () => [1, 2, 3] });
    await expect(decodeOne(file.subarray(0, 60), stretch)).rejects.toThrow(/damaged/u);
    for (const at of [18, 22]) file.writeInt32LE(40_000, at);
    await expect(decodeOne(file, stretch)).rejects.toThrow(/of memory/u);
  });
});

describe('HEIC', () => {
  const file = readFileSync(fileURLToPath(new URL('../../../../fixtures/pictures/halves.heic', import.meta.url)));

  test('is read', async () => {
    const [left, right] = await ends(file);
    expectNear(left, [220 / 255, 40 / 255, 30 / 255], 1);
    expectNear(right, [30 / 255, 60 / 255, 220 / 255], 1);
  });

  test('that is cut, or claims a size without end, is refused with a reason', async () => {
    await expect(decodeOne(file.subarray(0, file.length - 200), stretch)).rejects.toThrow(/damaged/u);
    await expect(decodeOne(file.subarray(0, 40), stretch)).rejects.toThrow(/damaged/u);
    const vast = Buffer.from(file);
    vast.writeUInt32BE(60_000, vast.indexOf('ispe') + 8);
    vast.writeUInt32BE(60_000, vast.indexOf('ispe') + 12);
    await expect(decodeOne(vast, stretch)).rejects.toThrow(/of memory/u);
  });
});

describe('numbers beyond 8 bits fill their true range', () => {
  const floats = (dark: number, light: number): Buffer => {
    const numbers = Float32Array.from({ length: 16 }, (_, index) => (half(index % 4) ? dark : light));
    return tiff({ width: 4, height: 4, channels: 1, numbers });
  };

  /** Grey of 16 bits, the left half `dark` and the right half `light`. */
  function deep(dark: number, light: number): Buffer {
    const numbers = Uint16Array.from({ length: 16 }, (_, index) => (half(index % 4) ? dark : light));
    return tiff({ width: 4, height: 4, channels: 1, numbers });
  }

  test.each([
    ['12 bits in 16', 1024, 4095],
    ['14 bits in 16', 4096, 16_383],
    ['16 bits', 16_384, 65_535],
    ['8 bits in 16', 64, 255],
  ] as const)('%s', async (_, dark, light) => {
    const [left, right] = await ends(deep(dark, light));
    expectNear(left, [0.25, 0.25, 0.25]);
    expectNear(right, [1, 1, 1]);
  });

  test.each([
    ['from 0 to 1', 0.25, 1],
    ['from 0 to 255', 64, 255],
    ['from 0 to 4,095', 1024, 4095],
    ['to anything', 250_000, 1_000_000],
  ])('floating-point numbers %s', async (_, dark, light) => {
    const [left, right] = await ends(floats(dark, light));
    expectNear(left, [0.25, 0.25, 0.25]);
    expectNear(right, [1, 1, 1]);
  });

  test('colours of 16 bits are those of their profile, as colours of 8 bits are', async () => {
    const plain = sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 200, g: 60, b: 40 } } });
    for (const profile of ['srgb', 'p3']) {
      const [eight] = await ends(await plain.clone().withIccProfile(profile).png().toBuffer());
      const file = await plain.clone().toColourspace('rgb16').withIccProfile(profile).png().toBuffer();
      expect(await sharp(file).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true });
      const [sixteen] = await ends(file);
      expectNear(sixteen, eight);
      expectNear(sixteen, [200 / 255, 60 / 255, 40 / 255]);
    }
  });

  test('floating-point numbers that reach no 1', async () => {
    const [left, right] = await ends(floats(0.25, 0.75));
    expectNear(left, [0.25, 0.25, 0.25]);
    expectNear(right, [0.75, 0.75, 0.75]);
  });
});
