/**
 * Whether Graft grows well: a hundred thousand steps, batches of all sizes, a hundred thousand pictures, and the time
 * from starting it to a canvas that can be edited. Everything goes through the command line or the browser host.
 *
 *     npx node test/bench/growth.ts [document | models | canvas | steps | batch | folder | epoch | start …] [--output FILE]
 *
 * What was measured replaces those parts in growth.json beside this file, or where `--output` says.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBatch } from './growth/batch.ts';
import { measureCanvas } from './growth/canvas.ts';
import { measureDocument } from './growth/document.ts';
import { measureEpoch, measureFolder } from './growth/folder.ts';
import { measureModels } from './growth/models.ts';
import { measureStart } from './growth/start.ts';
import { measureSteps } from './growth/steps.ts';
import { surroundings } from './surroundings.ts';

const parts: Readonly<Record<string, (folder: string, say: (line: string) => void) => Promise<object>>> = {
  document: measureDocument,
  models: measureModels,
  canvas: measureCanvas,
  steps: measureSteps,
  batch: measureBatch,
  folder: measureFolder,
  epoch: measureEpoch,
  start: measureStart,
};

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', default: join(import.meta.dirname, 'growth.json') } },
});
const unknown = names.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}`);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const scratch = mkdtempSync(join(tmpdir(), 'graft-growth-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

for (const name of names.length > 0 ? names : Object.keys(parts)) {
  say(`${name}:`);
  const folder = mkdtempSync(join(scratch, `${name}-`));
  const measured = { ...surroundings(), ...(await parts[name]?.(folder, say)) };
  rmSync(folder, { recursive: true });
  const before = existsSync(options.output) ? (JSON.parse(readFileSync(options.output, 'utf8')) as object) : {};
  writeFileSync(options.output, `${JSON.stringify({ ...before, [name]: measured }, undefined, 2)}\n`);
}
