import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
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

/** Presses Ctrl+C, which the terminal and npm both pass on, once a training says `words`. */
async function interrupted(title: string, words: string): Promise<Ended> {
  const folder = temporaryFolder();
  const file = join(folder, 'p.graft');
  const project = await new Documents(join(folder, 'recent.json')).save({ ...emptyDocument, title }, file);
  return interruptedCommand(folder, ['train', project.path], words);
}

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly log: string;
}

/** The same for any command, once either of its outputs holds `words`. */
async function interruptedCommand(home: string, given: readonly string[], words: string): Promise<Ended> {
  const { node, root } = locateProgram();
  const commandWords = ['--input-type=module-typescript', '--eval', command, fakeEngine, ...given];
  const child = spawn(node, commandWords, { cwd: root, env: { ...process.env, GRAFT_HOME: home } });
  let [out, log] = ['', ''];
  const heard = (before: string, after: string): void => {
    if (before.includes(words) || !after.includes(words)) return;
    child.kill('SIGINT');
    child.kill('SIGINT');
  };
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => heard(log, (log += chunk)));
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => heard(out, (out += chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, out, log };
}

describe('Ctrl+C', () => {
  beforeEach(({ skip }) => skip(process.platform === 'win32', 'Windows passes no Ctrl+C to a process by its number'));

  test('stops a run cleanly and is no success', async () => {
    const { code, out, log } = await interrupted('held', 'epoch 1');
    expect(code).toBe(130);
    expect(out).toContain('stopped on request');
    expect(out).toMatch(/^model .+model\.onnx$/m);
    // It is done, and “graft resume” would say so: nothing may promise a checkpoint to go on from.
    expect(out).toContain('A stopped run is finished: export its model as it is, or train again.');
    expect(log).toContain('what was trained is kept');
  });

  test('before anything was trained is no bad input', async () => {
    const { code, log } = await interrupted('has trained nothing yet', 'A run of the stand-in engine.');
    expect(log).toContain('The run was stopped before anything was trained.');
    expect(code).toBe(130);
  });

  test('stops measuring, and shows what is measured', async () => {
    const words = ['tune', 'waits.onnx', '--case', 'c.json', '--batch', '2', '--json'];
    const { code, out, log } = await interruptedCommand(temporaryFolder(), words, '1 of 2 gradients');
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ stopped: true, measured: 1 });
    expect(log).toContain('what is measured is kept');
  });
});
