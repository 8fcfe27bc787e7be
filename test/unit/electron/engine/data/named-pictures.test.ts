import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedPictures } from '#electron/engine/data/named-pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-named-'));
const photos = join(folder, 'photos');

beforeAll(() => {
  for (const name of ['photos/late', 'texts', 'clean', 'photos/@eaDir'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of [
    'photos/10.png',
    'photos/9.JPG',
    'photos/late/1.heic',
    'photos/@eaDir/9.jpg',
    'photos/notes.txt',
    'photos/late/more.txt',
    'photos/raw.cr2',
    'texts/a.txt',
    'clean/a.png',
  ])
    writeFileSync(join(folder, name), 'anything');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder stands for its pictures and those below, in natural order, and what is left out is counted', async () => {
  const { pictures, problem } = await namedPictures(photos);
  expect(pictures).toEqual(['9.JPG', '10.png', 'late/1.heic'].map((name) => join(photos, name)));
  expect(problem).toMatchObject({ code: 'predict.files-left-out' });
  expect(problem?.message).toContain('2 .txt, 1 .cr2');
});

test('a folder of nothing but pictures is no problem', async () => {
  expect(await namedPictures(join(folder, 'clean'))).toEqual({ pictures: [join(folder, 'clean', 'a.png')] });
});

test('a folder without pictures is one', async () => {
  const { pictures, problem } = await namedPictures(join(folder, 'texts'));
  expect(pictures).toEqual([]);
  expect(problem).toMatchObject({ code: 'predict.empty-folder' });
});

test('anything else stands for itself, whether it is there or not', async () => {
  for (const path of [join(photos, '9.JPG'), join(folder, 'nowhere'), 'data:image/png;base64,AAAA'])
    expect(await namedPictures(path)).toEqual({ pictures: [path] });
});

test.skipIf(process.platform === 'win32')('a link to what is in the folder without it is counted', async () => {
  symlinkSync(join(folder, 'clean', 'a.png'), join(folder, 'clean', 'again.png'));
  const { pictures, problem } = await namedPictures(join(folder, 'clean'));
  expect(pictures).toHaveLength(1);
  expect(problem?.message).toContain('1 link');
});
