/**
 * Signing for macOS, of what lies beside the archive. A signature changes the file it is in, so these are signed before
 * their hashes are listed: copies of them, since the checkout's own Node could not load its other packages any more.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Configuration, FileSet } from 'electron-builder';
import { packagedFiles, type Target } from './files.ts';

/** Signs a file where it lies. */
export type Sign = (file: string, entitlements: string | undefined) => void;

export interface StagingOptions {
  readonly configuration: Configuration;
  /** Folder of package.json. */
  readonly project: string;
  /** Where copies are put. */
  readonly folder: string;
  /** Files to sign, from the root of the project. */
  readonly files: readonly string[];
  readonly sign: Sign;
}

const nodeFolder = 'node_modules/node/bin';
const nodeEntitlements = join(import.meta.dirname, 'entitlements.node.plist');

/** Beginnings of a Mach-O file: 64 bits, and several processors in one. */
const magic = new Set(['cffaedfe', 'cafebabe', 'cafebabf']);

/** What macOS would run or load of a package, from the root of the project. */
export function machineCode(target: Target, project: string): string[] {
  return packagedFiles({ target, project })
    .filter(({ unpacked }) => unpacked)
    .map(({ path }) => path)
    .filter((path) => magic.has(firstBytes(join(project, path))));
}

/** Signs copies, and answers a configuration that packs these instead of the originals. */
export function stageSigned({ configuration, project, folder, files, sign }: StagingOptions): Configuration {
  for (const path of files) {
    const copy = join(folder, path);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(project, path), copy);
    sign(copy, path.startsWith(nodeFolder) ? nodeEntitlements : undefined);
  }
  const packages = files.filter((path) => !path.startsWith(nodeFolder));
  const given = configuration.files as readonly (string | FileSet)[];
  const signed: FileSet = { from: join(folder, 'node_modules'), to: 'node_modules', filter: ['**/*', '!node/**'] };
  const replaced = files.find((path) => path.startsWith(nodeFolder));
  const extra = (resources: Configuration['extraResources']): FileSet[] =>
    [resources ?? []].flat().map((resource) => {
      const set = typeof resource === 'string' ? { from: resource } : resource;
      const own = replaced !== undefined && set.from === replaced;
      return own ? { ...set, from: join(folder, nodeFolder, basename(replaced)) } : set;
    });
  return {
    ...configuration,
    files: [...given, ...packages.map((path) => `!${path}`), signed],
    ...(configuration.mac
      ? { mac: { ...configuration.mac, extraResources: extra(configuration.mac.extraResources) } }
      : {}),
    ...(configuration.linux
      ? { linux: { ...configuration.linux, extraResources: extra(configuration.linux.extraResources) } }
      : {}),
  };
}

/** Signs with Apple's tool, for the hardened runtime and with the time that notarising asks for. */
export function codesign(identity: string): Sign {
  return (file, entitlements) => {
    const extra = entitlements === undefined ? [] : ['--entitlements', entitlements];
    const name = `Developer ID Application: ${identity}`;
    execFileSync('codesign', ['--force', '--timestamp', '--options', 'runtime', ...extra, '--sign', name, file], {
      stdio: 'inherit',
    });
  };
}

function firstBytes(file: string): string {
  const start = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  readSync(handle, start);
  closeSync(handle);
  return start.toString('hex');
}
