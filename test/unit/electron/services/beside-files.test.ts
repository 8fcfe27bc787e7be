import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { besideListFile, checkBeside, describeBeside, readBesideList } from '#electron/services/beside-files.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

const engine = 'app.asar.unpacked/out/engine/main.js';
const page = 'app.asar.unpacked/out/renderer/index.html';
const native = 'app.asar.unpacked/node_modules/sharp/sharp.node';

/** A folder as an installer leaves it, small. */
function install(): string {
  const folder = temporaryFolder();
  for (const [path, content] of [
    ['app.asar', 'archive'],
    ['app-update.yml', 'provider: generic'],
    ['node', 'a binary'],
    [engine, 'engine();'],
    [page, '<title>workbench</title>'],
    [native, '\0native'],
  ] as const) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe('the files beside the archive', () => {
  test('are listed with sizes and hashes, the archive itself and what is only data not among them', async () => {
    const { files } = await describeBeside(install());
    expect(Object.keys(files)).toEqual([native, engine, page, 'node']);
    // `printf 'engine();' | sha256sum`
    expect(files[engine]).toEqual({
      bytes: 9,
      sha256: '9166037d84473f6f5d30016e0b97a788887f7f2e0a67005e16571c6b6e7d6bd2',
    });
  });

  test('pass as they were installed, with what file managers leave', async () => {
    const folder = install();
    const list = await describeBeside(folder);
    writeFileSync(join(folder, 'app.asar.unpacked/out/.DS_Store'), 'x');
    writeFileSync(join(folder, 'icon.png'), 'x');
    await expect(checkBeside(folder, list)).resolves.toBeUndefined();
  });

  test.each([
    ['another byte', engine, (path: string) => writeFileSync(path, 'engine[];'), 'file-changed'],
    ['a longer file', 'node', (path: string) => appendFileSync(path, '!'), 'file-changed'],
    ['no file', native, (path: string) => rmSync(path), 'file-missing'],
    ['a link to the same', engine, replaceByLink, 'file-changed'],
    ['a folder', native, replaceByFolder, 'file-changed'],
  ] as const)('are refused with %s for %s', async (_, path, change, code) => {
    const folder = install();
    const list = await describeBeside(folder);
    change(join(folder, path));
    await expect(checkBeside(folder, list)).rejects.toMatchObject({
      code: `program.${code}`,
      message: expect.stringContaining(join(folder, path)) as string,
    });
  });

  test.each([
    'app.asar.unpacked/out/engine/other.js',
    'app.asar.unpacked/out/renderer/other.html',
    'app.asar.unpacked/node_modules/bufferutil/package.json',
    'app.asar.unpacked/run-me',
    'dbghelp.DLL',
    'preload.node',
    'node_modules/bufferutil/index.js',
  ])('are refused with %s added', async (path) => {
    const folder = install();
    const list = await describeBeside(folder);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'x');
    chmodSync(join(folder, path), 0o755);
    const found = path.startsWith('node_modules') ? 'node_modules' : path;
    await expect(checkBeside(folder, list)).rejects.toMatchObject({
      code: 'program.file-added',
      message: expect.stringContaining(join(folder, found)) as string,
    });
  });

  test('of the pages can be looked at alone', async () => {
    const folder = install();
    const list = await describeBeside(folder);
    writeFileSync(join(folder, engine), 'another');
    await expect(checkBeside(folder, list, 'pages')).resolves.toBeUndefined();
    writeFileSync(join(folder, page), 'another');
    await expect(checkBeside(folder, list, 'pages')).rejects.toMatchObject({ code: 'program.file-changed' });
    writeFileSync(join(folder, `${dirname(page)}/new.js`), 'another');
    await expect(checkBeside(folder, list, 'pages')).rejects.toMatchObject({ code: 'program.file-added' });
  });

  test('are refused whole when the list is not there or makes no sense', async () => {
    const root = temporaryFolder();
    await expect(readBesideList(root)).rejects.toMatchObject({ code: 'program.list-unreadable' });
    mkdirSync(dirname(join(root, besideListFile)), { recursive: true });
    writeFileSync(join(root, besideListFile), '{"format":1,"files":{"node":{"bytes":1,"sha256":"none"}}}');
    await expect(readBesideList(root)).rejects.toMatchObject({ code: 'program.list-unreadable' });
    const list = await describeBeside(install());
    writeFileSync(join(root, besideListFile), JSON.stringify(list));
    await expect(readBesideList(root)).resolves.toEqual(list);
  });
});

/** To the same content, under a name that is overlooked and as long as the file was. */
function replaceByLink(path: string): void {
  renameSync(path, join(dirname(path), '.DS_Store'));
  symlinkSync('.DS_Store', path);
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}
