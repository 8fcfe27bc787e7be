import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { listCopies, removeCopy } from '#electron/services/copies.ts';
import { findInUsualPlaces } from '#electron/services/usual-places.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';

function put(path: string, bytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.alloc(bytes));
}

test('copies are listed with what they take, and removed without what links lead to', async () => {
  const folder = temporaryFolder();
  const places = {
    uploads: join(folder, 'uploads'),
    unpacked: join(folder, 'unpacked'),
    gathered: join(folder, 'gathered'),
  };
  put(join(places.uploads, 'pets', 'cats', '1.jpg'), 30);
  put(join(places.unpacked, 'archive', '1.jpg'), 50);
  put(join(places.unpacked, '.unpacking-x', '1.jpg'), 50);
  put(join(folder, 'mine', '1.jpg'), 70);
  mkdirSync(join(places.gathered, 'both'), { recursive: true });
  symlinkSync(join(folder, 'mine'), join(places.gathered, 'both', 'mine'));
  expect(await listCopies(places)).toMatchObject([
    { name: 'archive', kind: 'unpacked', files: 1, bytes: 50 },
    { name: 'pets', kind: 'uploads', files: 1, bytes: 30 },
    { name: 'both', kind: 'gathered', files: 1, bytes: 0 },
  ]);

  for (const name of ['gathered/both', 'uploads/pets']) await removeCopy(places, join(folder, name));
  expect((await listCopies(places)).map(({ name }) => name)).toEqual(['archive']);
  expect(existsSync(join(folder, 'mine', '1.jpg'))).toBe(true);
  for (const path of [
    places.uploads,
    join(folder, 'mine'),
    join(places.uploads, 'pets', 'cats'),
    join(places.uploads, '..'),
  ])
    await expect(removeCopy(places, path)).rejects.toMatchObject({ code: 'files.not-a-copy' });
});

test('what was dropped is found by its name and what is in it', async () => {
  const home = temporaryFolder();
  put(join(home, 'Pictures', 'pets', 'other.jpg'), 1);
  put(join(home, 'Documents', 'work', 'pets', 'cats', '1.jpg'), 1);
  put(join(home, 'Documents', '.hidden', 'pets', 'cats', '1.jpg'), 1);
  expect(await findInUsualPlaces(home, ['pets'], ['cats'])).toEqual([join(home, 'Documents', 'work')]);
  expect(await findInUsualPlaces(home, ['pets', 'gone'], [])).toEqual([]);
});
