import { lstat, readdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commonFolder, makeGathered, whileGathered } from '#electron/services/gathering.ts';
import { readFolder } from '#electron/engine/data/folder.ts';
import { numbered, PictureFolder } from '#test/support/picture-folder.ts';

const folder = new PictureFolder();
const at = (...names: readonly string[]): string[] => names.map((name) => join(folder.root, name));

describe('folders brought together', () => {
  test('are one dataset of links, and nothing is copied', async () => {
    await folder.put([...numbered('x/cats', 3), ...numbered('y/dogs', 3)]);
    const gathered = await makeGathered(join(folder.root, 'home'), at('x/cats', 'y/dogs'));
    expect((await lstat(join(gathered, 'cats'))).isSymbolicLink()).toBe(true);
    const { facts } = await readFolder({ path: gathered, validation: 0.2, seed: 1, limitPerClass: 0 });
    expect(facts.classes.map(({ name }) => name)).toEqual(['cats', 'dogs']);
    expect(facts.train + facts.validation).toBe(6);
  });

  test('of one name are told apart by the folder around them', async () => {
    await folder.put([...numbered('x/cats', 1), ...numbered('y/cats', 1), ...numbered('y/dogs', 1)]);
    const gathered = await makeGathered(join(folder.root, 'home'), at('x/cats', 'y/cats', 'y/dogs'));
    expect((await readdir(gathered)).toSorted()).toEqual(['cats', 'dogs', 'y cats']);
  });

  test('never share a folder with earlier ones', async () => {
    await folder.put([...numbered('x/cats', 1), ...numbered('x/dogs', 1)]);
    const home = join(folder.root, 'home');
    const both = [await makeGathered(home, at('x/cats')), await makeGathered(home, at('x/dogs'))];
    expect(both.map((path) => path.slice(home.length + 1))).toEqual(['x', 'x-2']);
  });

  test('that are all there is in a folder are that folder', async () => {
    await folder.put([...numbered('x/cats', 1), ...numbered('x/dogs', 1), 'x/.hidden']);
    expect(await commonFolder(at('x/cats', 'x/dogs'))).toBe(join(folder.root, 'x'));
    expect(await commonFolder(at('x/cats'))).toBeUndefined();
    await folder.put(numbered('y/birds', 1));
    expect(await commonFolder(at('x/cats', 'x/dogs', 'y/birds'))).toBeUndefined();
  });

  test('for a look alone leave nothing behind, and what they lead to stays', async () => {
    await folder.put(numbered('x/cats', 2));
    const home = join(folder.root, 'home');
    const seen = await whileGathered(home, at('x/cats'), (path) => realpath(join(path, 'cats')));
    expect(seen).toBe(await realpath(join(folder.root, 'x/cats')));
    expect(await readdir(home)).toEqual([]);
    expect(await readdir(join(folder.root, 'x/cats'))).toHaveLength(2);
  });

  test('are refused where no folder can be made', async () => {
    await writeFile(join(folder.root, 'home'), '');
    await expect(makeGathered(join(folder.root, 'home'), at('x'))).rejects.toMatchObject({
      code: 'files.not-gathered',
    });
  });
});
