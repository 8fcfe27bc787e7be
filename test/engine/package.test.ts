/** A whole package, made by electron-builder itself of everything but Electron, and what then lies in it. */
import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedFiles } from '#config/packaging/files.ts';
import { packageProgram } from '#config/packaging/package-program.ts';
import { besideListFile, type BesideList, checkBeside } from '#electron/services/beside-files.ts';
import { layElectron, layElectronModule, layProject } from '#test/support/packaged-project.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

interface Archive {
  extractFile: (archive: string, file: string) => Buffer;
  listPackage: (archive: string, options: { isPack: boolean }) => string[];
}

const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const asar = createRequire(builder.resolve('app-builder-lib'))('@electron/asar') as Archive;

// The stand-in is an Electron for Linux.
const isHere = process.platform === 'linux';
const target = `linux-${process.arch}` as 'linux-x64';

describe.runIf(isHere)('a package', () => {
  let project: string;
  let electron: string;
  let resources: string;
  let list: BesideList;
  const signed = [
    `node_modules/@img/sharp-${target}/lib/${readdirSync(`node_modules/@img/sharp-${target}/lib`)[0]}`,
    'node_modules/node/bin/node',
  ];

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'graft-package-'));
    electron = mkdtempSync(join(tmpdir(), 'graft-electron-'));
    await layProject(project);
    layElectron(electron);
    const environment = { GRAFT_UPDATE_FEED: 'https://example.org/graft' };
    // What a signature does to a file, as far as its bytes go: the loader does not mind.
    const signing = { files: signed, sign: (file: string) => appendFileSync(file, 'SIGNED') };
    await packageProgram({ environment, dir: true, project, electronDist: electron, signing });
    resources = join(project, 'dist', 'linux-unpacked', 'resources');
    list = JSON.parse(asar.extractFile(join(resources, 'app.asar'), besideListFile).toString()) as BesideList;
  });

  afterAll(() => {
    for (const folder of [project, electron]) rmSync(folder, { recursive: true, force: true });
  });

  test('lists in its archive exactly what lies beside it', async () => {
    await expect(checkBeside(resources, list)).resolves.toBeUndefined();
    const paths = Object.keys(list.files);
    for (const path of ['node', 'out/engine/main.js', 'out/cli/main.js', 'out/renderer/index.html', 'package.json']) {
      expect(paths).toContain(path === 'node' ? path : `app.asar.unpacked/${path}`);
    }
    expect(existsSync(join(resources, 'app.asar.unpacked', 'out', 'main'))).toBe(false);
  });

  test('holds what its filters say and nothing else', () => {
    const expected = packagedFiles({ target, project });
    const beside = expected.filter(({ unpacked }) => unpacked).map(({ path }) => path);
    const found = Object.keys(list.files).map((path) => path.replace('app.asar.unpacked/', ''));
    expect(found.toSorted()).toEqual(beside.map((path) => path.replace(/^node_modules\/node\/bin\//u, '')).toSorted());
    const inside = asar.listPackage(join(resources, 'app.asar'), { isPack: true });
    const packed = inside.filter((line) => line.startsWith('pack ')).map((line) => line.split(/: [\\/]/u)[1] ?? '');
    const files = packed.filter((path) => statSync(join(project, path)).isFile() && !beside.includes(path));
    expect(files.toSorted()).toEqual(
      expected
        .filter(({ unpacked }) => !unpacked)
        .map(({ path }) => path)
        .toSorted(),
    );
  });

  test('has the signed files, hashed as they are when signed, and leaves the checkout’s as they were', () => {
    for (const path of signed) {
      const place = path.endsWith('/node') ? 'node' : `app.asar.unpacked/${path}`;
      expect(readFileSync(join(resources, place)).subarray(-6).toString()).toBe('SIGNED');
      expect(readFileSync(join(project, path)).subarray(-6).toString()).not.toBe('SIGNED');
    }
  });

  test('runs commands and its engine', () => {
    const home = temporaryFolder();
    const run = (...words: string[]): string =>
      execFileSync(join(resources, 'node'), [join(resources, 'app.asar.unpacked/out/cli/main.js'), ...words], {
        cwd: home,
        env: { GRAFT_HOME: join(home, 'home') },
        encoding: 'utf8',
      });
    expect(run('stages', 'nano', '--json').trim().split('\n').length).toBeGreaterThan(3);
    // Reads pictures and trains: sharp with libvips, the decoding threads, and the runtime.
    const orchard = join(resources, 'app.asar.unpacked/resources/sample/orchard');
    run('new', 'image-classification', '--data', orchard, '--backbone', 'nano', '-o', 'orchard.graft');
    const few = ['--set', 'data.limitPerClass=10', '--set', 'training.epochs=1', '--device', 'cpu', '--json'];
    expect(run('train', 'orchard.graft', ...few)).toMatch(/"event":"done"/u);
  });

  test('has code for newer versions that works as it is bundled', async () => {
    const folder = temporaryFolder();
    const chunks = readdirSync(join(project, 'out', 'main')).filter((name) => name.endsWith('.js'));
    const chunk = chunks.find((name) => name.startsWith('update-source')) ?? '';
    // What it shares with others lies in chunks of its own.
    for (const name of chunks) cpSync(join(project, 'out', 'main', name), join(folder, name));
    cpSync(join(project, 'package.json'), join(folder, 'package.json'));
    layElectronModule(join(folder, 'node_modules', 'electron'));
    const server = createServer((_, response) =>
      response.end('{"version":"999.0.0","files":[],"path":"","sha512":""}'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const feed = { provider: 'generic', url, page: url, updaterCacheDirName: 'graft' };
    writeFileSync(join(folder, 'feed.json'), JSON.stringify(feed));
    const script = `import { openUpdateSource } from './${chunk}';
      const feed = { ...${JSON.stringify(feed)}, file: 'feed.json' };
      console.log(await openUpdateSource(feed, 'linux', () => undefined).check());`;
    writeFileSync(join(folder, 'look.js'), script);
    const { stdout } = await promisify(execFile)(join(resources, 'node'), ['look.js'], { cwd: folder });
    server.close();
    expect(stdout).toBe('999.0.0\n');
  });

  test('keeps the feed for newer versions inside the archive', () => {
    const feed = asar.extractFile(join(resources, 'app.asar'), 'out/main/update-feed.json').toString();
    expect(JSON.parse(feed)).toMatchObject({ provider: 'generic', url: 'https://example.org/graft' });
  });

  test('has its fuses set, its notices beside it, Electron’s licences, and one language', () => {
    const program = join(project, 'dist', 'linux-unpacked');
    const binary = readFileSync(join(program, 'graft'), 'latin1');
    // In the order of @electron/fuses: runAsNode first, grantFileProtocolExtraPrivileges last.
    expect(binary.slice(-8)).toBe('01001100');
    expect(readdirSync(join(program, 'locales'))).toEqual(['en-US.pak']);
    expect(readdirSync(program)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
    expect(readdirSync(resources)).toEqual(expect.arrayContaining(['THIRD-PARTY-NOTICES.txt', 'LICENSE.txt']));
  });

  test('is not made of what does not belong to it', async () => {
    writeFileSync(join(electron, 'resources', 'planted.node'), 'code');
    const again = packageProgram({ environment: {}, dir: true, project, electronDist: electron });
    await expect(again).rejects.toThrow(/planted\.node does not belong to it/u);
  });
});
