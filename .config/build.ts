/**
 * Builds the program's own processes for a desktop: the window's host and its preload, the engine and the command
 * line. In a checkout the last two run as sources; packed, they are plain files beside the archive.
 */
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';

const root = join(import.meta.dirname, '..');

interface Bundle {
  readonly name: string;
  /** Entries by the name of their output. */
  readonly entries: Readonly<Record<string, string>>;
  readonly format: 'es' | 'cjs';
  /** Packages that are not bundled: the runtime's own, native ones, and ones that are only tried. */
  readonly external: readonly string[];
}

export const bundles: readonly Bundle[] = [
  { name: 'main', entries: { main: 'electron/main/main.ts' }, format: 'es', external: ['electron'] },
  // A sandboxed preload is read as one CommonJS script.
  { name: 'preload', entries: { preload: 'electron/preload/preload.ts' }, format: 'cjs', external: ['electron'] },
  {
    name: 'engine',
    entries: {
      main: 'electron/engine/main.ts',
      // Started by path: the process that decodes pictures with its threads and the thread that keeps it, and one that
      // may die of a broken driver.
      decoder: 'electron/engine/decoder/main.ts',
      'decode-worker': 'electron/engine/decoder/decode-worker.ts',
      'decoder-thread': 'electron/engine/data/decoder-thread.ts',
      probe: 'electron/engine/runtime/probe.ts',
      'watch-worker': 'electron/engine/vitals/watch-worker.ts',
    },
    format: 'es',
    external: ['onnxruntime-node', 'sharp', '@cwasm/nsbmp', 'libheif-js'],
  },
  {
    name: 'cli',
    entries: { main: 'electron/cli/main.ts' },
    format: 'es',
    external: ['bufferutil', 'utf-8-validate'],
  },
];

/** Builds into a folder of the bundle's name under `output`. */
export async function buildBundle(bundle: Bundle, output = join(root, 'out')): Promise<void> {
  await build(settings(bundle, output));
}

/** The packages that a bundle holds modules of, as JSON with their licences; builds it and writes nothing. */
export async function listPackages(bundle: Bundle): Promise<string> {
  const { build: options, ...rest } = settings(bundle, join(root, 'out'));
  const license = { fileName: 'licences.json' };
  const built = await build({ ...rest, build: { ...options, license, write: false, emptyOutDir: false } });
  const [{ output } = { output: [] }] = [built].flat() as { output: { fileName: string; source?: string }[] }[];
  return output.find(({ fileName }) => fileName === license.fileName)?.source ?? '[]';
}

function settings(bundle: Bundle, output: string): InlineConfig {
  const ending = bundle.format === 'cjs' ? 'cjs' : 'js';
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: [...bundle.external] },
    build: {
      ssr: true,
      target: 'node24',
      outDir: join(output, bundle.name),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(bundle.entries).map(([name, file]) => [name, join(root, file)])),
        external: [...bundle.external],
        output: {
          format: bundle.format,
          entryFileNames: `[name].${ending}`,
          chunkFileNames: `[name]-[hash].${ending}`,
        },
      },
    },
  };
}

if (import.meta.main) for (const bundle of bundles) await buildBundle(bundle);
