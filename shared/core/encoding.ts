/** Which encoding a person's text file has: editors on Windows write UTF-16, and marks before UTF-8. */

/** Labels of the Encoding Standard, as `TextDecoder` takes them; it leaves the mark away. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * By the byte order mark; without one by the zero beside the first character, which JSON and tables begin with one of
 * ASCII (RFC 4627, section 3).
 */
export function encodingOf(bytes: Uint8Array): TextEncodingName {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== undefined && first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== undefined && second !== 0 ? 'utf-16be' : 'utf-8';
}
