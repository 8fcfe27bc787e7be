/** What a person's own Graft keeps, of measurements say, is nothing to go by in a test; most have this home of their own. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const testHome = join(tmpdir(), `graft-tests-${process.pid}`);

/** Once per run of the tests: nothing to begin with, nothing left behind. */
export default function setup(): () => void {
  return () => rmSync(testHome, { recursive: true, force: true, maxRetries: 3 });
}
