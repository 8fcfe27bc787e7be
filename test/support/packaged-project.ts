/** A project of its own to package, with everything this one is packaged from, and an Electron that only looks like one. */
import { chmodSync, cpSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildBundle, bundles } from '#config/build.ts';
import { locateProgram } from '#electron/services/program.ts';

const { root } = locateProgram();

/** Lays out the project in `folder`, all of it built but the window's pages, of which one stands for them. */
export async function layProject(folder: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json', 'LICENSE']) cpSync(join(root, name), join(folder, name));
  cpSync(join(root, 'resources'), join(folder, 'resources'), { recursive: true });
  for (const path of shippedPackages()) copy(join(root, path), join(folder, path));
  for (const bundle of bundles) await buildBundle(bundle, join(folder, 'out'));
  const renderer = join(folder, 'out', 'renderer');
  mkdirSync(renderer, { recursive: true });
  writeFileSync(join(renderer, 'index.html'), '<title>workbench</title>');
  writeFileSync(join(renderer, 'licences.json'), '[]');
  // What lies in a checkout beside all that, and is nobody's business.
  for (const stray of ['docs/notes.txt', 'electron/main.ts', '.env', 'photo.jpg']) {
    mkdirSync(dirname(join(folder, stray)), { recursive: true });
    writeFileSync(join(folder, stray), 'stray');
  }
  writeFileSync(join(folder, 'out', 'THIRD-PARTY-NOTICES.txt'), 'Graft is made with …');
}

/** What electron-builder looks at of node_modules: all that is no tool for developing, and the Node binary. */
function shippedPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly dev?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && (dev !== true || path === 'node_modules/node'))
    .map(([path]) => path)
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined);
}

/** By links, as they are large; what a package keeps in a node_modules of its own is listed by itself. */
function copy(from: string, to: string): void {
  if (!statSync(from).isDirectory()) {
    mkdirSync(dirname(to), { recursive: true });
    try {
      linkSync(from, to);
    } catch {
      cpSync(from, to);
    }
    return;
  }
  for (const name of readdirSync(from)) if (name !== 'node_modules') copy(join(from, name), join(to, name));
}

/** The place of the fuses in an Electron binary: a mark, a version, their number, and one letter each. */
const fuses = ['dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', '\u0001\u0008', '10110010'].join('');

/** An unpacked distribution for Linux whose binary has fuses and nothing else. */
export function layElectron(folder: string): void {
  for (const name of ['locales', 'resources']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version', 'locales/en-US.pak', 'locales/de.pak']) {
    writeFileSync(join(folder, name), name);
  }
  writeFileSync(join(folder, 'electron'), fuses, 'latin1');
  chmodSync(join(folder, 'electron'), 0o755);
}

/** A module called electron, as far as code that looks for newer versions asks for it, with Node's network. */
export function layElectronModule(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"electron","main":"index.cjs"}');
  writeFileSync(
    join(folder, 'index.cjs'),
    `exports.app = { isPackaged: true, whenReady: async () => {}, getVersion: () => '1.0.0', getName: () => 'Graft',
       getPath: () => __dirname, getAppPath: () => __dirname };
     exports.session = { fromPartition: () => ({}) };
     exports.net = { request: ({ session, ...options }) => require('node:http').request(options) };`,
  );
}
