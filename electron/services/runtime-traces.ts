/**
 * What onnxruntime left on this machine while earlier versions of Graft did not turn its telemetry off: a device's id
 * and a store of events in the person's cache folder, and logs in the folder for temporary files. Found to be shown,
 * and deleted when asked for. Another program that uses the runtime may have written it as well.
 */
import { lstat, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Trace {
  readonly path: string;
  readonly bytes: number;
}

export interface TracePlaces {
  /** Folder that holds nothing else; undefined where the runtime has none on this platform. */
  readonly store: string | undefined;
  /** Folder for temporary files, which are looked at by name and owner. */
  readonly temporary: string;
}

/** As the runtime itself finds them. */
export function tracePlaces(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): TracePlaces {
  const home = environment['HOME'] || homedir();
  const own = join('Microsoft', 'DeveloperTools', '.onnxruntime');
  const bases: Partial<Record<NodeJS.Platform, string>> = {
    linux: environment['XDG_CACHE_HOME'] || join(home, '.cache'),
    darwin: join(home, 'Library', 'Application Support'),
  };
  const base = bases[platform];
  return { store: base === undefined ? undefined : join(base, own), temporary: environment['TMPDIR'] || tmpdir() };
}

const temporaryNames = /^(?:mat-debug-\d+\.log|\.ses)$/;

/** Files of the person's own; [] where nothing was left. */
export async function findTraces({ store, temporary }: TracePlaces = tracePlaces()): Promise<Trace[]> {
  if (store === undefined) return [];
  const stored = await readdir(store).catch((): string[] => []);
  const logs = (await readdir(temporary).catch((): string[] => [])).filter((name) => temporaryNames.test(name));
  const candidates = [...stored.map((name) => join(store, name)), ...logs.map((name) => join(temporary, name))];
  const found = await Promise.all(candidates.map(asTrace));
  return found.flat();
}

async function asTrace(path: string): Promise<Trace[]> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile() || (process.getuid && found.uid !== process.getuid())) return [];
  return [{ path, bytes: found.size }];
}

/** Deletes what was found, and the store's folders where nothing else lies in them. @returns what could not be deleted */
export async function deleteTraces(places: TracePlaces = tracePlaces()): Promise<Trace[]> {
  for (const { path } of await findTraces(places)) await rm(path, { force: true }).catch(() => undefined);
  if (places.store !== undefined) {
    // Only folders of the runtime's makers, and only empty ones, which `rmdir` sees to.
    const folders = [places.store, dirname(places.store), dirname(dirname(places.store))];
    for (const folder of folders) if (await isFolder(folder)) await rmdir(folder).catch(() => undefined);
  }
  return findTraces(places);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
