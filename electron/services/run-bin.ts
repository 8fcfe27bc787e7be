/** Runs that were thrown away: moved aside among the runs, and deleted only when the person empties the bin. */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GraftError } from '#shared/messages/error.ts';
import { privateFolder } from '#electron/files/replace.ts';
import { holderOf } from '#electron/files/lock.ts';
import { requireRun } from './run-folder.ts';

/** Hidden among the runs, so that moving there stays on one disk. */
const binName = '.bin';

export interface BinContent {
  readonly runs: number;
  readonly bytes: number;
}

/** @returns where the run is now. Throws `run.missing` for anything but a run of this folder, `run.busy` for one that is written to */
export async function throwAway(run: string, folder: string): Promise<string> {
  const path = resolve(run);
  if (dirname(path) !== resolve(folder)) throw new GraftError('run.missing', { path: run });
  await requireRun(path);
  if (await holderOf(path).catch(() => undefined)) throw new GraftError('run.busy');
  const bin = join(folder, binName);
  await mkdir(bin, { recursive: true, mode: privateFolder });
  return move(path, bin);
}

/** @returns the run. Throws `run.missing` for what is not in the bin */
export async function putBack(binned: string, folder: string): Promise<string> {
  const path = resolve(binned);
  if (dirname(path) !== join(resolve(folder), binName)) throw new GraftError('run.missing', { path: binned });
  await requireRun(path);
  return move(path, folder);
}

export async function emptyBin(folder: string): Promise<void> {
  await rm(join(folder, binName), { recursive: true, force: true });
}

export async function binContent(folder: string): Promise<BinContent> {
  const bin = join(folder, binName);
  const runs = await readdir(bin).catch((): string[] => []);
  const files = await readdir(bin, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    files
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => (await stat(join(parentPath, name)).catch(() => ({ size: 0 }))).size),
  );
  return { runs: runs.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Under its name, or with a number behind it where another one has that. */
async function move(path: string, folder: string): Promise<string> {
  for (let count = 1; ; count++) {
    const to = join(folder, count === 1 ? basename(path) : `${basename(path)}-${count}`);
    if (await stat(to).catch(() => undefined)) continue;
    await rename(path, to);
    return to;
  }
}
