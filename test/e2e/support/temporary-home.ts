/** A data home of a suite's own, of somebody who has seen the introduction. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Settings of somebody who has seen the introduction. */
export const introduced: object = { introduced: true };

export function temporaryHome(settings: object = introduced): {
  readonly folder: string;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'graft-e2e-'));
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}
