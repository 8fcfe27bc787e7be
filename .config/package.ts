/**
 * `npm run package`: an installer for the machine it runs on. Native files and the Node binary come from
 * `node_modules`, which holds this machine's own, so each platform packages itself. `--dir` leaves the unpacked
 * program, to look at; nothing is ever published from here. docs/release.md says which variables sign and announce.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as buildPages } from 'vite';
import { buildBundle, bundles } from './build.ts';
import { writeNotices } from './notices/write.ts';
import { isRelease, root } from './packaging/configuration.ts';
import { outdated, releasedVersions } from './packaging/current-electron.ts';
import { packageProgram } from './packaging/package-program.ts';

if (isRelease(process.env)) {
  const file = join(root, 'node_modules', 'electron', 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  const reason = outdated(version, releasedVersions());
  if (reason !== undefined) throw new Error(`${reason}: raise it first, and try the desktop program`);
}
await buildPages({ configFile: join(root, 'renderer', 'vite.config.ts'), logLevel: 'warn' });
for (const bundle of bundles) await buildBundle(bundle);
await writeNotices();
await packageProgram({ environment: process.env, dir: process.argv.includes('--dir') });
