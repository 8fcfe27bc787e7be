/** What lies in a data folder and takes no part, or is taken otherwise than it is written. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageFolder } from '#shared/nodes/image-folder.ts';
import { nativePath } from '#electron/files/byte-path.ts';
import { beginsAsPicture } from '#electron/engine/data/picture-format.ts';
import { codes, numbered, picture, PictureFolder } from '#test/support/picture-folder.ts';

const folder = new PictureFolder();

describe('what takes no part is counted', () => {
  test('files of formats that are not read, by their endings', async () => {
    await folder.put([...numbered('a', 3), ...numbered('b', 3), 'a/x.PSD', 'a/y.psd', 'b/z.cr2', 'loose.jpg']);
    await folder.put(['b/notes'], 'text');
    const { facts } = await folder.read();
    expect(facts.leftOut).toEqual([
      { why: 'ending', what: '.psd', count: 2 },
      { why: 'ending', what: '.cr2', count: 1 },
      { why: 'ending', what: '', count: 1 },
      { why: 'loose', what: '', count: 1 },
    ]);
    const [files] =
      imageFolder.check?.({ path: facts.path, limitPerClass: 0, corrections: [] }, 'data', {
        dataset: facts,
        problems: [],
      }) ?? [];
    expect(files?.message).toBe('Left out, in formats that are not read: 2 .psd, 1 .cr2, 1 without an ending.');
  });

  test('a class folder of such files is a problem, a folder of texts is not', async () => {
    await folder.put([...numbered('a', 3), ...numbered('b', 3), 'cup/1.PSD', 'cup/2.PSD', 'docs/readme.md']);
    const { facts } = await folder.read();
    expect(codes(facts)).toEqual(['data.files-not-read', 'data.class-not-read', 'data.folder-without-pictures']);
  });

  test('a folder of nothing else names them', async () => {
    await folder.put(['a/1.PSD', 'b/2.PSD']);
    await expect(folder.read()).rejects.toThrow('It holds 2 .psd, which are not read.');
  });

  test('a class whose files are no pictures is a problem', async () => {
    await folder.put([...numbered('a', 3), ...numbered('b', 3)]);
    await folder.put(numbered('cup', 4), '<html>403</html>');
    expect(codes((await folder.read()).facts)).toEqual(['data.class-not-pictures', 'data.class-doubtful']);
  });

  test('what systems and network drives leave is not', async () => {
    await folder.put([...numbered('a', 3), ...numbered('b', 3), ...numbered('$RECYCLE.BIN/x', 2)]);
    await folder.put(['a/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg', 'b/Thumbs.db', 'b/.thumbnails/1.jpg', 'a/desktop.ini']);
    const { facts, samples } = await folder.read();
    expect(samples).toHaveLength(6);
    expect(facts.leftOut).toEqual([]);
  });
});

test('pictures without an ending are read', async () => {
  await folder.put([...numbered('a', 3), 'b/one', 'b/two', 'b/three']);
  await folder.put(['b/text'], 'no picture');
  const { facts, samples } = await folder.read();
  expect(samples).toHaveLength(6);
  expect(facts.leftOut).toEqual([{ why: 'ending', what: '', count: 1 }]);
});

describe('links', () => {
  const link = (to: string, at: string): Promise<void> => symlink(to, join(folder.root, at), 'junction');

  test('to folders elsewhere are followed, inside a class too', async () => {
    await folder.put([...numbered('out/cups', 3), ...numbered('out/more', 4), ...numbered('data/apple', 2)]);
    await link(join(folder.root, 'out/cups'), 'data/cup');
    await link(join(folder.root, 'out/more'), 'data/apple/disk');
    const { facts } = await folder.read({ path: join(folder.root, 'data') });
    expect(facts.classes.map(({ name, train, validation }) => [name, train + validation])).toEqual([
      ['apple', 6],
      ['cup', 3],
    ]);
    expect(facts.leftOut).toEqual([]);
  });

  test('back into the folder, around it, and twice to one place are cut and counted', async () => {
    await folder.put([...numbered('out', 3), ...numbered('data/a', 2), ...numbered('data/b', 2)]);
    await link(join(folder.root, 'data'), 'data/loop');
    await link(join(folder.root, 'data/a'), 'data/b/sister');
    await link(join(folder.root, 'out'), 'data/c');
    await link(join(folder.root, 'out'), 'data/d');
    const { facts } = await folder.read({ path: join(folder.root, 'data') });
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(facts.leftOut).toEqual([{ why: 'link-again', what: 'd', count: 3 }]);
  });

  test.skipIf(process.platform === 'win32')(
    'that lead nowhere are counted, or named where they are pictures',
    async () => {
      await folder.put([...numbered('a', 2), ...numbered('b', 2)]);
      await symlink('y', join(folder.root, 'x'));
      await symlink('x', join(folder.root, 'y'));
      await symlink('gone.jpg', join(folder.root, 'a/broken.jpg'));
      await symlink(join(folder.root, 'b/1.jpg'), join(folder.root, 'a/linked.jpg'));
      const { facts, samples } = await folder.read();
      expect(samples).toHaveLength(4);
      expect(facts.unreadable).toEqual([
        { path: join(folder.root, 'a/broken.jpg'), reason: 'it is a link that leads nowhere.' },
      ]);
      expect(facts.leftOut).toEqual([
        { why: 'link-again', what: join('a', 'linked.jpg'), count: 1 },
        { why: 'link-nowhere', what: 'x', count: 2 },
      ]);
    },
  );
});

describe.skipIf(process.platform !== 'linux')('names', () => {
  test('that are no UTF-8 are kept to the byte, and read as people would', async () => {
    await folder.put([...numbered('a', 2)]);
    const classFolder = Buffer.concat([Buffer.from(`${folder.root}/na`), Buffer.of(0xef), Buffer.from('ve')]);
    mkdirSync(classFolder);
    for (const name of ['1.jpg', '2.jpg'])
      writeFileSync(Buffer.concat([classFolder, Buffer.from('/caf'), Buffer.of(0xe9), Buffer.from(name)]), picture);
    const { facts, samples } = await folder.read();
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', 'naïve']);
    expect(facts.unreadable).toEqual([]);
    const path = JSON.parse(JSON.stringify(samples[2]?.path)) as string;
    expect(existsSync(nativePath(path))).toBe(true);
    expect(beginsAsPicture(path)).toBe(true);
  });

  test('in two forms of Unicode are one class, and one picture', async () => {
    const [composed, split] = ['café', 'cafe\u0301'];
    await folder.put([...numbered('a', 2), `${composed}/1.jpg`, `${split}/2.jpg`, `${composed}/été.jpg`]);
    await folder.put([`${composed}/e\u0301te\u0301.jpg`]);
    const { facts, samples } = await folder.read();
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', composed]);
    expect(samples).toHaveLength(5);
    expect(facts.leftOut).toEqual([expect.objectContaining({ why: 'twin', count: 1 })]);
  });
});
