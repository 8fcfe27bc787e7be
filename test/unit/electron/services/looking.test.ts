import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testServices } from '#test/unit/electron/support/test-services.ts';
import { zipOf } from '#test/support/zip.ts';

test('an archive is looked at as the folder it holds, and what of it is left out is said', async () => {
  const { looking, folder, home } = await testServices();
  const archive = join(folder, 'pets.zip');
  writeFileSync(archive, zipOf([{ name: 'cats/1.jpg' }, { name: 'link', content: '/', mode: 0o120_777 }]));
  for (let time = 1; time <= 2; time++)
    expect(await looking.look([archive])).toMatchObject({
      path: join(home.unpacked, 'pets'),
      left_out: [{ why: 'not-unpacked', what: 'pets.zip', count: 1 }],
    });
  expect(readdirSync(home.unpacked)).toEqual(['pets']);
});

test('folders brought together are looked at as one, of which nothing is kept until it is used', async () => {
  const { looking, folder, home } = await testServices();
  const paths = ['x/cats', 'y/dogs'].map((name) => join(folder, name));
  for (const path of paths) mkdirSync(path, { recursive: true });
  expect((await looking.look(paths)).title).toBe('2 brought');
  expect(readdirSync(home.gathered)).toEqual([]);
  const together = await looking.gather(paths);
  expect(readdirSync(together).toSorted()).toEqual(['cats', 'dogs']);
});

test('what is not there is named', async () => {
  const { looking, folder } = await testServices();
  await expect(looking.unpack(join(folder, 'gone.zip')).next()).rejects.toMatchObject({ code: 'files.missing' });
});
