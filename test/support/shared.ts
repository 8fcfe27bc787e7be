/** The reference material that lies beside a full checkout; tests that use it say so when it is not there. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of `../shared/<path>`, seen from the repository's root. */
export function sharedPath(path: string): string {
  return fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
}

/** Whether the material is there. */
export function hasShared(path: string): boolean {
  return existsSync(sharedPath(path));
}

/** Added to the name of a skipped suite, so that a report says why it did not run. */
export function skipReason(path: string): string {
  return hasShared(path) ? '' : ` (skipped: ../shared/${path} is not here)`;
}
