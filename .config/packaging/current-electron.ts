/** Whether the Electron that would be shipped is a current one: the newest of its line, and its line still looked after. */
import { execFileSync } from 'node:child_process';

/** Electron looks after this many major versions at a time. */
const supported = 3;

/** Why `version` should not be shipped, given what has been released; undefined when it may be. */
export function outdated(version: string, released: readonly string[]): string | undefined {
  const stable = released.filter((one) => /^\d+\.\d+\.\d+$/u.test(one)).toSorted(byVersion);
  const newest = stable.at(-1) ?? version;
  const newestOfLine = stable.findLast((one) => major(one) === major(version)) ?? version;
  if (major(newest) - major(version) >= supported) return `Electron ${version} is no longer looked after`;
  return byVersion(version, newestOfLine) < 0 ? `Electron ${version} is older than ${newestOfLine}` : undefined;
}

/** Every version of Electron that the package registry has. */
export function releasedVersions(): string[] {
  // Node starts no `.cmd` file without a shell.
  const shell = process.platform === 'win32';
  return JSON.parse(
    execFileSync('npm', ['view', 'electron', 'versions', '--json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell,
    }),
  ) as string[];
}

function major(version: string): number {
  return Number(version.split('.')[0]);
}

function byVersion(left: string, right: string): number {
  const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)];
  return a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
