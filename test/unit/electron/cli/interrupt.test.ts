import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { Documents } from '#electron/services/documents.ts';
import { locateProgram } from '#electron/services/program.ts';
import { fakeEngine } from '#test/unit/electron/support/test-services.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

/** The real command line in a process of its own, over the stand-in engine: a signal needs a process to go to. */
const command = `
  import { locateProgram } from '#electron/services/program.ts';
  import { standardStreams } from '#electron/cli/output.ts';
  import { runCommandLine } from '#electron/cli/program.ts';
  const [engine, ...words] = process.argv.slice(1);
  process.exitCode = await runCommandLine(words, standardStreams, { ...locateProgram(), engine });
`;

test('Ctrl+C stops a run cleanly and is no success', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows passes no Ctrl+C to a process by its number');
  const folder = temporaryFolder();
  const project = await new Documents(join(folder, 'recent.json')).save(
    { ...emptyDocument, title: 'held' },
    join(folder, 'p'),
  );
  const { node, root } = locateProgram();
  const words = ['--input-type=module-typescript', '--eval', command, fakeEngine, 'train', project.path];
  const child = spawn(node, words, { cwd: root, env: { ...process.env, GRAFT_HOME: folder } });
  let out = '';
  let log = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => (log += chunk));
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    const held = out.includes('epoch 1');
    out += chunk;
    if (held || !out.includes('epoch 1')) return;
    // The terminal and npm both pass one key press on.
    child.kill('SIGINT');
    child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(130);
  expect(out).toContain('stopped on request');
  expect(out).toMatch(/^model .+model\.onnx$/m);
  // It is done, and “graft resume” would say so: nothing may promise a checkpoint to go on from.
  expect(out).toContain('A stopped run is finished: export its model as it is, or train again.');
  expect(log).toContain('what was trained is kept');
});
