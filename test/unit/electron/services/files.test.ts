import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listFolder, meantPath } from '#electron/services/files.ts';
import { keepUpload, uploadLimit } from '#electron/services/uploads.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

describe('folder listings', () => {
  test('show folders first, files with the endings asked for, numbers in order, nothing hidden', async () => {
    const folder = temporaryFolder();
    for (const name of ['b', 'a10', 'a2', '.hidden']) mkdirSync(join(folder, name));
    for (const name of ['net.ONNX', 'notes.txt', '.secret.onnx']) writeFileSync(join(folder, name), '12345');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.onnx'));
    const listing = await listFolder(folder, ['.onnx'], '/');
    expect(listing.entries.map(({ name }) => name)).toEqual(['a2', 'a10', 'b', 'net.ONNX']);
    expect(listing.entries.at(-1)).toMatchObject({ folder: false, bytes: 5, path: join(folder, 'net.ONNX') });
    expect(listing.parent).toBe(join(folder, '..'));
  });

  test('start where they are told to and end at the root', async () => {
    const folder = temporaryFolder();
    expect((await listFolder('', [], folder)).folder).toBe(folder);
    expect((await listFolder('/', [], folder)).parent).toBeNull();
  });

  test('say why a folder cannot be listed', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const code = 'files.folder-unreadable';
    await expect(listFolder(join(folder, 'nowhere'), [], '/')).rejects.toMatchObject({
      code,
      message: /does not exist/,
    });
  });

  test('of a file are those of its folder, and say which it was', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.graft'), '');
    expect(await listFolder(join(folder, 'a.graft'), ['.onnx'], '/')).toMatchObject({
      folder,
      entries: [],
      file: join(folder, 'a.graft'),
    });
    expect((await listFolder(folder, [], '/')).file).toBeUndefined();
  });

  test.each([
    ['"/photos/my cats"', '/photos/my cats'],
    [" '/photos' ", '/photos'],
    ['~', '/home/ada'],
    ['~/photos', '/home/ada/photos'],
    ['~ada/photos', '~ada/photos'],
    ['/a "b"', '/a "b"'],
    ...(process.platform === 'win32' ? [] : [['file:///photos/my%20cats', '/photos/my cats']]),
    ['file://%', 'file://%'],
  ])('of %s are those of what is meant', (text, path) => {
    expect(meantPath(text, '/home/ada')).toBe(path);
  });
});

describe('uploads', () => {
  const content = Buffer.from('picture').toString('base64');

  test('keep the folder’s own structure, over several calls', async () => {
    const root = temporaryFolder();
    const first = await keepUpload(root, 'photos', [{ path: 'cat/1.png', content }]);
    const folder = await keepUpload(root, first, [{ path: 'dog/1.png', content }]);
    expect(folder).toBe(join(root, 'photos'));
    for (const name of ['cat', 'dog']) expect(readFileSync(join(folder, name, '1.png'), 'utf8')).toBe('picture');
  });

  test.each([
    '../out.png',
    'a/../../out.png',
    '/etc/out.png',
    'a\\..\\out.png',
    'C:/out.png',
    'a//b.png',
    '',
    'nul.png',
    'a\0b',
  ])('refuse the path %j and write nothing', async (path) => {
    const root = temporaryFolder();
    const files = [
      { path: 'fine.png', content },
      { path, content },
    ];
    await expect(keepUpload(root, 'photos', files)).rejects.toMatchObject({ code: 'files.upload-refused' });
    expect((await listFolder(root, [], '/')).entries).toEqual([]);
  });

  test('never mix two folders of one name', async () => {
    const root = temporaryFolder();
    const folders = await Promise.all(['a', 'b'].map((path) => keepUpload(root, 'photos', [{ path, content }])));
    expect(new Set(folders)).toEqual(new Set([join(root, 'photos'), join(root, 'photos-2')]));
  });

  test.each(['..', '.', '', 'a/b', 'a\\b', '/etc', 'ROOT/..', 'ROOT/../photos', 'ROOT/a/b'])(
    'refuse the folder %j',
    async (folder) => {
      const root = temporaryFolder();
      await expect(keepUpload(root, folder.replace('ROOT', root), [])).rejects.toMatchObject({
        code: 'files.upload-refused',
      });
    },
  );

  test('refuse more than fits into one call', async () => {
    const files = [{ path: 'a.png', content: 'A'.repeat(Math.ceil(uploadLimit / 0.75) + 4) }];
    await expect(keepUpload(temporaryFolder(), 'photos', files)).rejects.toMatchObject({ message: /64 MiB/ });
  });
});
