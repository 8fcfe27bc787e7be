/** One picture in every way that people have pictures, made anew. Its corners differ, so that turning it shows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { pngChunk } from '#test/support/png.ts';
import { tiff } from '#test/support/tiff.ts';

const width = 48;
const height = 32;

type Colour = readonly number[];

/** A slow run of colours, brightest at the right. */
function colourAt(x: number, y: number): Colour {
  return [60 + (180 * x) / width, 200 - (150 * y) / height, 40 + (100 * x) / width + (80 * y) / height];
}

function grey(x: number, y: number): number {
  return 40 + (150 * x) / width + (60 * y) / height;
}

function raw(channels: 1 | 2 | 3 | 4, at: (x: number, y: number) => Colour, size = { width, height }): Sharp {
  const data = Uint8Array.from({ length: size.width * size.height * channels }, (_, index) => {
    const pixel = Math.floor(index / channels);
    return at(pixel % size.width, Math.floor(pixel / size.width))[index % channels] as number;
  });
  return sharp(data, { raw: { ...size, channels } });
}

/** The grey run with each number `factor` times as large. */
function greys(factor: number): number[] {
  return Array.from({ length: width * height }, (_, index) => factor * grey(index % width, Math.floor(index / width)));
}

/** Numbers of 16 bits, of which `white` would be white. */
function deepGrey(white: number): Uint16Array {
  return Uint16Array.from(greys(white / 255), (number) => Math.round(number));
}

const deepPng = (white: number): Promise<Buffer> =>
  sharp(deepGrey(white), { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
const greyTiff = (numbers: Uint16Array | Float32Array): Buffer => tiff({ width, height, channels: 1, numbers });
const floats = (white: number): Buffer => greyTiff(Float32Array.from(greys(white / 255)));

/** A PNG that says how it is to be turned: in a chunk before its pixels, a directory with this one entry. */
function turned(png: Buffer, orientation: number): Buffer {
  const exif = Buffer.from('II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0', 'latin1');
  exif.writeUInt16LE(orientation, 18);
  const at = png.indexOf('IDAT') - 4;
  return Buffer.concat([png.subarray(0, at), pngChunk('eXIf', exif), png.subarray(at)]);
}

const colour = (): Sharp => raw(3, colourAt);
/** A disc in the middle, black underneath around it, half transparent at its edge. */
const cutOut = (x: number, y: number): number => {
  const distance = Math.hypot(x - width / 2, y - height / 2);
  return distance < 10 ? 255 : distance < 13 ? 128 : 0;
};
const transparent = (): Sharp =>
  raw(4, (x, y) => [...colourAt(x, y).map((value) => (cutOut(x, y) > 0 ? value : 0)), cutOut(x, y)]);
/** Frames of other colours after the first. */
async function frames(): Promise<Sharp> {
  const first = await colour().png().toBuffer();
  const second = await sharp(first).negate().png().toBuffer();
  return sharp([first, second], { join: { animated: true } });
}
const large = (): Sharp =>
  raw(
    3,
    (x, y) =>
      colourAt((x / 1500) * width, (y / 1000) * height).map((value, channel) =>
        Math.max(0, Math.min(255, value + 80 * (randomUniform(3, randomStreams.sample, y * 1500 + x, channel) - 0.5))),
      ),
    { width: 1500, height: 1000 },
  );

/** What each is called: its file. */
const pictures: Readonly<Record<string, () => Promise<Buffer>>> = {
  'colour.png': () => colour().png().toBuffer(),
  'colour.jpg': () => colour().jpeg({ quality: 95 }).toBuffer(),
  'progressive.jpg': () => colour().jpeg({ quality: 95, progressive: true }).toBuffer(),
  'colour.webp': () => colour().webp({ lossless: true }).toBuffer(),
  'colour.tif': () => colour().tiff().toBuffer(),
  'large.jpg': () => large().jpeg({ quality: 95 }).toBuffer(),
  ...Object.fromEntries(
    [2, 3, 4, 5, 6, 7, 8].map((orientation) => [
      `turned-${orientation}.jpg`,
      () => colour().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer(),
    ]),
  ),
  'turned-6.png': async () => turned(await colour().png().toBuffer(), 6),
  'grey.png': () =>
    raw(1, (x, y) => [grey(x, y)])
      .toColourspace('b-w')
      .png()
      .toBuffer(),
  'grey.jpg': () =>
    raw(1, (x, y) => [grey(x, y)])
      .toColourspace('b-w')
      .jpeg({ quality: 95 })
      .toBuffer(),
  'grey-16-bits.png': () => deepPng(65_535),
  'grey-16-bits.tif': async () => greyTiff(deepGrey(65_535)),
  'grey-14-bits.tif': async () => greyTiff(deepGrey(16_383)),
  'grey-12-bits.png': () => deepPng(4095),
  'grey-12-bits-turned.png': async () => turned(await deepPng(4095), 8),
  'floats-to-1.tif': async () => floats(1),
  'floats-to-255.tif': async () => floats(255),
  'floats-to-anything.tif': async () => floats(1e6),
  'colour-16-bits.png': () => colour().toColourspace('rgb16').png().toBuffer(),
  'colour-16-bits-p3.png': () => colour().toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
  'transparent.png': () => transparent().png().toBuffer(),
  'transparent.webp': () => transparent().webp({ lossless: true, exact: true }).toBuffer(),
  'transparent-palette.png': () => transparent().png({ palette: true, colours: 64 }).toBuffer(),
  'transparent-grey.png': () =>
    raw(2, (x, y) => [cutOut(x, y) > 0 ? grey(x, y) : 0, cutOut(x, y)])
      .toColourspace('b-w')
      .png()
      .toBuffer(),
  'palette.png': () => colour().png({ palette: true, colours: 64 }).toBuffer(),
  'two-colours.png': () => colour().toColourspace('b-w').threshold(128).png({ palette: true, colours: 2 }).toBuffer(),
  'frames.gif': async () => (await frames()).gif().toBuffer(),
  'frames.webp': async () => (await frames()).webp({ lossless: true }).toBuffer(),
  'pages.tif': async () => (await frames()).tiff().toBuffer(),
  'profile-srgb.jpg': () => colour().withIccProfile('srgb').jpeg({ quality: 95 }).toBuffer(),
  'profile-p3.jpg': () => colour().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer(),
  'profile-p3-transparent.png': () => transparent().withIccProfile('p3').png().toBuffer(),
  'cmyk-with-profile.jpg': () => colour().withIccProfile('cmyk').jpeg({ quality: 95 }).toBuffer(),
};

export const pictureNames = Object.keys(pictures);

export async function writePictures(folder: string): Promise<void> {
  for (const [name, make] of Object.entries(pictures)) writeFileSync(join(folder, name), await make());
}

/** Pictures whose numbers or colours Pillow does not give as they are. */
export async function writeAwkward(folder: string): Promise<{ cmyk: string; dim: string }> {
  const [cmyk, dim] = [join(folder, 'cmyk-without-profile.tif'), join(folder, 'colour-12-bits.png')];
  const inks = Uint8Array.from({ length: 4 * width * height }, (_, index) => [200, 30, 60, 10][index % 4] as number);
  writeFileSync(cmyk, tiff({ width, height, channels: 4, numbers: inks }));
  const data = Uint16Array.from({ length: width * height * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return 16 * (colourAt(pixel % width, Math.floor(pixel / width))[index % 3] as number);
  });
  const deep = sharp(data, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
  writeFileSync(dim, await deep.png().toBuffer());
  return { cmyk, dim };
}
