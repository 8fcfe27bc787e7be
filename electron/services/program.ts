/**
 * Where the parts of the program are: in a checkout (sources run as they are), in a checkout's build
 * (`out/`), or packed (an archive for the window's host, plain files beside it for the engine).
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Program {
  readonly version: string;
  /** Folder of package.json. */
  readonly root: string;
  /** The Node binary the engine runs on. */
  readonly node: string;
  /** Entry of the engine process. */
  readonly engine: string;
  /** Entry of the command line. */
  readonly commandLine: string;
  /** Templates, sample data, built-in backbones. */
  readonly resources: string;
  /** The built windows: index.html and its assets. */
  readonly renderer: string;
}

const manifestSchema = z.object({ name: z.string(), version: z.string() });

/** The archive of a packed program, or the folder of its plain files beside it. */
const packedRoot = /app\.asar(\.unpacked)?$/;

/** Oldest Node that runs the sources without a build. */
const oldestNode = [22, 18] as const;

/** Finds the program from any of its files, running or bundled. */
export function locateProgram(from: string = import.meta.url): Program {
  const { root, version } = manifestAbove(dirname(fileURLToPath(from)));
  const unpacked = root.replace(packedRoot, 'app.asar.unpacked');
  const source = !packedRoot.test(root);
  return {
    version,
    root,
    node: source ? nodeOfCheckout(root) : join(dirname(root), process.platform === 'win32' ? 'node.exe' : 'node'),
    engine: source ? join(root, 'electron', 'engine', 'main.ts') : join(unpacked, 'out', 'engine', 'main.js'),
    commandLine: source ? join(root, 'electron', 'cli', 'main.ts') : join(unpacked, 'out', 'cli', 'main.js'),
    resources: process.env['GRAFT_RESOURCES'] ?? join(unpacked, 'resources'),
    renderer: join(unpacked, 'out', 'renderer'),
  };
}

function manifestAbove(folder: string): { root: string; version: string } {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const manifest = manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (manifest.success && manifest.data.name === 'graft') return { root: folder, version: manifest.data.version };
  }
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json of graft not found');
  return manifestAbove(parent);
}

/** This process's own binary where it is a Node that runs the sources, otherwise the one npm installed. */
function nodeOfCheckout(root: string): string {
  if (process.versions['electron'] === undefined && runsSources(process.versions.node)) return process.execPath;
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function runsSources(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}
