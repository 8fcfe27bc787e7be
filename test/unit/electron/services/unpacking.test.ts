import { existsSync, lstatSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Unpacked } from '#shared/protocol/look.ts';
import { unpack, type UnpackLimits } from '#electron/services/unpacking.ts';
import { temporaryFolder } from '#test/unit/electron/support/temporary-folder.ts';
import { collect } from '#test/support/collect.ts';
import { zipOf, type ZipEntry } from '#test/support/zip.ts';

const limits: UnpackLimits = { entries: 100, total: 1e6, ratio: 20, freely: 1000 };

function setUp(entries: readonly ZipEntry[]): {
  folder: string;
  archive: string;
  root: string;
  run: (signal?: AbortSignal) => Promise<Unpacked[]>;
} {
  const folder = temporaryFolder();
  const archive = join(folder, 'my photos.zip');
  const root = join(folder, 'home', 'unpacked');
  writeFileSync(archive, zipOf(entries));
  const run = async (signal = new AbortController().signal): Promise<Unpacked[]> =>
    collect(unpack(root, archive, signal, limits));
  return { folder, archive, root, run };
}

const twoClasses: readonly ZipEntry[] = [
  { name: 'cats/' },
  { name: 'cats/1.txt', content: 'first' },
  { name: 'dogs/2.txt', content: 'second' },
];

describe('an archive', () => {
  test('is unpacked into a folder of its name, and says how far it is', async () => {
    const { root, run } = setUp(twoClasses);
    const steps = await run();
    const folder = join(root, 'my photos');
    expect(steps).toEqual([
      { state: 'unpacking', done: 5, total: 11 },
      { state: 'done', folder, leftOut: 0 },
    ]);
    expect(readFileSync(join(folder, 'dogs/2.txt'), 'utf8')).toBe('second');
    expect(readdirSync(root)).toEqual(['my photos']);
  });

  test('is unpacked once, and anew when it has changed', async () => {
    const { archive, root, run } = setUp(twoClasses);
    await run();
    expect(await run()).toEqual([{ state: 'done', folder: join(root, 'my photos'), leftOut: 0 }]);
    utimesSync(archive, 1, 1);
    expect((await run()).at(-1)).toEqual({ state: 'done', folder: join(root, 'my photos-2'), leftOut: 0 });
  });

  test.each([
    ['a way up', '../escaped.txt'],
    ['a way up inside', 'cats/../../escaped.txt'],
    ['the root', '/escaped.txt'],
    ['a drive', 'C:/escaped.txt'],
  ])('whose names lead out by %s writes nothing there', async (_, name) => {
    const { folder, root, run } = setUp([...twoClasses, { name, content: 'x' }]);
    const end = await run().catch((error: unknown) => error);
    expect(JSON.stringify(readdirSync(folder, { recursive: true }))).not.toContain('escaped');
    if (Array.isArray(end)) expect(end.at(-1)).toMatchObject({ state: 'done', leftOut: 1 });
    else expect([end, readdirSync(root)]).toEqual([expect.objectContaining({ code: 'files.archive-refused' }), []]);
  });

  test('leaves out links, what is encrypted, names of devices and seconds of one name, and counts them', async () => {
    const { root, run } = setUp([
      ...twoClasses,
      { name: 'cats/link', content: '/etc/passwd', mode: 0o120_777 },
      { name: 'cats/locked.txt', content: 'x', encrypted: true },
      { name: 'cats/nul.txt', content: 'x' },
      { name: 'cats/1.txt', content: 'again' },
      { name: '__MACOSX/cats/._1.txt', content: 'x' },
    ]);
    expect((await run()).at(-1)).toMatchObject({ leftOut: 4 });
    const cats = join(root, 'my photos', 'cats');
    expect(readdirSync(cats)).toEqual(['1.txt']);
    expect(lstatSync(join(cats, '1.txt')).isFile()).toBe(true);
    expect(readFileSync(join(cats, '1.txt'), 'utf8')).toBe('first');
    expect(existsSync(join(root, 'my photos', '__MACOSX'))).toBe(false);
  });

  test.each([
    ['holds more files than it may', Array.from({ length: 101 }, (_, index) => ({ name: `${index}` }))],
    ['says it holds more than there is room for', [{ name: 'a', content: 'x', says: 2_000_000 }]],
    ['is a bomb', [{ name: 'a', content: Buffer.alloc(500_000) }]],
    ['holds more than it says', [{ name: 'a', content: Buffer.alloc(500_000), says: 10 }]],
  ])('that %s is refused and leaves nothing', async (_, entries) => {
    const { root, run } = setUp(entries);
    await expect(run()).rejects.toMatchObject({ code: 'files.archive-refused' });
    expect(readdirSync(root)).toEqual([]);
  });

  test('that is none is refused', async () => {
    const { archive, run } = setUp([]);
    writeFileSync(archive, 'PK not at all');
    await expect(run()).rejects.toMatchObject({ code: 'files.archive-refused' });
  });

  test('can be left off, and nothing of it stays', async () => {
    const { root, run } = setUp(twoClasses);
    await expect(run(AbortSignal.abort())).rejects.toThrow('abort');
    expect(readdirSync(root)).toEqual([]);
  });
});
