/**
 * The arrows of the house: which folder may import which, and which packages each may use. The lint rule
 * beside this file enforces the table; docs/architecture.md draws it. A folder that is not listed may not
 * hold source files, so a new one has to be placed here first.
 */
export interface Zone {
  /** Path from the root of the repository. The longest matching zone wins. */
  readonly folder: string;
  /** Folders it may import besides itself. */
  readonly layers: readonly string[];
  /** Packages it may import: names, `@scope/*`, `node:*`, or `*` for every package that is not reserved. */
  readonly packages: readonly string[];
}

/**
 * Packages `*` does not cover, because they tie a file to one runtime: Node, Electron, native code, the screen.
 * A zone that may import one names it.
 */
export const reservedPackages: readonly string[] = [
  'node:*',
  'electron',
  'onnxruntime-node',
  'sharp',
  'react',
  'react-dom',
  '@mantine/*',
  '@xyflow/react',
];

/** What a host and the screen may know of `shared`: the project, never the compiler. */
const project = [
  'shared/core',
  'shared/nodes',
  'shared/document',
  'shared/protocol',
  'shared/advice',
  'shared/messages',
];

const screen = ['*', 'react', 'react-dom', '@mantine/*', '@xyflow/react'];

export const zones: readonly Zone[] = [
  { folder: 'shared/core', layers: [], packages: [] },
  { folder: 'shared/messages', layers: ['shared/core'], packages: ['zod'] },
  { folder: 'shared/nodes', layers: ['shared/core', 'shared/messages'], packages: ['zod'] },
  {
    folder: 'shared/document',
    layers: ['shared/core', 'shared/nodes', 'shared/messages'],
    packages: ['zod', 'jsonc-parser'],
  },
  { folder: 'shared/ir', layers: ['shared/core'], packages: [] },
  { folder: 'shared/onnx', layers: ['shared/core', 'shared/ir', 'shared/messages'], packages: ['protobufjs'] },
  { folder: 'shared/ops', layers: ['shared/core', 'shared/ir', 'shared/messages'], packages: [] },
  {
    folder: 'shared/compiler',
    layers: ['shared/core', 'shared/ir', 'shared/ops', 'shared/nodes', 'shared/document', 'shared/messages'],
    packages: ['zod'],
  },
  {
    folder: 'shared/protocol',
    layers: ['shared/core', 'shared/nodes', 'shared/document', 'shared/messages'],
    packages: ['zod', '@orpc/contract'],
  },
  {
    folder: 'shared/advice',
    layers: ['shared/core', 'shared/nodes', 'shared/document', 'shared/protocol'],
    packages: [],
  },
  { folder: 'renderer', layers: project, packages: screen },
  { folder: 'renderer/vite.config.ts', layers: [], packages: ['*', 'node:*'] },
  { folder: 'electron/preload', layers: ['shared/protocol'], packages: ['electron'] },
  // Safe ways to read and write files, for every process that has any.
  { folder: 'electron/files', layers: ['shared/core', 'shared/messages'], packages: ['zod', 'node:*'] },
  {
    folder: 'electron/engine',
    layers: ['shared', 'electron/files'],
    packages: ['*', 'node:*', 'onnxruntime-node'],
  },
  // A process of its own, the one where native picture code is loaded.
  {
    folder: 'electron/engine/decoder',
    layers: ['shared/core', 'electron/files', 'electron/engine/data'],
    packages: ['node:*', 'sharp', '@cwasm/nsbmp', 'libheif-js'],
  },
  // Draws the sample pictures that ship with Graft; no part of the program.
  { folder: 'electron/engine/sample', layers: ['shared/core'], packages: ['node:*', 'sharp'] },
  { folder: 'electron/services', layers: ['shared', 'electron/files'], packages: ['*', 'node:*'] },
  {
    folder: 'electron/main',
    layers: ['electron/services', 'electron/files', ...project],
    packages: ['*', 'node:*', 'electron'],
  },
  { folder: 'electron/web', layers: ['electron/services', 'electron/files', ...project], packages: ['*', 'node:*'] },
  // `graft serve` is a command like any other, so the command line knows the browser host.
  {
    folder: 'electron/cli',
    layers: ['electron/services', 'electron/web', 'electron/files', ...project],
    packages: ['*', 'node:*'],
  },
  { folder: 'resources', layers: [], packages: [] },
  {
    folder: 'test',
    layers: ['shared', 'electron', 'renderer', 'resources', '.config'],
    packages: ['*', ...reservedPackages],
  },
  // The packager lists what lies beside the archive with the very code that checks it.
  { folder: '.config', layers: ['electron/services', 'shared/messages'], packages: ['*', 'node:*'] },
];
