/** Pictures beyond what libvips reads, and numbers beyond 8 bits. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeOne, type DecodeOptions } from '#electron/engine/data/decode.ts';

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
  /** A grey TIFF of 16 bits whose left half holds `dark` and whose right half `light`. */
  async function tiff(dark: number, light: number): Promise<Buffer> {
    const data = Uint16Array.from({ length: 16 }, (_, index) => (half(index % 4) ? dark : light));
    const picture = sharp(data, { raw: { width: 4, height: 4, channels: 1 } });
    return picture.toColourspace('grey16').tiff({ compression: 'none' }).toBuffer();
  }

  test.each([
    ['12 bits in 16', 1024, 4095],
    ['14 bits in 16', 4096, 16_383],
    ['16 bits', 16_384, 65_535],
    ['8 bits in 16', 64, 255],
  ] as const)('%s', async (_, dark, light) => {
    const [left, right] = await ends(await tiff(dark, light));
    expectNear(left, [0.25, 0.25, 0.25]);
    expectNear(right, [1, 1, 1]);
  });

  test.each([
    ['from 0 to 1', 0.25, 1],
    ['from 0 to 255', 64, 255],
    ['from 0 to 4,095', 1024, 4095],
    ['to anything', 250_000, 1_000_000],
  ])('floating-point numbers %s', async (_, dark, light) => {
    const [left, right] = await ends(floatTiff(dark, light));
    expectNear(left, [0.25, 0.25, 0.25]);
    expectNear(right, [1, 1, 1]);
  });

  test('floating-point numbers that reach no 1', async () => {
    const [left, right] = await ends(floatTiff(0.25, 0.75));
    expectNear(left, [0.25, 0.25, 0.25]);
    expectNear(right, [0.75, 0.75, 0.75]);
  });
});

/** By hand: nothing here writes such a file. Grey, 4 × 4, 32-bit floats in one strip (TIFF 6.0, and its sample formats). */
function floatTiff(dark: number, light: number): Buffer {
  const tags = [
    [256, 3, 4],
    [257, 3, 4],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, 4],
    [279, 4, 64],
    [339, 3, 3],
  ] as const;
  const file = Buffer.alloc(8 + 64 + 2 + 12 * tags.length + 4);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(72, 4);
  for (let index = 0; index < 16; index++) file.writeFloatLE(half(index % 4) ? dark : light, 8 + 4 * index);
  file.writeUInt16LE(tags.length, 72);
  tags.forEach(([tag, type, value], index) => {
    const at = 74 + 12 * index;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}
