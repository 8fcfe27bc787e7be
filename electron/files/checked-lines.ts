/**
 * Lines of JSON that tell whether they are as they were written: each object's last entry, `crc`, is the CRC-32 of the
 * line without it, in hexadecimal. Any reader of JSON lines can read them.
 */
import { crc32 } from 'node:zlib';

const checkedEnd = /,"crc":"(?<crc>[0-9a-f]{8})"\}$/;

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

/** @param json an object with at least one entry, on one line */
export function checkedLine(json: string): string {
  return `${json.slice(0, -1)},"crc":"${checksum(json)}"}`;
}

/** Reads lines in their order. Where one has a checksum, the ones after it must have one, too. */
export class CheckedReader {
  #strict = false;
  /** Lines that are not as they were written. */
  damaged = 0;

  /** The object of a line; undefined for one that is damaged, or empty. */
  read(line: string): unknown {
    if (line === '') return undefined;
    const found = checkedEnd.exec(line);
    const json = found ? `${line.slice(0, found.index)}}` : line;
    const isAsWritten = found ? found.groups?.['crc'] === checksum(json) : !this.#strict;
    this.#strict ||= found !== null;
    try {
      if (isAsWritten) return JSON.parse(json);
    } catch {}
    this.damaged++;
    return undefined;
  }
}
