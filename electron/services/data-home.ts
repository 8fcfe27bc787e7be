/** The application's own folder on this machine: runs, feature cache, settings, recovery files, uploads. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface DataHome {
  readonly root: string;
  readonly runs: string;
  readonly cache: string;
  readonly recovery: string;
  readonly uploads: string;
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
    hosts: join(root, 'hosts'),
    settings: join(root, 'settings.json'),
    recent: join(root, 'recent.json'),
  };
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
