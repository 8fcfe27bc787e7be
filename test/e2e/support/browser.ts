/** Finds a browser for the end-to-end tests, or says in one sentence why there is none. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export type BrowserChoice = { readonly path: string } | { readonly reason: string };

/** What the search asks of a machine. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
  /** Where Playwright would keep a browser of its own. */
  readonly playwrightPath: () => string;
  /** Installs Chromium with the system's package manager; undefined where that cannot be done. */
  readonly install: (() => void) | undefined;
}

const linuxNames = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];
const macApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const windowsPrograms = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** Where an installed Chromium, Chrome or Edge usually is, best first. */
export function usualPlaces({ environment, platform }: Pick<Machine, 'environment' | 'platform'>): string[] {
  const set = (names: string[]): string[] => names.flatMap((name) => environment[name] ?? []);
  if (platform === 'win32') {
    const folders = set(['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']);
    return windowsPrograms.flatMap((program) => folders.map((folder) => `${folder}\\${program}`));
  }
  if (platform === 'darwin') {
    const folders = ['/Applications', ...set(['HOME']).map((home) => `${home}/Applications`)];
    return macApplications.flatMap((name) => folders.map((folder) => `${folder}/${name}.app/Contents/MacOS/${name}`));
  }
  const folders = [...(environment['PATH'] ?? '').split(':').filter(Boolean), '/snap/bin'];
  return linuxNames.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
}

/** `GRAFT_BROWSER`, then an installed browser, then Playwright's own, then the system's package manager. */
export function findBrowser(machine: Machine): BrowserChoice {
  const named = machine.environment['GRAFT_BROWSER'];
  if (named) {
    if (machine.exists(named)) return { path: named };
    return { reason: `no browser: GRAFT_BROWSER names ${named}, which does not exist` };
  }
  const places = [...usualPlaces(machine), machine.playwrightPath()];
  const search = (): string | undefined => places.find((place) => machine.exists(place));
  const found = search();
  if (found) return { path: found };
  const advice = 'install Chromium, Chrome or Edge, or name one in GRAFT_BROWSER';
  if (!machine.install) return { reason: `no browser found; ${advice}` };
  try {
    machine.install();
  } catch (error) {
    return { reason: `no browser found and none could be installed (${(error as Error).message.trim()}); ${advice}` };
  }
  const installed = search();
  return installed ? { path: installed } : { reason: `no browser found even after installing one; ${advice}` };
}

function aptInstall(): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { env: environment, stdio: 'pipe' });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    env: environment,
    stdio: 'pipe',
  });
}

/** The machine the tests run on. */
export function thisMachine(): Machine {
  const folders = (process.env['PATH'] ?? '').split(':');
  const canInstall = process.getuid?.() === 0 && folders.some((folder) => existsSync(join(folder, 'apt-get')));
  return {
    environment: process.env,
    platform: process.platform,
    exists: existsSync,
    playwrightPath: () => chromium.executablePath(),
    install: canInstall ? aptInstall : undefined,
  };
}
