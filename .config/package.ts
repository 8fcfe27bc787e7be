/**
 * `npm run package`: an installer for the machine it runs on. Native files and the Node binary come from
 * `node_modules`, which holds this machine's own, so each platform packages itself.
 */
import { join } from 'node:path';
import { build as packageApp } from 'electron-builder';
import { build as buildPages } from 'vite';
import { buildBundle, bundles } from './build.ts';

const root = join(import.meta.dirname, '..');

await buildPages({ configFile: join(root, 'renderer', 'vite.config.ts'), logLevel: 'warn' });
for (const bundle of bundles) await buildBundle(bundle);
// `--dir` leaves the unpacked program, to look at; nothing is ever published from here.
await packageApp({
  projectDir: root,
  config: 'electron-builder.yml',
  publish: 'never',
  dir: process.argv.includes('--dir'),
});
