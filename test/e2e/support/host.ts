/** Starts the browser host as a person would, with a data home of its own that is thrown away afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateProgram } from '#electron/services/program.ts';
import { introduced } from '#test/e2e/support/temporary-home.ts';

export interface RunningHost {
  /** Address with its token, as printed. */
  readonly url: string;
  /** Folder for everything a test writes; the application's data is in `home` below it. */
  readonly folder: string;
  readonly home: string;
  readonly process: ChildProcess;
  /** Everything the host has printed so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts `graft serve` on a free port, for a person with these settings and this feature cache; fails with its output when it ends before it
 * prints an address.
 */
export async function startHost(settings: object = introduced, features?: string): Promise<RunningHost> {
  const program = locateProgram();
  const folder = mkdtempSync(join(tmpdir(), 'graft-e2e-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings));
  if (features !== undefined) cpSync(features, join(home, 'cache'), { recursive: true });
  const child = spawn(program.node, [program.commandLine, 'serve', '--no-open', '--port', '0'], {
    cwd: program.root,
    // Whatever the runtime of the machine's own programs has left is not for a test to find.
    env: { ...process.env, GRAFT_HOME: home, XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(output)?.[0];
      if (address) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the host ended with ${code} before it was ready:\n${output}`)));
  });
  return { url, folder, home, process: child, output: () => output, stop };
}
