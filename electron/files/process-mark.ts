/**
 * Which process wrote something, so that it can be told later whether that one still runs: its number, and when it was
 * started, since numbers are given out again.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export interface ProcessMark {
  readonly id: number;
  /** As the system says it; '' where it does not. Comparable with other marks of the same machine. */
  readonly started: string;
}

export async function processMark(id: number): Promise<ProcessMark> {
  return { id, started: (await startOf(id)) ?? '' };
}

/** Whether the process that the mark is of still runs. */
export async function isRunning({ id, started }: ProcessMark): Promise<boolean> {
  if (!exists(id)) return false;
  const start = await startOf(id);
  // Where the system does not tell, the process that has the number is believed to be the one that had it.
  if (start === undefined || started === '') return exists(id);
  return start === started;
}

function exists(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // Somebody else's process is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Undefined for a process that is not there, and where the system does not tell. */
async function startOf(id: number): Promise<string | undefined> {
  switch (process.platform) {
    case 'linux':
      return startOnLinux(id).catch(() => undefined);
    case 'darwin':
      return outputOf('/bin/ps', ['-o', 'lstart=', '-p', String(id)]);
    case 'win32':
      return outputOf('powershell.exe', [
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `(Get-Process -Id ${id}).StartTime.ToFileTimeUtc()`,
      ]);
    default:
      return undefined;
  }
}

/** The 22nd field, in ticks since the system was started, and which start of it that was. */
async function startOnLinux(id: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${id}/stat`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  // The second field, a name in parentheses, may hold anything.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process that has ended but was not waited for is gone for every purpose here.
  return state === 'Z' ? 'ended' : `${boot.trim()} ${fields[18] ?? ''}`;
}

function outputOf(program: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, [...words], { timeout: 10_000, windowsHide: true }, (error, output) => {
      resolve(error || output.trim() === '' ? undefined : output.trim());
    });
  });
}
