/** Content of files, as much as it takes to tell what they are. Files that cannot be read are taken for empty ones. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openFileSync } from '#electron/files/regular-file.ts';
import type { Brought, BroughtFile } from './brought.ts';

/** Largest file that is read as a whole, bytes. */
const wholeBytes = 64 * 2 ** 20;
/** JSON files that are read of what was brought; a picture may have one of its own each. */
const jsonFiles = 16;

/** The text of a file, or its beginning. @param most bytes */
export function readStart(path: string, most: number): string {
  let descriptor: number | undefined;
  try {
    descriptor = openFileSync(path);
    const bytes = Buffer.alloc(Math.min(most, fstatSync(descriptor).size));
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(descriptor, bytes, read, bytes.length - read, read);
      if (count === 0) break;
      read += count;
    }
    return bytes
      .subarray(0, read)
      .toString('utf8')
      .replace(/^\uFEFF/u, '');
  } catch {
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A file as a whole; '' where it is larger than what is looked into. */
export function readWhole(path: string): string {
  const text = readStart(path, wholeBytes + 1);
  return Buffer.byteLength(text) > wholeBytes ? '' : text;
}

export interface JsonFile {
  readonly file: BroughtFile;
  /** Of lines of JSON an array of the first ones. */
  readonly value: unknown;
}

const parsed = new WeakMap<Brought, JsonFile[]>();

/** What is in the JSON files, outer folders first. Several recognisers ask, and one look reads each file once. */
export function jsonOf(brought: Brought): readonly JsonFile[] {
  const known = parsed.get(brought);
  if (known) return known;
  const files = brought.files
    .filter(({ sort }) => sort === 'json')
    .toSorted((left, right) => left.folders.length - right.folders.length)
    .slice(0, jsonFiles);
  const found = files.map((file) => ({ file, value: readJson(file) }));
  parsed.set(brought, found);
  return found;
}

function readJson({ path, ending }: BroughtFile): unknown {
  const text = readWhole(path);
  try {
    return ending === '.json' ? JSON.parse(text) : linesOf(text);
  } catch {
    // Lines of JSON are kept under the other ending, too.
    return linesOf(text);
  }
}

function linesOf(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return lines.map((line): unknown => JSON.parse(line));
  } catch {
    return [];
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The records of a list; none for anything else. */
export function recordsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Names without repeats, in the order of their first. */
export function namesOf(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string' || typeof value === 'number').map(String))];
}
