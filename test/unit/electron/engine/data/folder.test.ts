import { utimes, symlink, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codes, numbered, PictureFolder } from '#test/support/picture-folder.ts';

const folder = new PictureFolder();

describe('class folders', () => {
  test('become classes and samples in natural order, split within each class', async () => {
    await folder.put([...numbered('class10', 10), ...numbered('class2', 20)]);
    const { facts, samples } = await folder.read();
    expect(facts.classes).toEqual([
      { name: 'class2', train: 16, validation: 4, test: 0 },
      { name: 'class10', train: 8, validation: 2, test: 0 },
    ]);
    expect(facts).toMatchObject({ path: folder.root, train: 24, validation: 6, splitBy: 'fraction', unreadable: [] });
    expect(folder.relativePaths(samples)).toEqual([...numbered('class2', 20), ...numbered('class10', 10)]);
    expect(samples.filter(({ split }) => split === 'validation')).toHaveLength(6);
    expect(new Set(samples.map(({ label }) => label))).toEqual(new Set([0, 1]));
  });

  test('split the same way for the same seed, and another way for another', async () => {
    await folder.put([...numbered('a', 20), ...numbered('b', 20)]);
    const first = (await folder.read()).samples;
    expect((await folder.read()).samples).toEqual(first);
    expect((await folder.read({ seed: 2 })).samples).not.toEqual(first);
  });

  test('hold out one picture at least and leave one at least', async () => {
    await folder.put([...numbered('a', 2), ...numbered('b', 3)]);
    expect((await folder.read({ validation: 0.01 })).facts.classes.map(({ validation }) => validation)).toEqual([1, 1]);
    expect((await folder.read({ validation: 0.99 })).facts.classes.map(({ train }) => train)).toEqual([1, 1]);
  });

  test('keep a share for the end, beside what is held out', async () => {
    await folder.put([...numbered('a', 20), ...numbered('b', 2)]);
    const plain = await folder.read();
    expect(plain.facts).toMatchObject({ test: 0, testBy: 'none' });
    const { facts, samples, test: kept } = await folder.read({ test: 0.25 });
    expect(facts.classes).toEqual([
      { name: 'a', train: 11, validation: 4, test: 5 },
      { name: 'b', train: 1, validation: 1, test: 0 },
    ]);
    expect(facts).toMatchObject({ test: 5, testBy: 'fraction' });
    expect(codes(facts)).toEqual(['data.class-missing']);
    // What is held out stays held out, whatever is kept for the end.
    const heldOut = (all: typeof samples): string[] =>
      folder.relativePaths(all.filter(({ split }) => split === 'validation'));
    expect(heldOut(samples)).toEqual(heldOut(plain.samples));
    const paths = folder.relativePaths([...samples, ...kept]);
    expect(new Set(paths).size).toBe(22);
    expect(kept.every(({ split }) => split === 'test')).toBe(true);
  });

  test('keep no share for the end where the folder has a test part', async () => {
    await folder.put(['train', 'test'].flatMap((part) => [...numbered(`${part}/a`, 4), ...numbered(`${part}/b`, 4)]));
    const { facts } = await folder.read({ test: 0.25 });
    expect(facts).toMatchObject({ train: 6, validation: 2, test: 8, testBy: 'folders' });
  });

  test('may hold folders of their own, whose pictures count', async () => {
    await folder.put(['a/1.jpg', 'a/more/2.jpg', 'a/more/still/3.jpg', 'b/1.jpg', 'b/2.jpg']);
    const { facts, samples } = await folder.read();
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(folder.relativePaths(samples)).toContain('a/more/still/3.jpg');
  });

  test('pass over everything that is no picture', async () => {
    await folder.put([...numbered('a', 2), ...numbered('b', 2), ...numbered('.git', 2), ...numbered('__MACOSX', 2)]);
    await folder.put([
      'a/.hidden.jpg',
      'a/Thumbs.db',
      'a/notes.txt',
      'docs/readme.md',
      'a/x.jpg/inner.txt',
      'loose.jpg',
    ]);
    const { facts, samples } = await folder.read();
    expect(facts.classes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(samples).toHaveLength(4);
  });

  test('are found whatever the case of the endings', async () => {
    await folder.put(['a/1.JPG', 'a/2.Png', 'b/1.webp', 'b/2.AVIF']);
    expect((await folder.read()).samples).toHaveLength(4);
  });

  test('are found inside the one folder an archive wraps them in', async () => {
    await folder.put([...numbered('photos/a', 2), ...numbered('photos/b', 2)]);
    expect(folder.relativePaths((await folder.read()).samples)).toContain('photos/a/1.jpg');
  });

  test('may be links; a link back up the tree does not add pictures', async () => {
    await folder.put([...numbered('a', 2), ...numbered('elsewhere/b', 2)]);
    await mkdir(join(folder.root, 'data'));
    await symlink(join(folder.root, 'a'), join(folder.root, 'data', 'a'), 'junction');
    await symlink(join(folder.root, 'elsewhere', 'b'), join(folder.root, 'data', 'b'), 'junction');
    await symlink(folder.root, join(folder.root, 'a', 'up'), 'junction');
    expect((await folder.read({ path: join(folder.root, 'data') })).samples).toHaveLength(4);
  });

  test('give examples class by class, training pictures only', async () => {
    await folder.put([...numbered('a', 20), ...numbered('b', 20), ...numbered('c', 20)]);
    const { facts, samples } = await folder.read();
    expect(facts.examples.map(({ label }) => label)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const training = new Set(samples.filter(({ split }) => split === 'train').map(({ path }) => path));
    expect(facts.examples.every(({ path }) => training.has(path))).toBe(true);
    expect(new Set(facts.examples.map(({ path }) => path)).size).toBe(12);
  });
});

describe('a folder with parts of its own', () => {
  test.each([
    ['train', 'validation'],
    ['train', 'val'],
    ['train', 'valid'],
    ['Training', 'Validation'],
    ['train', 'eval'],
    ['train', 'dev'],
    ['seg_train/seg_train', 'seg_val/seg_val'],
    ['trainset', 'ValImages'],
  ])('keeps its split into %s and %s', async (training, name) => {
    await folder.put([...numbered(`${training}/a`, 4), ...numbered(`${training}/b`, 3)]);
    await folder.put([...numbered(`${name}/a`, 2), ...numbered(`${name}/b`, 1)]);
    const { facts, samples } = await folder.read();
    expect(facts).toMatchObject({ train: 7, validation: 3, splitBy: 'folders' });
    expect(facts.classes[0]).toEqual({ name: 'a', train: 4, validation: 2, test: 0 });
    expect(
      samples.every(({ path, split }) => (split === 'train') === path.startsWith(join(folder.root, training, '/'))),
    ).toBe(true);
  });

  test('keeps a test part for the end', async () => {
    for (const part of ['train', 'test', 'validation'])
      await folder.put([...numbered(`${part}/a`, 2), ...numbered(`${part}/b`, 3)]);
    const { facts, samples, test: kept } = await folder.read();
    expect(facts).toMatchObject({ train: 5, validation: 5, test: 5 });
    expect(folder.relativePaths(samples).some((path) => path.startsWith('test/'))).toBe(false);
    expect(folder.relativePaths(kept)).toEqual([...numbered('test/a', 2), ...numbered('test/b', 3)]);
    expect(kept.map(({ label }) => label)).toEqual([0, 0, 1, 1, 1]);
  });

  test.each(['test', 'test_set', 'Testing', 'seg_test', 'holdout', 'hold-out'])(
    'with no more than a training part and %s holds out a share of the first',
    async (name) => {
      await folder.put([...numbered('train/a', 5), ...numbered('train/b', 5), ...numbered(`${name}/a`, 2)]);
      const { facts } = await folder.read();
      expect(facts).toMatchObject({ train: 8, validation: 2, test: 2, splitBy: 'fraction' });
      expect(codes(facts)).toEqual(['data.class-missing']);
    },
  );

  test('leaves out classes that only the test part has, and says so', async () => {
    await folder.put([
      ...numbered('train/a', 5),
      ...numbered('train/b', 5),
      ...numbered('test/a', 2),
      ...numbered('test/z', 3),
    ]);
    const { facts, test: kept } = await folder.read();
    expect(kept).toHaveLength(2);
    expect(facts.leftOut).toEqual([{ why: 'unknown-class', what: 'z', count: 3 }]);
  });

  test('is told from a class that is called train', async () => {
    await folder.put([...numbered('train/side', 3), ...numbered('bus/front', 3), ...numbered('test/old', 3)]);
    expect((await folder.read()).facts.classes.map(({ name }) => name)).toEqual(['bus', 'test', 'train']);
  });

  test('names what lies beside its parts', async () => {
    await folder.put([
      ...numbered('train/a', 2),
      ...numbered('train/b', 2),
      ...numbered('val/a', 2),
      ...numbered('val/b', 2),
    ]);
    await folder.put([...numbered('seg_pred/seg_pred', 7)]);
    const { facts } = await folder.read();
    expect(facts).toMatchObject({ train: 4, validation: 4 });
    expect(facts.leftOut).toEqual([{ why: 'beside', what: 'seg_pred', count: 7 }]);
  });

  test('may write its classes in other letters, large and small', async () => {
    await folder.put([...numbered('train/Apple', 2), ...numbered('train/Book', 2)]);
    await folder.put([...numbered('valid/apple', 1), ...numbered('valid/book', 1)]);
    expect((await folder.read()).facts.classes).toEqual([
      { name: 'Apple', train: 2, validation: 1, test: 0 },
      { name: 'Book', train: 2, validation: 1, test: 0 },
    ]);
  });

  test('is split by fraction when only the training part is there', async () => {
    await folder.put([...numbered('train/a', 5), ...numbered('train/b', 5)]);
    expect((await folder.read()).facts).toMatchObject({ train: 8, validation: 2, splitBy: 'fraction' });
  });

  test('is split by fraction when what lies beside the training part has no labels', async () => {
    await folder.put([...numbered('train/a', 5), ...numbered('train/b', 5), ...numbered('test', 5)]);
    const { facts, samples } = await folder.read();
    expect(facts).toMatchObject({ train: 8, validation: 2, splitBy: 'fraction' });
    expect(samples).toHaveLength(10);
  });

  test('may lack a class in the validation part', async () => {
    await folder.put([...numbered('train/a', 2), ...numbered('train/b', 2), ...numbered('val/b', 2)]);
    const { facts } = await folder.read();
    expect(facts.classes[0]).toEqual({ name: 'a', train: 2, validation: 0, test: 0 });
    expect(codes(facts)).toEqual(['data.class-missing']);
  });
});

describe('limitPerClass', () => {
  test('draws that many per class by the seed, before splitting', async () => {
    await folder.put([...numbered('a', 30), ...numbered('b', 3)]);
    const { facts, samples } = await folder.read({ limitPerClass: 10 });
    expect(facts.classes.map(({ train, validation }) => train + validation)).toEqual([10, 3]);
    expect(folder.relativePaths(samples).slice(0, 10)).not.toEqual(numbered('a', 10));
    expect((await folder.read({ limitPerClass: 10 })).samples).toEqual(samples);
  });
});

describe('the fingerprint', () => {
  test('survives moving the folder, and changes with any picture', async () => {
    await folder.put([...numbered('one/a', 3), ...numbered('one/b', 3)]);
    await folder.put([...numbered('two/a', 3), ...numbered('two/b', 3)]);
    const when = new Date('2024-05-06T07:08:09Z');
    const everything = await Promise.all(['one', 'two'].map((name) => folder.read({ path: join(folder.root, name) })));
    for (const { samples } of everything) for (const { path } of samples) await utimes(path, when, when);
    const print = async (name: string): Promise<string> =>
      (await folder.read({ path: join(folder.root, name) })).facts.fingerprint;
    const before = await print('one');
    expect(await print('two')).toBe(before);
    await utimes(join(folder.root, 'one/a/2.jpg'), when, new Date('2024-05-06T07:08:10Z'));
    expect(await print('one')).not.toBe(before);
    await folder.put(['two/a/4.jpg']);
    expect(await print('two')).not.toBe(before);
  });
});

test('an empty file is left out and listed', async () => {
  await folder.put([...numbered('a', 3), ...numbered('b', 3)]);
  await folder.put(['a/2.jpg'], '');
  const { facts, samples } = await folder.read();
  expect(samples).toHaveLength(5);
  expect(facts.unreadable).toEqual([{ path: join(folder.root, 'a/2.jpg'), reason: 'the file is empty.' }]);
});

describe('problems', () => {
  test('no folder chosen', async () => {
    await expect(folder.read({ path: '' })).rejects.toMatchObject({ code: 'data.folder-unset' });
  });
  test('a folder that is not there, or is a file', async () => {
    await folder.put(['file.jpg']);
    for (const name of ['nowhere', 'file.jpg']) {
      await expect(folder.read({ path: join(folder.root, name) })).rejects.toMatchObject({
        code: 'data.folder-missing',
      });
    }
  });
  test('no pictures', async () => {
    await folder.put(['a/readme.txt', 'loose.jpg']);
    await expect(folder.read()).rejects.toMatchObject({ code: 'data.folder-empty' });
  });
  test('one class', async () => {
    await folder.put(numbered('hat', 5));
    await expect(folder.read()).rejects.toMatchObject({
      code: 'data.one-class',
      message: expect.stringContaining('hat'),
    });
  });
  test('a class with a single picture', async () => {
    await folder.put([...numbered('a', 5), ...numbered('rare', 1)]);
    await expect(folder.read()).rejects.toMatchObject({
      code: 'data.class-too-small',
      message: expect.stringContaining('rare'),
    });
  });
  test('a class only the validation part has', async () => {
    await folder.put([
      ...numbered('train/a', 2),
      ...numbered('train/b', 2),
      ...numbered('val/a', 2),
      ...numbered('val/z', 2),
    ]);
    await expect(folder.read()).rejects.toMatchObject({
      code: 'data.classes-differ',
      message: expect.stringContaining('z'),
    });
  });
  test('an empty validation part', async () => {
    await folder.put([...numbered('train/a', 2), ...numbered('train/b', 2), 'val/a/readme.txt']);
    await expect(folder.read()).rejects.toMatchObject({
      code: 'data.folder-empty',
      message: expect.stringContaining('val'),
    });
  });
});
