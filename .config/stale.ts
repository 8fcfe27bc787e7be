/** Whether something built is older than what it was built from. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** `sources` are files or folders; what cannot be found counts as never changed. */
export function isStale(built: string, sources: readonly string[]): boolean {
  const made = changed(built);
  return made === 0 || sources.some((source) => newest(source) > made);
}

function newest(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), found.mtimeMs);
}

function changed(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
