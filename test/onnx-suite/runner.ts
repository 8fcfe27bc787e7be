/**
 * `node test/onnx-suite/runner.ts FOLDER < NAMES` checks the cases named on a line each and prints an outcome a line as
 * JSON, and before it that the model runs at all. A process of its own, because a fault in the runtime's native code
 * ends the process that it is in, or keeps it busy for ever.
 */
import { readFileSync } from 'node:fs';
import { checkCase } from '#test/onnx-suite/check.ts';
import type { Line } from '#test/onnx-suite/outcome.ts';

const print = (line: Line): unknown => process.stdout.write(`${JSON.stringify(line)}\n`);

const folder = process.argv[2] as string;
for (const name of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  print(await checkCase(folder, name, () => print({ name, runs: true })));
}
