/**
 * `npm run sizes [-- --target T] [--modules FOLDER]`: what goes into a package, part by part, by electron-builder's own
 * filters; needs no Electron, whose own files come on top. The parts of another platform lie in a folder that npm
 * filled for it: `npm install --os=win32 --cpu=x64 --ignore-scripts` beside a copy of package.json.
 */
import { parseArgs } from 'node:util';
import { root } from './configuration.ts';
import { packagedFiles, type Target, targets } from './files.ts';

const parts: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Node', /^node_modules\/node\//u],
  ['onnxruntime', /^node_modules\/onnxruntime-/u],
  ['sharp and libvips', /^node_modules\/(sharp|@img)\//u],
  ['window', /^out\/renderer\//u],
  ['host, engine, command line', /^out\//u],
  ['model and sample', /^resources\//u],
  ['rest', /^/u],
];

/** Bytes of each part that a target has. */
export function sizesOf(target: Target, modules = root): ReadonlyMap<string, number> {
  const sizes = new Map(parts.map(([name]) => [name, 0]));
  for (const { path, bytes } of packagedFiles({ target, modules })) {
    const [name = 'rest'] = parts.find(([, pattern]) => pattern.test(path)) ?? [];
    sizes.set(name, (sizes.get(name) ?? 0) + bytes);
  }
  return sizes;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

if (import.meta.main) {
  const { values } = parseArgs({
    options: { target: { type: 'string', multiple: true }, modules: { type: 'string' } },
  });
  const wanted = values.target ?? [`${process.platform}-${process.arch}`];
  for (const name of wanted) {
    const target = targets.find((one) => one === name);
    if (!target) throw new Error(`${name} is none of ${targets.join(', ')}`);
    const sizes = sizesOf(target, values.modules);
    console.log(`${target}, megabytes of 1,000,000 bytes`);
    for (const [part, bytes] of sizes) console.log(`  ${part.padEnd(28)}${megabytes(bytes).padStart(8)}`);
    console.log(
      `  ${'all'.padEnd(28)}${megabytes([...sizes.values()].reduce((sum, one) => sum + one, 0)).padStart(8)}`,
    );
  }
}
