/** Programs under measurement: how they are started, and how much memory they and what they start hold. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

/** The command line as a program of its own, by default from its sources, with a data home of its own. */
export function startGraft(
  words: readonly string[],
  home: string,
  program = join(root, 'electron/cli/main.ts'),
): ChildProcess {
  return spawn(process.execPath, [program, ...words], {
    cwd: root,
    env: { ...process.env, GRAFT_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

interface Resident {
  /** Of the program itself. */
  readonly host: number;
  /** Of the engine process that holds the most. */
  readonly engine: number;
}

/** Resident memory in MiB, as the system counts it; undefined where it does not say. */
export function residentMemory(host: number): Resident | undefined {
  let listed: string;
  try {
    listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
  const processes = listed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [id: number, parent: number, kibibytes: number]);
  const own = processes.find(([id]) => id === host)?.[2] ?? 0;
  const started = processes.filter(([, parent]) => parent === host).map(([, , kibibytes]) => kibibytes);
  return { host: own / 1024, engine: Math.max(0, ...started) / 1024 };
}
