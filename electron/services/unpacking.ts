/**
 * Archives that somebody brings, unpacked into the data home. A zip file says itself where its content goes and how large
 * it is, and may say anything: nothing is written outside its folder or through links, and it is refused as a whole where
 * it holds more than an archive of its size can.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { z } from 'zod';
import { formatBytes, formatCount } from '#shared/core/format.ts';
import { numberedFolder } from './numbered-folder.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { Unpacked } from '#shared/protocol/look.ts';
import { errorCode, isDiskFull, reasonOf } from '#electron/files/failures.ts';
import { privateFile, privateFolder } from '#electron/files/replace.ts';
import { readTextSync } from '#electron/files/regular-file.ts';
import { isPlainName } from './uploads.ts';

export interface UnpackLimits {
  readonly entries: number;
  /** Bytes, unpacked. */
  readonly total: number;
  /** How many times larger than the archive its content may be, from `freely` bytes on. */
  readonly ratio: number;
  readonly freely: number;
}
/** Photos hardly shrink, tables and texts to a tenth. */
const usualLimits: UnpackLimits = { entries: 500_000, total: 200e9, ratio: 100, freely: 100e6 };
/** Share of what is free on the disk that may be filled. */
const diskShare = 0.9;

/** Bytes between two reports. */
const reportEvery = 8e6;

/** Which archive a folder came from and what is missing, as a file in it that is hidden, so that it is unpacked once. */
const markName = '.archive.json';
const markSchema = z.object({ archive: z.string(), size: z.number(), mtimeMs: z.number(), leftOut: z.number() });
type Mark = z.infer<typeof markSchema>;

export function isArchive(path: string): boolean {
  return extname(path).toLowerCase() === '.zip';
}

/** What this very archive was unpacked into before; undefined where it was not. */
async function unpackedBefore(root: string, archive: string): Promise<Unpacked | undefined> {
  const { size, mtimeMs } = await stateOf(archive);
  const names = await readdir(root).catch((): string[] => []);
  for (const name of names.filter((one) => !one.startsWith('.'))) {
    const folder = join(root, name);
    const mark = readMark(folder);
    const isIt = mark?.archive === archive && mark.size === size && mark.mtimeMs === mtimeMs;
    if (isIt) return { state: 'done', folder, leftOut: mark.leftOut };
  }
  return undefined;
}

/**
 * Unpacks a zip file into a folder of its name in `root`, and says how far it is. What is left out is counted: links,
 * names that are no plain ones, entries that are encrypted, and a second one of a name. Ends without a trace when the
 * signal is aborted. Throws `files.archive-refused`, `document.disk-full`.
 */
export async function* unpack(
  root: string,
  archive: string,
  signal: AbortSignal,
  limits: UnpackLimits = usualLimits,
): AsyncGenerator<Unpacked> {
  const before = await unpackedBefore(root, archive);
  if (before !== undefined) {
    yield before;
    return;
  }
  await mkdir(root, { recursive: true, mode: privateFolder });
  const working = await mkdtemp(join(root, '.unpacking-'));
  try {
    const entries = await readEntries(archive, limits, root);
    yield* writeEntries(archive, entries, working, signal);
    const leftOut = entries.leftOut + entries.twice;
    const mark: Mark = { archive, ...(await stateOf(archive)), leftOut };
    await writeFile(join(working, markName), JSON.stringify(mark), { mode: privateFile });
    yield { state: 'done', folder: await moveInto(root, working, basename(archive, extname(archive))), leftOut };
  } catch (error) {
    if (error instanceof GraftError || signal.aborted) throw error;
    if (isDiskFull(error)) throw new GraftError('document.disk-full', { path: working });
    throw refusal(archive, reasonOf(error));
  } finally {
    await rm(working, { recursive: true, force: true });
  }
}

interface Entries {
  /** Files that are written, by their path in the folder. */
  readonly files: ReadonlySet<string>;
  readonly total: number;
  readonly leftOut: number;
  twice: number;
}

/** Looks at all that the archive says it holds, before anything is written. */
async function readEntries(archive: string, limits: UnpackLimits, root: string): Promise<Entries> {
  const zip = await openZip(archive);
  const { size } = await stat(archive);
  const { bavail, bsize } = await statfs(root);
  const most = Math.min(limits.total, bavail * bsize * diskShare);
  const files = new Set<string>();
  let [total, leftOut, count] = [0, 0, 0];
  for await (const entry of zip.eachEntry()) {
    if (++count > limits.entries) throw refusal(archive, `it holds more than ${formatCount(limits.entries)} files`);
    if (isFolder(entry)) continue;
    if (!isTaken(entry)) {
      if (!isLeftByMacOs(entry)) leftOut++;
      continue;
    }
    total += entry.uncompressedSize;
    files.add(entry.fileName);
    if (total > most) throw refusal(archive, `it holds more than ${formatBytes(most)}, for which there is no room`);
    if (total > limits.freely && total > size * limits.ratio)
      throw refusal(archive, `it says it holds ${formatBytes(total)} in ${formatBytes(size)}, which no photos do`);
  }
  return { files, total, leftOut, twice: 0 };
}

async function* writeEntries(
  archive: string,
  entries: Entries,
  working: string,
  signal: AbortSignal,
): AsyncGenerator<Unpacked> {
  const zip = await openZip(archive);
  let [done, said] = [0, -reportEvery];
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted();
    if (isFolder(entry) || !entries.files.has(entry.fileName)) continue;
    const target = join(working, ...entry.fileName.split('/'));
    await mkdir(dirname(target), { recursive: true, mode: privateFolder });
    if (await writeEntry(zip, entry, target, signal)) done += entry.uncompressedSize;
    else entries.twice++;
    if (done - said < reportEvery) continue;
    said = done;
    yield { state: 'unpacking', done, total: entries.total };
  }
}

/** False where there is a file of that name already. More bytes than an entry has said are an error of the stream. */
async function writeEntry(zip: ZipFile, entry: Entry, target: string, signal: AbortSignal): Promise<boolean> {
  const handle = await open(target, 'wx', privateFile).catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (!handle) return false;
  await handle.close();
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target), { signal });
  return true;
}

async function openZip(archive: string): Promise<ZipFile> {
  return openPromise(archive, { lazyEntries: true, validateEntrySizes: true }).catch((error: unknown) => {
    throw refusal(archive, reasonOf(error));
  });
}

/** Bits of a Unix mode that say what an entry is, and those of a file; 0 where another system wrote it. */
const kindBits = 0o170_000;
const fileKinds: ReadonlySet<number> = new Set([0, 0o100_000]);

/** A file under names that are plain everywhere; no link, nothing encrypted, nothing that systems leave. */
function isTaken(entry: Entry): boolean {
  const isFile = fileKinds.has((entry.externalFileAttributes >>> 16) & kindBits);
  return isFile && !entry.isEncrypted() && !isLeftByMacOs(entry) && entry.fileName.split('/').every(isPlainName);
}

function isFolder({ fileName }: Entry): boolean {
  return fileName.endsWith('/');
}

function isLeftByMacOs({ fileName }: Entry): boolean {
  return fileName.startsWith('__MACOSX/') || basename(fileName) === '.DS_Store';
}

/** Under its own name, or with a number behind where that is taken. */
async function moveInto(root: string, working: string, name: string): Promise<string> {
  const plain = isPlainName(name) && !name.startsWith('.') ? name : 'archive';
  // A folder is moved over an empty one of its name, so the place is taken by making it.
  const folder = await numberedFolder(root, plain);
  // Windows moves over nothing.
  await rm(folder, { recursive: true });
  await rename(working, folder);
  return folder;
}

async function stateOf(archive: string): Promise<Pick<Mark, 'size' | 'mtimeMs'>> {
  const { size, mtimeMs } = await stat(archive);
  return { size, mtimeMs };
}

function readMark(folder: string): Mark | undefined {
  try {
    return markSchema.parse(JSON.parse(readTextSync(join(folder, markName), 1 << 16)));
  } catch {
    return undefined;
  }
}

function refusal(path: string, reason: string): GraftError {
  return new GraftError('files.archive-refused', { path, reason });
}
