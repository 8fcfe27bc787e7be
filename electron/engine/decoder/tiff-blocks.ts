/** How a TIFF file is cut into blocks that are decoded as a whole: libvips says nothing of it before it decodes them. */

/** Bytes of the largest buffer that decoding takes for blocks of the first picture of a file. */
export interface TiffBlocks {
  readonly isTiled: boolean;
  /** Pixels. Strips are as wide as the picture. */
  readonly width: number;
  readonly height: number;
  /** Whether each channel has blocks of its own. */
  readonly isPlanar: boolean;
  /** Whether a line can be decoded without the rest of its block. */
  readonly isByLine: boolean;
}

const tags = { width: 256, height: 257, compression: 259, rows: 278, planar: 284, tileWidth: 322, tileHeight: 323 };
/** None, three of fax machines, LZW, Deflate under both its numbers, PackBits. */
const byLine: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 8, 32_946, 32_773]);

/** Undefined when the file's first directory cannot be read: libtiff will have none of it either. */
export function tiffBlocks(bytes: Uint8Array): TiffBlocks | undefined {
  try {
    return readBlocks(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readBlocks(view: DataView): TiffBlocks {
  const isLittle = view.getUint8(0) === 0x49;
  const isBig = view.getUint16(2, isLittle) === 43;
  const wide = (at: number): number => Number(view.getBigUint64(at, isLittle));
  const start = isBig ? wide(8) : view.getUint32(4, isLittle);
  const count = isBig ? wide(start) : view.getUint16(start, isLittle);
  const values = new Map<number, number>();
  const entryBytes = isBig ? 20 : 12;
  for (let entry = 0; entry < Math.min(count, 65_535); entry++) {
    const at = start + (isBig ? 8 : 2) + entry * entryBytes;
    const tag = view.getUint16(at, isLittle);
    const value = at + (isBig ? 12 : 8);
    const kind = view.getUint16(at + 2, isLittle);
    // Of shorts, longs and very longs; of any other kind it is none of those asked for.
    if (kind === 3) values.set(tag, view.getUint16(value, isLittle));
    else if (kind === 4) values.set(tag, view.getUint32(value, isLittle));
    else if (kind === 16) values.set(tag, wide(value));
  }
  const width = values.get(tags.width) ?? 0;
  const height = values.get(tags.height) ?? 0;
  const tileWidth = values.get(tags.tileWidth);
  return {
    isTiled: tileWidth !== undefined,
    width: tileWidth ?? width,
    height: values.get(tags.tileHeight) ?? Math.min(values.get(tags.rows) ?? height, height),
    isPlanar: values.get(tags.planar) === 2,
    isByLine: byLine.has(values.get(tags.compression) ?? 1),
  };
}
