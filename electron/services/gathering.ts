/**
 * Several folders as one: class folders that were brought together become a folder of links to them, so that nothing is
 * copied and what changes in them is seen.
 */
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { numberedFolder } from './numbered-folder.ts';
import { GraftError } from '#shared/messages/error.ts';
import { reasonOf } from '#electron/files/failures.ts';
import { privateFolder } from '#electron/files/replace.ts';

/** The folder that holds these and no others but hidden ones; undefined where there is none. */
export async function commonFolder(paths: readonly string[]): Promise<string | undefined> {
  const parent = dirname(paths[0] ?? '');
  if (!paths.every((path) => dirname(path) === parent)) return undefined;
  const names = new Set(paths.map((path) => basename(path)));
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => undefined);
  const others = entries?.filter(({ name }) => !name.startsWith('.') && !names.has(name));
  return others?.length === 0 ? parent : undefined;
}

/** Makes a new folder in `root` with a link to each of these. Throws `files.not-gathered`. */
export async function makeGathered(root: string, paths: readonly string[]): Promise<string> {
  try {
    const folder = await numberedFolder(root, basename(dirname(paths[0] ?? '')) || 'photos');
    const taken = new Set<string>();
    for (const path of paths) await link(path, join(folder, nameFor(path, taken)));
    return folder;
  } catch (error) {
    throw new GraftError('files.not-gathered', { path: root, reason: reasonOf(error) });
  }
}

/** As `makeGathered`, for as long as the work takes. */
export async function whileGathered<Result>(
  root: string,
  paths: readonly string[],
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(root, { recursive: true, mode: privateFolder });
  const place = await mkdtemp(join(root, '.look-'));
  try {
    return await work(await makeGathered(place, paths));
  } finally {
    // Links are removed, and nothing behind them.
    await rm(place, { recursive: true, force: true });
  }
}

/** On Windows a junction needs no rights. */
async function link(target: string, path: string): Promise<void> {
  await symlink(target, path, 'junction');
}

/** Its own name; where two folders have one, the name of the folder around it is put before. */
function nameFor(path: string, taken: Set<string>): string {
  const own = basename(path);
  const candidates = [own, `${basename(dirname(path))} ${own}`];
  for (let index = 2; taken.has((candidates[0] as string).toLowerCase()); index++) {
    candidates.shift();
    candidates.push(`${own} ${index}`);
  }
  const [name] = candidates as [string];
  taken.add(name.toLowerCase());
  return name;
}
