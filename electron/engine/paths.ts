/** Where the engine finds what is not in its messages; the supervisor sets the environment. */
import { homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Models, templates and data that ship with Graft. */
export function resourcesFolder(): string {
  return process.env['GRAFT_RESOURCES'] ?? fileURLToPath(new URL('../../resources', import.meta.url));
}

function dataHome(): string {
  return process.env['GRAFT_HOME'] ?? join(homedir(), '.graft');
}

export function cacheFolder(): string {
  return join(dataHome(), 'cache');
}

/** Where it is kept what large folders of pictures held. */
export function listingsFolder(): string {
  return join(dataHome(), 'listings');
}

/** Where it is kept which devices were found. */
export function devicesFile(): string {
  return join(dataHome(), 'devices.json');
}

/** Where it is kept which ways to write gradients are the fastest here. */
export function tuningFile(): string {
  return join(dataHome(), 'tuning.json');
}

/** Upper limit of the feature cache on disk, bytes; 10 GiB unless set. 0 keeps nothing. */
export function cacheLimitBytes(): number {
  const set = Number(process.env['GRAFT_CACHE_LIMIT'] || Number.NaN);
  return Number.isFinite(set) && set >= 0 ? set : 10 * 2 ** 30;
}

/** Bytes of rows, pictures at the cut, that a run holds in memory; a quarter of the machine's unless set. */
export function rowMemoryBytes(): number {
  const set = Number(process.env['GRAFT_ROW_MEMORY'] || Number.NaN);
  return Number.isFinite(set) && set >= 0 ? set : totalmem() / 4;
}
