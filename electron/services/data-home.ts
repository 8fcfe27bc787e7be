/** The application's own folder on this machine: runs, feature cache, settings, recovery files, uploads. */
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { privateFolder } from '#electron/files/replace.ts';

export interface DataHome {
  readonly root: string;
  readonly runs: string;
  readonly cache: string;
  readonly recovery: string;
  readonly uploads: string;
  /** What archives held. */
  readonly unpacked: string;
  /** Folders of links to folders that were brought together. */
  readonly gathered: string;
  /** Of browser hosts that run. */
  readonly hosts: string;
  readonly settings: string;
  readonly recent: string;
}

/** `GRAFT_HOME` where it is set, otherwise where this platform keeps application data. */
export function locateDataHome(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): DataHome {
  const root = resolve(environment['GRAFT_HOME'] || join(platformFolder(environment, platform), folderName(platform)));
  return {
    root,
    runs: join(root, 'runs'),
    cache: join(root, 'cache'),
    recovery: join(root, 'recovery'),
    uploads: join(root, 'uploads'),
    unpacked: join(root, 'unpacked'),
    gathered: join(root, 'gathered'),
    hosts: join(root, 'hosts'),
    settings: join(root, 'settings.json'),
    recent: join(root, 'recent.json'),
  };
}

/** What processes that were killed in the middle of writing have left is cleared away after an hour, in milliseconds. */
const abandonedAfter = 3_600_000;
/** Folders in the making, which take as long as an archive is large. */
const longAbandonedAfter = 24 * abandonedAfter;

/** The folder is there, and nobody but its owner can look into it, whoever made it. Where that is refused it is as it is. */
export async function prepareDataHome({ root, recovery, hosts, unpacked, gathered }: DataHome): Promise<void> {
  await mkdir(root, { recursive: true, mode: privateFolder }).catch(() => undefined);
  const found = await stat(root).catch(() => undefined);
  const isOpen = found !== undefined && (found.mode & 0o077) !== 0;
  if (isOpen && found.uid === process.getuid?.()) await chmod(root, privateFolder).catch(() => undefined);
  for (const folder of [root, recovery, hosts, join(root, 'listings')])
    await clearAway(folder, /^\..+\.tmp$/, abandonedAfter);
  for (const folder of [unpacked, gathered]) await clearAway(folder, /^\.(?:unpacking|look)-/, longAbandonedAfter);
}

async function clearAway(folder: string, abandoned: RegExp, after: number): Promise<void> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => abandoned.test(name));
  for (const name of names) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > after)
      await rm(file, { force: true, recursive: true }).catch(() => undefined);
  }
}

function folderName(platform: NodeJS.Platform): string {
  return platform === 'darwin' || platform === 'win32' ? 'Graft' : 'graft';
}

function platformFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = environment['HOME'] || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return environment['APPDATA'] || join(homedir(), 'AppData', 'Roaming');
  return environment['XDG_DATA_HOME'] || join(home, '.local', 'share');
}
