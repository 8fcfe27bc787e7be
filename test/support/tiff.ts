/** TIFF files of one strip, by hand: for numbers of which sharp writes only 8 bits (TIFF 6.0). */

export interface Strip {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 4 are inks. */
  readonly channels: 1 | 4;
  readonly numbers: Uint8Array | Uint16Array | Float32Array;
}

const tagsOf = (
  { width, height, channels, numbers }: Strip,
  bitsAt: number,
): (readonly [number, number, number, number])[] => [
  [256, 3, 1, width],
  [257, 3, 1, height],
  [258, 3, channels, channels === 1 ? 8 * numbers.BYTES_PER_ELEMENT : bitsAt],
  [259, 3, 1, 1],
  [262, 3, 1, channels === 1 ? 1 : 5],
  [273, 4, 1, 8],
  [277, 3, 1, channels],
  [278, 3, 1, height],
  [279, 4, 1, numbers.byteLength],
  ...(numbers instanceof Float32Array ? [[339, 3, 1, 3] as const] : []),
];

export function tiff(strip: Strip): Buffer {
  const { numbers, channels } = strip;
  const bitsAt = 8 + numbers.byteLength;
  const directory = bitsAt + 8;
  const tags = tagsOf(strip, bitsAt);
  const file = Buffer.alloc(directory + 2 + 12 * tags.length + 4);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(directory, 4);
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).copy(file, 8);
  for (let channel = 0; channel < channels; channel++) {
    file.writeUInt16LE(8 * numbers.BYTES_PER_ELEMENT, bitsAt + 2 * channel);
  }
  file.writeUInt16LE(tags.length, directory);
  tags.forEach(([tag, type, count, value], index) => {
    const at = directory + 2 + 12 * index;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}
