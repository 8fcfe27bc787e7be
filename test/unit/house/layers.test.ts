/** The house's arrows: the table itself, and the linter run as `npm run check` runs it, on files that break them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importProblem } from '#config/lint/layers.ts';
import { zones } from '#config/lint/zones.ts';

const root = join(import.meta.dirname, '../../..');

/** Every arrow of the design: folder, what it may import, what it may not. `|` separates. */
const arrows: [folder: string, allowed: string, refused: string][] = [
  [
    'shared/core',
    'shared/core',
    'shared/messages|shared/ir|electron/services|renderer/store|package zod|package node:fs',
  ],
  ['shared/messages', 'shared/core|package zod', 'shared/nodes|shared/protocol|package react'],
  [
    'shared/nodes',
    'shared/core|shared/messages|package zod',
    'shared/document|shared/compiler|shared/ir|package node:path',
  ],
  ['shared/document', 'shared/core|shared/nodes|shared/messages', 'shared/protocol|shared/compiler|package node:fs'],
  ['shared/ir', 'shared/core', 'shared/messages|shared/ops|shared/onnx|package zod'],
  [
    'shared/onnx',
    'shared/core|shared/ir|shared/messages|package protobufjs',
    'shared/ops|shared/compiler|package onnxruntime-node',
  ],
  ['shared/ops', 'shared/core|shared/ir|shared/messages', 'shared/compiler|shared/nodes|package zod'],
  [
    'shared/compiler',
    'shared/core|shared/ir|shared/ops|shared/nodes|shared/document|shared/messages',
    'shared/onnx|shared/protocol|electron/engine|package onnxruntime-node',
  ],
  [
    'shared/protocol',
    'shared/core|shared/nodes|shared/document|shared/messages|package @orpc/contract',
    'shared/ir|shared/compiler|package @orpc/server',
  ],
  ['shared/advice', 'shared/core|shared/document|shared/protocol', 'shared/compiler|renderer/app|package zod'],
  [
    'renderer',
    'renderer/store|shared/core|shared/nodes|shared/document|shared/protocol|shared/messages|package react|package @mantine/core',
    'shared/compiler|shared/ir|shared/onnx|shared/ops|electron/services|package electron|package node:fs|package fs|package onnxruntime-node|package sharp',
  ],
  ['electron/preload', 'shared/protocol|package electron', 'shared/core|electron/services|package node:fs|package zod'],
  [
    'electron/files',
    'shared/core|shared/messages|package node:fs|package zod',
    'shared/nodes|shared/protocol|electron/services|package sharp|package hono',
  ],
  [
    'electron/engine',
    'electron/files|shared/compiler|shared/onnx|shared/protocol|package onnxruntime-node|package node:fs/promises',
    'electron/services|renderer/store|package sharp|package electron|package react',
  ],
  [
    'electron/engine/decoder',
    'electron/engine/data|electron/files|shared/core|package sharp|package node:fs',
    'electron/engine/training|electron/services|shared/compiler|package onnxruntime-node|package zod',
  ],
  [
    'electron/engine/sample',
    'shared/core|package sharp|package node:fs',
    'electron/engine/data|electron/services|package onnxruntime-node',
  ],
  [
    'electron/services',
    'electron/files|shared/document|shared/protocol|package node:child_process|package write-file-atomic',
    'electron/engine|electron/main|electron/web|package electron|package onnxruntime-node|package sharp',
  ],
  [
    'electron/main',
    'electron/services|shared/protocol|package electron',
    'electron/engine|shared/compiler|shared/ir|renderer/app|package onnxruntime-node',
  ],
  [
    'electron/web',
    'electron/services|shared/protocol|package hono',
    'electron/engine|electron/main|shared/compiler|package electron',
  ],
  [
    'electron/cli',
    'electron/services|electron/web|shared/messages|package commander',
    'electron/engine|electron/main|shared/compiler|package sharp',
  ],
];

const specifierOf = (target: string): string =>
  target.startsWith('package ') ? target.slice('package '.length) : `#${target}/some-file.ts`;

describe('the table of arrows', () => {
  it.each(arrows)('%s', (folder, allowed, refused) => {
    for (const target of allowed.split('|')) {
      expect(importProblem(`${folder}/file.ts`, specifierOf(target)), `${folder} → ${target}`).toBeUndefined();
    }
    for (const target of refused.split('|')) {
      const message = importProblem(`${folder}/file.ts`, specifierOf(target));
      expect(message, `${folder} → ${target}`).toContain(`${folder} may not import`);
      expect(message, `${folder} → ${target}`).toContain('Allowed layers: ');
    }
  });

  it('covers every zone of shared, renderer and electron', () => {
    const houses = zones
      .map((zone) => zone.folder)
      .filter((folder) => /^(shared|renderer|electron)/.test(folder) && !folder.endsWith('.ts'));
    expect(new Set(arrows.map(([folder]) => folder))).toEqual(new Set(houses));
  });

  it('asks for a zone before a new folder can hold code', () => {
    expect(importProblem('shared/attic/file.ts', '#shared/core/shape.ts')).toContain('lies in no zone');
  });

  it('lets relative paths stay inside the zone only', () => {
    expect(importProblem('shared/ops/conv/forward.ts', '../table.ts')).toBeUndefined();
    expect(importProblem('shared/ops/table.ts', '../core/shape.ts')).toContain('relative path');
  });
});

describe('the linter', () => {
  let house: string;

  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), 'graft-house-'));
  });
  afterAll(() => rmSync(house, { recursive: true, force: true }));

  /** Lints one file of an otherwise empty house with the repository's own configuration. */
  function lint(file: string, source: string): { status: number | null; output: string } {
    const path = join(house, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
    const linter = join(root, 'node_modules/oxlint/bin/oxlint');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [linter, '-c', join(root, '.oxlintrc.json'), '--format=unix', file],
      { cwd: house, encoding: 'utf8' },
    );
    return { status, output: stdout + stderr };
  }

  it('fails on a forbidden import and names the allowed layers', () => {
    const { status, output } = lint(
      'renderer/app/shortcut.ts',
      "import { compile } from '#shared/compiler/compile.ts';\nexport const shortcut = compile;\n",
    );
    expect(status).toBe(1);
    expect(output).toContain(
      'renderer may not import shared/compiler (#shared/compiler/compile.ts). ' +
        'Allowed layers: shared/core, shared/nodes, shared/document, shared/protocol, shared/advice, shared/messages.',
    );
  });

  it.each([
    ['a re-export', "export { train } from '#electron/engine/main.ts';\n"],
    ['a star re-export', "export * from '#electron/engine/main.ts';\n"],
    ['a type import', "import type { Train } from '#electron/engine/main.ts';\nexport type T = Train;\n"],
    ['a dynamic import', "export const load = () => import('#electron/engine/main.ts');\n"],
    ['an import type', "export type T = import('#electron/engine/main.ts').Train;\n"],
  ])('sees %s', (_form, source) => {
    const { status, output } = lint('electron/services/short-way.ts', source);
    expect(status).toBe(1);
    expect(output).toContain(
      'electron/services may not import electron/engine (#electron/engine/main.ts). Allowed layers: shared, electron/files.',
    );
  });

  it('passes a file that keeps to the arrows', () => {
    const { status, output } = lint(
      'shared/ops/sum.ts',
      "import { elementCount } from '#shared/core/shape.ts';\nexport const count = elementCount([2, 3]);\n",
    );
    expect(output).not.toContain('graft(layers)');
    expect(status).toBe(0);
  });
});
