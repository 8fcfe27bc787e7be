/**
 * The gradient graphs of all of ONNX's own operator tests whose operator carries a gradient. `fetch.py` beside this
 * file brings them; GRAFT_ONNX_TESTS names their folder, ONNX_CASE a part of the names of those to run.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { report } from '#test/onnx-suite/report.ts';
import { runCases } from '#test/onnx-suite/run-cases.ts';

const folders = [
  process.env['GRAFT_ONNX_TESTS'],
  join(homedir(), '.cache', 'onnx-tests'),
  '/usr/share/libonnx-testdata/data/node',
];

const folder = folders.find((path) => path !== undefined && existsSync(join(path, 'test_abs', 'model.onnx')));

test('ONNX operator tests', { timeout: 1_200_000 }, async (context) => {
  if (folder === undefined) {
    context.skip('ONNX’s operator tests are not there; python3 test/onnx-suite/fetch.py brings them');
    return;
  }
  const names = readdirSync(folder).filter(
    (name) => name.startsWith('test_') && name.includes(process.env['ONNX_CASE'] ?? ''),
  );
  const outcomes = await runCases(folder, names.toSorted());
  process.stdout.write(`\n${report(outcomes)}\n`);
  const failed = outcomes.filter(({ kind }) => kind === 'failed');
  expect(failed.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([]);
  expect(outcomes.filter(({ kind }) => kind === 'passed')).not.toHaveLength(0);
});
