/**
 * Pictures that libvips as sharp ships it does not read, in WebAssembly: whatever a file does to its decoder stays within
 * that decoder's own memory. BMP by libnsbmp, HEIC by libheif with libde265.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PictureFormat } from '#electron/engine/data/picture-format.ts';

/** Interleaved RGBA, 8 bits each, upright. */
export interface RawPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

type ForeignFormat = Extract<PictureFormat, 'bmp' | 'heic'>;

/** How many times as long as others such a picture may take: WebAssembly decodes 13 megapixels of HEIC in a second. */
export const foreignPatience: Readonly<Record<ForeignFormat, number>> = { bmp: 1, heic: 3 };

export function isForeign(format: PictureFormat | undefined): format is ForeignFormat {
  return format === 'bmp' || format === 'heic';
}

/** Throws an Error that says what is wrong with the file. */
export async function decodeForeign(bytes: Uint8Array, format: ForeignFormat): Promise<RawPicture> {
  return format === 'bmp' ? decodeBmp(bytes) : decodeHeic(bytes);
}

async function decodeBmp(bytes: Uint8Array): Promise<RawPicture> {
  // Loaded with the first such file.
  const { decode } = (await import('@cwasm/nsbmp')).default;
  const { data, width, height } = decode(bytes);
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}

/** What is used of libheif, whose own types describe the C interface. */
interface HeifImage {
  get_width: () => number;
  get_height: () => number;
  display: (target: RawPicture, done: (filled: RawPicture | null) => void) => void;
}
interface Heif {
  readonly HeifDecoder: new () => { decode: (bytes: Uint8Array) => HeifImage[] };
}

const require = createRequire(import.meta.url);
let heifBinary: Uint8Array | undefined;

/**
 * The main picture of the file, turned as it says. An instance of its own for each: its memory never becomes smaller,
 * and making one takes a fiftieth of the time of a photo.
 */
async function decodeHeic(bytes: Uint8Array): Promise<RawPicture> {
  heifBinary ??= readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  const open = require('libheif-js/libheif-wasm/libheif.js') as (options: { wasmBinary: Uint8Array }) => Heif;
  const { HeifDecoder } = open({ wasmBinary: heifBinary });
  const [image] = new HeifDecoder().decode(bytes);
  if (!image) throw new Error('it holds no picture that can be decoded.');
  const [width, height] = [image.get_width(), image.get_height()];
  const filled = await new Promise<RawPicture | null>((resolve) => {
    image.display({ data: new Uint8Array(width * height * 4), width, height }, resolve);
  });
  if (!filled) throw new Error('it is damaged.');
  return filled;
}
