import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFolder, type FolderRequest } from '#electron/engine/data/folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(paths: readonly string[], content = 'x'): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

function numbered(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}/${index + 1}.jpg`);
}

function read(request: Partial<FolderRequest> = {}): ReturnType<typeof readFolder> {
  return readFolder({ path: root, validation: 0.2, seed: 1, limitPerClass: 0, ...request });
}

function relativePaths(samples: readonly { path: string }[]): string[] {
  return samples.map(({ path }) => relative(root, path).replaceAll('\\', '/'));
}

describe('class folders', () => {
  test('become classes and samples in natural order, split within each class', async () => {
    await put([...numbered('class10', 10), ...numbered('class2', 20)]);
    const { facts, samples } = await read();
    expect(facts.classes).toEqual([
      { name: 'class2', train: 16, validation: 4 },
      { name: 'class10', train: 8, validation: 2 },
    ]);
    expect(facts).toMatchObject({ path: root, train: 24, validation: 6, splitBy: 'fraction', unreadable: [] });
    expect(relativePaths(samples)).toEqual([...numbered('class2', 20), ...numbered('class10', 10)]);
    expect(samples.filter(({ split }) => split === 'validation')).toHaveLength(6);
    expect(new Set(samples.map(({ label }) => label))).toEqual(new Set([0, 1]));
  });

  test('split the same way for the same seed, and another way for another', async () => {
    await put([...numbered('a', 20), ...numbered('b', 20)]);
    const first = (await read()).samples;
    expect((await read()).samples).toEqual(first);
    expect((await read({ seed: 2 })).samples).not.toEqual(first);
  });

  test('hold out one picture at least and leave one at least', async () => {
    await put([...numbered('a', 2), ...numbered('b', 3)]);
    expect((await read({ validation: 0.01 })).facts.classes.map(({ validation }) => validation)).toEqual([1, 1]);
    expect((await read({ validation: 0.99 })).facts.classes.map(({ train }) => train)).toEqual([1, 1]);
  });

  test('may hold folders of their own, whose pictures count', async () => {
    await put(['a/1.jpg', 'a/more/2.jpg', 'a/more/still/3.jpg', 'b/1.jpg', 'b/2.jpg']);
    const { facts, samples } = await read();
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(relativePaths(samples)).toContain('a/more/still/3.jpg');
  });

  test('pass over everything that is no picture', async () => {
    await put([...numbered('a', 2), ...numbered('b', 2), ...numbered('.git', 2), ...numbered('__MACOSX', 2)]);
    await put(['a/.hidden.jpg', 'a/Thumbs.db', 'a/notes.txt', 'docs/readme.md', 'a/x.jpg/inner.txt', 'loose.jpg']);
    const { facts, samples } = await read();
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(samples).toHaveLength(4);
  });

  test('are found whatever the case of the endings', async () => {
    await put(['a/1.JPG', 'a/2.Png', 'b/1.webp', 'b/2.AVIF']);
    expect((await read()).samples).toHaveLength(4);
  });

  test('are found inside the one folder an archive wraps them in', async () => {
    await put([...numbered('photos/a', 2), ...numbered('photos/b', 2)]);
    expect(relativePaths((await read()).samples)).toContain('photos/a/1.jpg');
  });

  test('may be links; a link back up the tree does not add pictures', async () => {
    await put([...numbered('a', 2), ...numbered('elsewhere/b', 2)]);
    await mkdir(join(root, 'data'));
    await symlink(join(root, 'a'), join(root, 'data', 'a'), 'junction');
    await symlink(join(root, 'elsewhere', 'b'), join(root, 'data', 'b'), 'junction');
    await symlink(root, join(root, 'a', 'up'), 'junction');
    expect((await read({ path: join(root, 'data') })).samples).toHaveLength(4);
  });

  test('give examples class by class, training pictures only', async () => {
    await put([...numbered('a', 20), ...numbered('b', 20), ...numbered('c', 20)]);
    const { facts, samples } = await read();
    expect(facts.examples.map(({ label }) => label)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const training = new Set(samples.filter(({ split }) => split === 'train').map(({ path }) => path));
    expect(facts.examples.every(({ path }) => training.has(path))).toBe(true);
    expect(new Set(facts.examples.map(({ path }) => path)).size).toBe(12);
  });
});

describe('a folder with parts of its own', () => {
  test.each(['validation', 'val', 'valid', 'test', 'Validation'])('keeps its split into train and %s', async (name) => {
    await put([...numbered('train/a', 4), ...numbered('train/b', 3)]);
    await put([...numbered(`${name}/a`, 2), ...numbered(`${name}/b`, 1)]);
    const { facts, samples } = await read();
    expect(facts).toMatchObject({ train: 7, validation: 3, splitBy: 'folders' });
    expect(facts.classes[0]).toEqual({ name: 'a', train: 4, validation: 2 });
    expect(samples.every(({ path, split }) => (split === 'train') === path.includes(join(root, 'train')))).toBe(true);
  });

  test('prefers validation over test', async () => {
    for (const part of ['train', 'test', 'validation'])
      await put([...numbered(`${part}/a`, 2), ...numbered(`${part}/b`, 2)]);
    const { samples } = await read();
    expect(relativePaths(samples).some((path) => path.startsWith('test/'))).toBe(false);
  });

  test('is split by fraction when only the training part is there', async () => {
    await put([...numbered('train/a', 5), ...numbered('train/b', 5)]);
    expect((await read()).facts).toMatchObject({ train: 8, validation: 2, splitBy: 'fraction' });
  });

  test('is split by fraction when what lies beside the training part has no labels', async () => {
    await put([...numbered('train/a', 5), ...numbered('train/b', 5), ...numbered('test', 5)]);
    const { facts, samples } = await read();
    expect(facts).toMatchObject({ train: 8, validation: 2, splitBy: 'fraction' });
    expect(samples).toHaveLength(10);
  });

  test('may lack a class in the validation part', async () => {
    await put([...numbered('train/a', 2), ...numbered('train/b', 2), ...numbered('val/b', 2)]);
    expect((await read()).facts.classes[0]).toEqual({ name: 'a', train: 2, validation: 0 });
  });
});

describe('limitPerClass', () => {
  test('draws that many per class by the seed, before splitting', async () => {
    await put([...numbered('a', 30), ...numbered('b', 3)]);
    const { facts, samples } = await read({ limitPerClass: 10 });
    expect(facts.classes.map(({ train, validation }) => train + validation)).toEqual([10, 3]);
    expect(relativePaths(samples).slice(0, 10)).not.toEqual(numbered('a', 10));
    expect((await read({ limitPerClass: 10 })).samples).toEqual(samples);
  });
});

describe('the fingerprint', () => {
  test('survives moving the folder, and changes with any picture', async () => {
    await put([...numbered('one/a', 3), ...numbered('one/b', 3)]);
    await put([...numbered('two/a', 3), ...numbered('two/b', 3)]);
    const when = new Date('2024-05-06T07:08:09Z');
    const everything = await Promise.all(['one', 'two'].map((name) => read({ path: join(root, name) })));
    for (const { samples } of everything) for (const { path } of samples) await utimes(path, when, when);
    const print = async (name: string): Promise<string> => (await read({ path: join(root, name) })).facts.fingerprint;
    const before = await print('one');
    expect(await print('two')).toBe(before);
    await utimes(join(root, 'one/a/2.jpg'), when, new Date('2024-05-06T07:08:10Z'));
    expect(await print('one')).not.toBe(before);
    await put(['two/a/4.jpg']);
    expect(await print('two')).not.toBe(before);
  });
});

test('an empty file is left out and listed', async () => {
  await put([...numbered('a', 3), ...numbered('b', 3)]);
  await put(['a/2.jpg'], '');
  const { facts, samples } = await read();
  expect(samples).toHaveLength(5);
  expect(facts.unreadable).toEqual([{ path: join(root, 'a/2.jpg'), reason: 'the file is empty.' }]);
});

describe('problems', () => {
  test('no folder chosen', async () => {
    await expect(read({ path: '' })).rejects.toMatchObject({ code: 'data.folder-unset' });
  });
  test('a folder that is not there, or is a file', async () => {
    await put(['file.jpg']);
    for (const name of ['nowhere', 'file.jpg']) {
      await expect(read({ path: join(root, name) })).rejects.toMatchObject({ code: 'data.folder-missing' });
    }
  });
  test('no pictures', async () => {
    await put(['a/readme.txt', 'loose.jpg']);
    await expect(read()).rejects.toMatchObject({ code: 'data.folder-empty' });
  });
  test('one class', async () => {
    await put(numbered('hat', 5));
    await expect(read()).rejects.toMatchObject({ code: 'data.one-class', message: expect.stringContaining('hat') });
  });
  test('a class with a single picture', async () => {
    await put([...numbered('a', 5), ...numbered('rare', 1)]);
    await expect(read()).rejects.toMatchObject({
      code: 'data.class-too-small',
      message: expect.stringContaining('rare'),
    });
  });
  test('a class only the validation part has', async () => {
    await put([...numbered('train/a', 2), ...numbered('train/b', 2), ...numbered('val/a', 2), ...numbered('val/z', 2)]);
    await expect(read()).rejects.toMatchObject({ code: 'data.classes-differ', message: expect.stringContaining('z') });
  });
  test('an empty validation part', async () => {
    await put([...numbered('train/a', 2), ...numbered('train/b', 2), 'val/a/readme.txt']);
    await expect(read()).rejects.toMatchObject({ code: 'data.folder-empty', message: expect.stringContaining('val') });
  });
});
