/** The program as it lies on disk once installed: bundles and native packages, run by the Node beside them. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildBundle, bundles } from '#config/build.ts';
import { locateProgram } from '#electron/services/program.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const source = locateProgram();

/** Lays the files out as the installer does. The archive itself takes Electron to read, and holds nothing these need. */
async function install(): Promise<{ node: string; commandLine: string; engine: string; home: string }> {
  const folder = temporaryFolder();
  const unpacked = join(folder, 'app.asar.unpacked');
  mkdirSync(unpacked);
  cpSync(join(source.root, 'package.json'), join(unpacked, 'package.json'));
  for (const bundle of bundles.filter(({ name }) => name === 'cli' || name === 'engine')) {
    await buildBundle(bundle, join(unpacked, 'out'));
  }
  symlinkSync(join(source.root, 'resources'), join(unpacked, 'resources'));
  mkdirSync(join(unpacked, 'node_modules', '@img'), { recursive: true });
  for (const name of ['onnxruntime-node', 'sharp']) {
    symlinkSync(join(source.root, 'node_modules', name), join(unpacked, 'node_modules', name));
  }
  const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  cpSync(source.node, node);
  const out = join(unpacked, 'out');
  return {
    node,
    commandLine: join(out, 'cli', 'main.js'),
    engine: join(out, 'engine', 'main.js'),
    home: join(folder, 'home'),
  };
}

test('runs commands and its engine without a checkout around it', async () => {
  const { node, commandLine, engine, home } = await install();
  const run = (...words: string[]): string =>
    execFileSync(node, [commandLine, ...words], {
      cwd: home.replace(basename(home), ''),
      env: { GRAFT_HOME: home },
      encoding: 'utf8',
    });
  const devices = run('devices', '--json')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(devices).toContainEqual(expect.objectContaining({ device: 'cpu', available: true }));
  const stages = run('stages', 'nano', '--json').trim().split('\n');
  expect(stages.length).toBeGreaterThan(3);

  // Its process for pictures, with the thread that keeps it and its own, is found beside the engine.
  const child = fork(engine, [], { execPath: node, execArgv: [], env: { GRAFT_HOME: home } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const picture = join(source.root, 'resources', 'icons', 'icon.png');
  child.send({ id: 1, procedure: 'thumbnails', input: { paths: [picture], size: 16 } });
  expect((await once(child, 'message'))[0]).toMatchObject({
    type: 'reply',
    output: { [picture]: expect.stringContaining('data:image/webp;base64,') as string },
  });
});
