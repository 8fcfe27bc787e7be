/** A run whose folder nobody can write in is still evaluated and exported from. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateProgram } from '#electron/services/program.ts';
import { train } from '#electron/engine/training/runs.ts';
import { Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
const run = join(home.path, 'runs', 'finished');
beforeAll(async () => {
  await makePictures(data, 6);
  const listener = new Listener();
  const document = project(data, ['training.epochs=2', 'split.validation=0.4']);
  await train({ document, baseFolder: home.path, device: 'cpu', runFolder: run }, listener.hear);
  await listener.over;
});
afterAll(() => {
  if (process.getuid?.() !== 0) chmodSync(run, 0o700);
  home.remove();
});

const isRoot = process.getuid?.() === 0;
/** The administrator may write everywhere but on a file system that is mounted for reading alone. */
const canMount = isRoot && spawnSync('unshare', ['--mount', 'true']).status === 0;

it('is evaluated and exported from', ({ skip }) => {
  skip(process.platform === 'win32' || (isRoot && !canMount), 'nothing here is read-only to this user');
  if (!isRoot) chmodSync(run, 0o500);
  const { node, commandLine, root } = locateProgram();
  const file = join(home.path, 'taken.onnx');
  const graft = [node, commandLine].map((word) => `'${word}'`).join(' ');
  const script = [
    ...(isRoot ? [`mount --bind '${run}' '${run}'`, `mount -o remount,ro,bind '${run}'`] : []),
    `! touch '${run}/x' 2>/dev/null`,
    `${graft} evaluate '${run}' --json`,
    `${graft} export '${run}' -o '${file}' --json`,
  ].join(' && ');
  const [program = '', ...words] = isRoot ? ['unshare', '--mount', 'sh', '-c', script] : ['sh', '-c', script];
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, GRAFT_HOME: home.path } } as const;
  const [evaluation, report] = execFileSync(program, words, options).trim().split('\n');
  expect(JSON.parse(evaluation as string)).toMatchObject({ classes: ['class-0', 'class-1', 'class-2'] });
  expect(JSON.parse(report as string)).toMatchObject({ passed: true });
  expect(existsSync(file)).toBe(true);
  expect(readdirSync(run).filter((name) => /lock|tmp/.test(name))).toEqual([]);
});
