/** Pictures: bent files of every format, and small files that are large once decoded. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { pngChunk, pngSignature } from '#test/support/png.ts';
import { bent, type Dice } from '#test/support/vandal.ts';
import { mixed, type Attack, type Ground } from './kind.ts';

interface Picture {
  readonly bytes: Buffer;
  readonly ending: string;
}

let soundOnes: Promise<Picture[]> | undefined;

/** One of every format, with transparency, colour tables, several pages or 16 bits where a format has them. */
function sound(): Promise<Picture[]> {
  soundOnes ??= (async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const base = (): Sharp => sharp({ create: { width: 48, height: 40, channels: 3, background: 'red', noise } });
    const pages = await Promise.all([1, 2, 3].map(() => base().png().toBuffer()));
    const made: [string, Promise<Buffer>][] = [
      ['.jpg', base().jpeg().toBuffer()],
      ['.jpg', base().jpeg({ progressive: true }).toBuffer()],
      [
        '.jpg',
        base()
          .withExif({ IFD0: { Orientation: '6' } })
          .jpeg()
          .toBuffer(),
      ],
      ['.png', base().png().toBuffer()],
      ['.png', base().png({ palette: true, progressive: true }).toBuffer()],
      ['.png', base().toColourspace('rgb16').png({ progressive: true }).toBuffer()],
      ['.webp', base().webp().toBuffer()],
      ['.webp', base().webp({ lossless: true }).toBuffer()],
      [
        '.webp',
        sharp(pages, { join: { animated: true } })
          .webp()
          .toBuffer(),
      ],
      ['.gif', base().gif().toBuffer()],
      [
        '.gif',
        sharp(pages, { join: { animated: true } })
          .gif()
          .toBuffer(),
      ],
      ['.tif', base().tiff().toBuffer()],
      ['.tif', base().tiff({ compression: 'deflate', tile: true, pyramid: true }).toBuffer()],
      ['.avif', base().avif({ effort: 0 }).toBuffer()],
    ];
    return Promise.all(made.map(async ([ending, bytes]) => ({ ending, bytes: await bytes })));
  })();
  return soundOnes;
}

/** Whatever its header says, with so many bytes of zeros, compressed, behind it. */
function largePng(dice: Dice): Picture {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(dice.pick([1, 500, 9000, 30_000, 65_535, 2 ** 31 - 1]), 0);
  header.writeUInt32BE(dice.pick([1, 500, 9000, 30_000, 65_535, 2 ** 31 - 1]), 4);
  header.writeUInt8(dice.pick([1, 8, 16, 16, 7]), 8);
  header.writeUInt8(dice.pick([0, 2, 3, 4, 6, 6, 5]), 9);
  header.writeUInt8(dice.pick([0, 1, 1]), 12);
  const data = deflateSync(Buffer.alloc(dice.pick([0, 1000, 1e6, 4e7])), { level: 1 });
  const text = pngChunk(
    dice.pick(['iTXt', 'zTXt', 'iCCP']),
    Buffer.concat([Buffer.from('x\0\0\0\0'), deflateSync(Buffer.alloc(dice.pick([10, 1e7])))]),
  );
  return {
    ending: '.png',
    bytes: Buffer.concat([
      pngSignature,
      pngChunk('IHDR', header),
      ...(dice.below(4) === 0 ? [text] : []),
      ...(dice.below(3) === 0 ? [pngChunk('PLTE', dice.bytes(768))] : []),
      pngChunk('IDAT', data),
      pngChunk('IEND'),
    ]),
  };
}

/** A size that its header makes up, and scans that are repeated: each passes over the whole picture. */
async function largeJpeg(dice: Dice): Promise<Picture> {
  const bytes = Buffer.from((await sound())[1]?.bytes ?? []);
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc2));
  bytes.writeUInt16BE(dice.pick([40, 2000, 16_000, 65_500]), frame + 5);
  bytes.writeUInt16BE(dice.pick([48, 2000, 16_000, 65_500]), frame + 7);
  const scan = bytes.indexOf(Buffer.of(0xff, 0xda));
  const later = bytes.subarray(scan, -2);
  const times = dice.pick([1, 10, 300]);
  return {
    ending: '.jpg',
    bytes: Buffer.concat([bytes.subarray(0, scan), ...Array.from({ length: times }, () => later), bytes.subarray(-2)]),
  };
}

/** A canvas that its header makes up, and frames without end. */
async function largeGif(dice: Dice): Promise<Picture> {
  const all = await sound();
  const bytes = Buffer.from(all[dice.pick([9, 10])]?.bytes ?? []);
  bytes.writeUInt16LE(dice.pick([48, 5000, 65_535]), 6);
  bytes.writeUInt16LE(dice.pick([40, 5000, 65_535]), 8);
  const first = bytes.indexOf(Buffer.of(0x2c));
  const frames = bytes.subarray(first, -1);
  const times = dice.pick([1, 20, 2000]);
  return {
    ending: '.gif',
    bytes: Buffer.concat([bytes.subarray(0, first), ...Array.from({ length: times }, () => frames), Buffer.of(0x3b)]),
  };
}

/** Numbers of its directory are made up. */
async function largeTiff(dice: Dice): Promise<Picture> {
  const all = await sound();
  const bytes = Buffer.from(all[dice.pick([11, 12])]?.bytes ?? []);
  const start = bytes.readUInt32LE(4);
  const count = bytes.readUInt16LE(start);
  for (let changes = 0; changes <= dice.below(3); changes++) {
    const entry = start + 2 + 12 * dice.below(count);
    bytes.writeUInt32LE(dice.pick([0, 1, 65_535, 100_000, 2 ** 31, 2 ** 32 - 1]), entry + dice.pick([4, 8, 8, 8]));
  }
  // A directory that leads to itself.
  if (dice.below(5) === 0) bytes.writeUInt32LE(start, start + 2 + 12 * count);
  return { ending: '.tif', bytes };
}

/** A canvas of WebP's or AVIF's that is made up. */
async function largeOther(dice: Dice): Promise<Picture> {
  const { ending, bytes } = (await sound())[dice.pick([6, 7, 8, 13])] as Picture;
  const changed = Buffer.from(bytes);
  const place = ending === '.avif' ? changed.indexOf('ispe') + 8 : 20 + dice.below(12);
  changed.writeUInt32BE(dice.pick([65_535, 2 ** 31 - 1, 0xff_ff_ff_00]), Math.max(0, place + dice.pick([0, 4])));
  return { ending, bytes: changed };
}

/** What no picture is, under a picture's name. */
function other(dice: Dice, ground: Ground): Picture {
  const drawing = (inner: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${dice.pick(['10', '1e9', '100000'])}" height="10">${inner}</svg>`;
  const content = dice.pick<string | Buffer>([
    '',
    drawing(`<image xlink:href="file://${ground.outside}/canary" width="10" height="10"/>`),
    `<!DOCTYPE svg [<!ENTITY a "${'x'.repeat(1000)}">${Array.from({ length: 12 }, (_, index) => `<!ENTITY b${index} "${'&a;'.repeat(10)}">`).join('')}]>${drawing('<text>&b1;</text>')}`,
    '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n(x) (w) file',
    '%PDF-1.7\n',
    'P6 100000 100000 255\n',
    '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 100000 +X 100000\n',
    'push graphic-context\nimage over 0,0 0,0 "/etc/passwd"\n',
    dice.bytes(500),
    Buffer.concat([Buffer.from('BM'), dice.bytes(60)]),
    Buffer.concat([Buffer.from('8BPS\0\x01'), dice.bytes(60)]),
  ]);
  return { ending: dice.pick(['.jpg', '.png', '.gif', '.webp', '.tif', '.avif']), bytes: Buffer.from(content) };
}

type Make = (dice: Dice, ground: Ground) => Picture | Promise<Picture>;

const bendOne: Make = async (dice) => {
  const { ending, bytes } = dice.pick(await sound());
  return { ending, bytes: bent(dice, bytes, 1) };
};

const shown =
  (make: Make): Attack =>
  async (dice, ground) => {
    const { ending, bytes } = await make(dice, ground);
    const folder = join(ground.inputs, 'pictures');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'a'), { recursive: true });
    const path = join(folder, 'a', `input${ending}`);
    writeFileSync(path, bytes);
    const { host, run } = ground;
    return dice.pick<() => Promise<unknown>>([
      () => host.data.thumbnails({ paths: [path], size: 96 }),
      () => host.data.thumbnails({ paths: [path], size: 96 }),
      () => host.data.dataset({ path: folder, validation: 0.2, seed: 1, limitPerClass: 0 }),
      () =>
        host.data.augmentPreviews({
          paths: [path],
          size: 64,
          seed: 1,
          augment: { flip: 1, rotate: 9, zoom: 2, light: 0 },
        }),
      () => host.runs.predict({ run, inputs: [path] }),
      () => host.runs.predict({ run, inputs: [`data:image/${ending.slice(1)};base64,${bytes.toString('base64')}`] }),
    ])();
  };

export const pictures = mixed([
  [4, shown(bendOne)],
  [2, shown(largePng)],
  [2, shown(largeJpeg)],
  [2, shown(largeGif)],
  [1, shown(largeTiff)],
  [1, shown(largeOther)],
  [1, shown(other)],
]);
