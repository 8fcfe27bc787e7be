/**
 * Text of UTF-8 bytes, for code that has neither a browser's nor Node's decoder.
 * Ill-formed sequences, overlong forms and surrogates throw a RangeError naming the byte.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let points: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    const length =
      first < 0x80 ? 1 : first >> 5 === 0b110 ? 2 : first >> 4 === 0b1110 ? 3 : first >> 3 === 0b11110 ? 4 : 0;
    if (length === 0 || at + length > bytes.length) throw new RangeError(`not UTF-8 at byte ${at}`);
    let point = length === 1 ? first : first & (0x7f >> length);
    for (let next = 1; next < length; next++) {
      const byte = bytes[at + next] as number;
      if (byte >> 6 !== 0b10) throw new RangeError(`not UTF-8 at byte ${at + next}`);
      point = (point << 6) | (byte & 0x3f);
    }
    if (point < (smallest[length] as number) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw new RangeError(`not UTF-8 at byte ${at}`);
    }
    points.push(point);
    at += length;
    if (points.length === 4096) {
      pieces.push(String.fromCodePoint(...points));
      points = [];
    }
  }
  pieces.push(String.fromCodePoint(...points));
  return pieces.join('');
}

/** Smallest code point that needs a sequence of this many bytes. */
const smallest = [0, 0, 0x80, 0x800, 0x10000];
