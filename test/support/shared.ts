/** The reference material that lies beside a full checkout; tests that use it say so when it is not there. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of `../shared/<path>`, seen from the repository's root. */
export function sharedPath(path: string): string {
  return fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
}

/** Why tests that need the material are skipped; undefined where it is there. */
export function missingShared(path: string): string | undefined {
  return existsSync(sharedPath(path)) ? undefined : `../shared/${path} is not here`;
}
