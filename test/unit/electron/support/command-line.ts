/** The command line over the stand-in engine, in a data home of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';
import { runCommandLine } from '#electron/cli/program.ts';
import { fakeEngine } from './test-services.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly lines: unknown[];
}

/** `data` has two empty classes. */
export function setUp(): { folder: string; data: string; graft: (...words: string[]) => Promise<Outcome> } {
  const folder = temporaryFolder();
  const data = join(folder, 'photos');
  for (const name of ['a', 'b']) mkdirSync(join(data, name), { recursive: true });
  vi.stubEnv('GRAFT_HOME', join(folder, 'home'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const graft = async (...words: string[]): Promise<Outcome> => {
    let [out, err] = ['', ''];
    const streams = {
      out: (text: string) => void (out += text),
      err: (text: string) => void (err += text),
      terminal: false,
      columns: 80,
    };
    const code = await runCommandLine(words, streams, { ...locateProgram(), version: '1.2.3', engine: fakeEngine });
    const lines = words.includes('--json')
      ? out
          .split('\n')
          .filter(Boolean)
          .map((line): unknown => JSON.parse(line))
      : [];
    return { code, out, err, lines };
  };
  return { folder, data, graft };
}
