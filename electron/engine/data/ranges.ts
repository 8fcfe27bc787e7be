/** Which numbers the pictures of a dataset are taken to reach, where they have more than 8 bits. */
import { closeSync, readSync } from 'node:fs';
import type { DatasetFacts } from '#shared/nodes/facts.ts';
import { openFileSync } from '#electron/files/regular-file.ts';
import { sharedDecoder } from './decoder.ts';
import { formatOf } from './picture-format.ts';

type Ranges = DatasetFacts['ranges'];

/** By fingerprint: a folder is described with every edit. */
const known = new Map<string, Ranges>();
const keptFolders = 16;
/** As far as a PNG says how many bits it has. */
const tellingBytes = 64;

/**
 * The facts with what the numbers of the examples are taken for. Only those are opened that may have more than 8 bits:
 * TIFF, and PNG of 16.
 * @throws GraftError `data.decoder-broken`
 */
export async function withRanges(facts: DatasetFacts): Promise<DatasetFacts> {
  const key = `${facts.path} ${facts.fingerprint}`;
  const ranges = known.get(key) ?? (await rangesOf(facts.examples.map(({ path }) => path)));
  known.set(key, ranges);
  for (const oldest of [...known.keys()].slice(0, -keptFolders)) known.delete(oldest);
  return { ...facts, ranges };
}

async function rangesOf(paths: readonly string[]): Promise<Ranges> {
  const { files } = await sharedDecoder().make(paths.filter(mayBeDeep), { kind: 'white' });
  const whites = files.flatMap((file) => (file ? [Number(Buffer.from(file).toString())] : []));
  const deep = Map.groupBy(
    whites.filter((white) => white !== 255),
    (white) => white,
  );
  return [...deep]
    .map(([white, { length }]) => ({ white, count: length }))
    .toSorted((left, right) => right.count - left.count || left.white - right.white);
}

function mayBeDeep(path: string): boolean {
  const bytes = new Uint8Array(tellingBytes);
  try {
    const descriptor = openFileSync(path);
    try {
      readSync(descriptor, bytes, 0, tellingBytes, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  const format = formatOf(bytes);
  // The ninth byte of its first chunk.
  return format === 'tiff' || (format === 'png' && bytes[24] === 16);
}
