/** PNG files written piece by piece, for what no encoder would write. */
import { crc32 } from 'node:zlib';

export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** One chunk with its length and checksum, after the PNG specification (W3C, third edition, section 5.3). */
export function pngChunk(type: string, content: Uint8Array = Buffer.alloc(0)): Buffer {
  const inner = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(inner));
  return Buffer.concat([length, inner, check]);
}
