/** What is shipped reports to nobody: the runtime's telemetry is off wherever it is loaded, and no binary brings another. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snippets } from '#renderer/panels/results/snippets/snippets.ts';
import { knownCollectors, reviewedHosts } from './reviewed-hosts.ts';

const root = join(import.meta.dirname, '../../..');

function filesBelow(folder: string, wanted: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

const posixPath = (file: string): string => relative(root, file).replaceAll('\\', '/');

const door = 'electron/engine/runtime/onnxruntime.ts';

describe('onnxruntime', () => {
  it('is loaded in one place alone', () => {
    const loading = /(?:from|import\(|require\(|\)\()\s*['"]onnxruntime-node['"]/;
    const asType = /^\s*import type .* from 'onnxruntime-node';$/gm;
    const loaders = ['electron', 'shared', 'renderer', 'test', '.config']
      .flatMap((folder) => filesBelow(join(root, folder), /\.(?:ts|tsx|js|mjs|cjs)$/))
      // Code that is handed out, and the test that shows what happens otherwise.
      .filter(
        (file) => !/snippets[\\/](?:javascript|python)\.ts$|privacy\.test/.test(file) && file !== import.meta.filename,
      )
      .filter((file) => loading.test(readFileSync(file, 'utf8').replaceAll(asType, '')));
    expect(loaders.map(posixPath)).toEqual([door]);
  });

  it('is told to be quiet before it is loaded, there', () => {
    const text = readFileSync(join(root, door), 'utf8');
    expect(text.indexOf("process.env[telemetrySwitch] = '1'")).toBeGreaterThan(0);
    expect(text.indexOf("process.env[telemetrySwitch] = '1'")).toBeLessThan(text.indexOf("('onnxruntime-node')"));
    // A static import would be done first, whatever line it stands on.
    expect(text).not.toMatch(/^import (?!type)[^;]*'onnxruntime-node'/m);
  });

  const blocks = [
    ...['README.md', ...filesBelow(join(root, 'docs'), /\.md$/).map(posixPath)].flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^```\w*\n(?<code>.*?)^```/gms)].map(
        ({ groups }) => [file, groups?.['code'] ?? ''] as const,
      ),
    ),
    ...snippets.map(({ name, code }) => [`${name}, handed out`, code('m.onnx')] as const),
  ].filter(([, code]) => /import[^\n]*onnxruntime(?!-web)/.test(code));

  it.each(blocks)('is told to be quiet before it is loaded in code for people: %s', (_name, code) => {
    const quiet = /environ\["ORT_DISABLE_TELEMETRY"\] = "1"|process\.env\.ORT_DISABLE_TELEMETRY = '1'/.exec(code);
    const loaded = /^import[^\n]*onnxruntime|await import\('onnxruntime-node'\)/m.exec(code);
    expect(quiet, 'the variable is set').not.toBeNull();
    expect(loaded, 'by a statement that runs in its turn').not.toBeNull();
    expect(quiet!.index).toBeLessThan(loaded!.index);
  });

  it('is handed out in code for people at all', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(4);
  });
});

/** Addresses of programs that collect, as far as they are known by name. */
const collectors =
  /[a-z0-9-]+\.(?:events\.data\.microsoft\.com|vortex\.data\.microsoft\.com|aria\.microsoft\.com|in\.applicationinsights\.azure\.com|services\.visualstudio\.com|sentry\.io|google-analytics\.com|googletagmanager\.com|crashlytics\.com|app-measurement\.com|segment\.io|mixpanel\.com|amplitude\.com|posthog\.com|bugsnag\.com|rollbar\.com|datadoghq\.com|newrelic\.com|honeycomb\.io|scarf\.sh)/g;

describe('the native files that are shipped', () => {
  const native = ['onnxruntime-node', 'sharp', '@img']
    .flatMap((name) => filesBelow(join(root, 'node_modules', name), /\.(?:node|dll|dylib|so|exe)(?:\.[\d.]+)?$/))
    .map((file) => ({ file, bytes: readFileSync(file) }));

  it('are there', () => {
    expect(native.length).toBeGreaterThan(10);
  });

  it('name no host that nobody has looked at', () => {
    const found = new Map<string, string>();
    for (const { file, bytes } of native)
      for (let at = bytes.indexOf('://'); at >= 0; at = bytes.indexOf('://', at + 1)) {
        const host = /^[a-z0-9.-]+\.[a-z]{2,}/i.exec(bytes.toString('latin1', at + 3, at + 100))?.[0].toLowerCase();
        if (host !== undefined && !(host in reviewedHosts)) found.set(host, posixPath(file));
      }
    expect(Object.fromEntries(found)).toEqual({});
  });

  it('hold no collector but those that are turned off', () => {
    const found = new Set(native.flatMap(({ bytes }) => bytes.toString('latin1').match(collectors) ?? []));
    expect([...found].toSorted()).toEqual(Object.keys(knownCollectors).toSorted());
  });
});
