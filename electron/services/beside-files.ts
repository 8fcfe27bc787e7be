/**
 * The files of a packed program that lie beside its archive: what the engine, the command line and the window's pages
 * are read from, and the Node binary. The archive's own integrity check does not reach them, so the archive carries a
 * list of their hashes, which is held against the disk before any of them is used.
 */
import { createHash } from 'node:crypto';
import { lstat, open, readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { GraftError } from '#shared/messages/error.ts';
import { reasonOf } from '#electron/files/failures.ts';

const fileSchema = z.object({ bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/u) });
const listSchema = z.object({ format: z.literal(1), files: z.record(z.string(), fileSchema) });

/** Every file beside the archive, by its path from the folder the archive is in, with forward slashes. */
export type BesideList = z.infer<typeof listSchema>;

/** What is looked at: `pages` is what a window shows, `all` everything. */
export type BesidePart = 'pages' | 'all';

/** The list's place inside the archive, from its root. */
export const besideListFile = 'out/main/beside.json';

const unpacked = 'app.asar.unpacked';
const pages = `${unpacked}/out/renderer`;
/** What file managers leave in folders they show. */
const leftBehind = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);
/** Endings of what a program loads or runs; next to the Node binary such a file is loaded for the asking. */
const code = new Set('.bat .cjs .cmd .dll .dylib .exe .js .mjs .node .ps1 .sh .so'.split(' '));
/** Bytes read at a time: large enough to be quick, small enough that hashing one never holds the window up. */
const chunk = 512 * 1024;
/** Files read at a time. */
const lanes = 4;

/** Lists what lies beside the archive in `folder`. */
export async function describeBeside(folder: string): Promise<BesideList> {
  const paths = [...(await filesUnder(folder, unpacked)), ...(await nodeBinary(folder))].toSorted();
  const files: BesideList['files'] = {};
  const buffer = Buffer.allocUnsafe(chunk);
  for (const path of paths) {
    const { size } = await lstat(join(folder, path));
    files[path] = { bytes: size, sha256: await hash(join(folder, path), buffer) };
  }
  return { format: 1, files };
}

/** Reads the list from a packed program's archive. Throws `program.list-unreadable`. */
export async function readBesideList(root: string): Promise<BesideList> {
  const file = join(root, besideListFile);
  try {
    return listSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new GraftError('program.list-unreadable', { path: file, reason: reasonOf(error) });
  }
}

/**
 * Holds the disk against the list: nothing missing, nothing changed, nothing added. `folder` is the one the archive is
 * in. Throws `program.file-missing`, `program.file-changed` or `program.file-added`, naming the first such file.
 */
export async function checkBeside(folder: string, list: BesideList, part: BesidePart = 'all'): Promise<void> {
  const listed = Object.entries(list.files).filter(([path]) => part === 'all' || path.startsWith(`${pages}/`));
  const present = part === 'all' ? [...(await filesUnder(folder, unpacked)), ...(await looseCode(folder))] : [];
  const served = part === 'pages' ? await filesUnder(folder, pages) : [];
  const added = [...present, ...served].find((path) => list.files[path] === undefined);
  if (added !== undefined) throw new GraftError('program.file-added', { path: join(folder, added) });
  // The largest first, so that no lane is left with it at the end.
  const queue = listed.toSorted(([, a], [, b]) => a.bytes - b.bytes);
  const work = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(chunk);
    for (let next = queue.pop(); next; next = queue.pop()) await checkFile(join(folder, next[0]), next[1], buffer);
  };
  await Promise.all(Array.from({ length: lanes }, work)).finally(() => queue.splice(0));
}

async function checkFile(
  path: string,
  { bytes, sha256 }: BesideList['files'][string],
  buffer: Buffer<ArrayBuffer>,
): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) throw new GraftError('program.file-missing', { path });
  const same = found.isFile() && found.size === bytes && (await hash(path, buffer)) === sha256;
  if (!same) throw new GraftError('program.file-changed', { path });
}

/** SHA-256 of a file, read in pieces into one buffer: twice as quick as a stream, and no longer a pause. */
async function hash(path: string, buffer: Buffer<ArrayBuffer>): Promise<string> {
  const sum = createHash('sha256');
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return sum.digest('hex');
      sum.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Files below `inside`, a path from `folder`; whatever is neither file nor folder, such as a link, counts as a file. */
async function filesUnder(folder: string, inside: string): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(() => []);
  const lists = entries.map((entry) => {
    const path = `${inside}/${entry.name}`;
    if (entry.isDirectory()) return filesUnder(folder, path);
    return Promise.resolve(leftBehind.has(entry.name) ? [] : [path]);
  });
  return (await Promise.all(lists)).flat();
}

async function nodeBinary(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name === 'node' || name === 'node.exe');
}

/** Beside archive and Node binary, what either would load: code, and a folder of packages. */
async function looseCode(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => {
      if (entry.isDirectory()) return entry.name === 'node_modules';
      return entry.name !== 'app.asar' && (entry.name === 'node' || code.has(extname(entry.name).toLowerCase()));
    })
    .map(({ name }) => name);
}
