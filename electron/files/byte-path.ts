/**
 * Paths whose names are no UTF-8, as unpacked archives of old leave them. In a string each byte that fits no character
 * is one of the lone surrogates U+DC80 to U+DCFF, as Python has it (PEP 383): it survives JSON and goes back to the very
 * byte. Windows and macOS have no such names.
 */
const first = 0xdc80;
const last = 0xdcff;
const escaped = /[\uDC80-\uDCFF]/u;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const western = new TextDecoder('windows-1252');

/** What a name is by its bytes. */
export function nameOfBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return [...parts(bytes)].join('');
  }
}

/** Whole characters as they are, every other byte as a surrogate. */
function* parts(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const length = characterAt(bytes, at);
    yield length === 0
      ? String.fromCharCode(first + (bytes[at] as number) - 0x80)
      : utf8.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
}

/** Bytes of the character that begins here; 0 where none does. */
function characterAt(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      utf8.decode(bytes.subarray(at, at + length));
      return length;
    } catch {}
  }
  return 0;
}

/** What the system is to be given for a path: the string itself, or its bytes. */
export function nativePath(path: string): string | Buffer {
  if (!escaped.test(path)) return path;
  const pieces = path.split(/([\uDC80-\uDCFF])/u).map((piece) => {
    const code = piece.length === 1 ? piece.charCodeAt(0) : 0;
    return code >= first && code <= last ? Buffer.of(code - first + 0x80) : Buffer.from(piece, 'utf8');
  });
  return Buffer.concat(pieces);
}

/** A name as people would read it: such bytes are taken for those of Windows in Western Europe. */
export function readableName(name: string): string {
  return name.replaceAll(/[\uDC80-\uDCFF]/gu, (one) => western.decode(Uint8Array.of(one.charCodeAt(0) - first + 0x80)));
}
