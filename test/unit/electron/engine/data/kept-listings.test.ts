import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Look } from '#electron/engine/data/listing.ts';

vi.mock(import('node:fs/promises'), async (original) => {
  const actual = await original();
  return {
    ...actual,
    readdir: vi.fn<(path: string, options: object) => unknown>(actual.readdir) as unknown as typeof actual.readdir,
  };
});

let root: string;
let data: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-listings-'));
  data = join(root, 'photos');
  vi.stubEnv('GRAFT_HOME', join(root, 'home'));
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const name of ['a', 'b', 'c']) put(name, 3);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function put(name: string, count: number): void {
  mkdirSync(join(data, name), { recursive: true });
  for (let at = 1; at <= count; at++) writeFileSync(join(data, name, `${at}.jpg`), 'x');
}

/** Long enough for a change to show in a folder's time. */
function letTimePass(): void {
  vi.setSystemTime(Date.now() + 10_000);
}

interface Read {
  /** Folders whose entries were read, relative to the data's. */
  readonly listed: string[];
  readonly samples: string[];
  readonly fingerprint: string;
}

/** Loaded anew, the module remembers what a new process would. */
async function startProcess(): Promise<(look?: Look) => Promise<Read>> {
  vi.resetModules();
  const { readFolder } = await import('#electron/engine/data/folder.ts');
  const here = (path: string): string => relative(data, path).replaceAll('\\', '/');
  return async (look = 'folders') => {
    letTimePass();
    vi.mocked(readdir).mockClear();
    const { facts, samples } = await readFolder({ path: data, validation: 0.3, seed: 1, limitPerClass: 0 }, look);
    return {
      listed: vi
        .mocked(readdir)
        .mock.calls.map(([path]) => here(String(path)))
        .toSorted(),
      samples: samples.map(({ path }) => here(path)),
      fingerprint: facts.fingerprint,
    };
  };
}

describe('a folder of pictures that was listed', () => {
  test('is not listed again while nothing changes', async () => {
    const read = await startProcess();
    const first = await read();
    expect(first.listed).toEqual(['', 'a', 'b', 'c']);
    expect(await read('files')).toEqual({ ...first, listed: [] });
    expect(await read('folders')).toEqual({ ...first, listed: [] });
  });

  test('is listed again where a picture was added, removed or renamed, and only there', async () => {
    const read = await startProcess();
    await read();
    writeFileSync(join(data, 'a', '4.jpg'), 'x');
    const added = await read();
    expect(added.listed).toEqual(['a']);
    expect(added.samples).toContain('a/4.jpg');
    rmSync(join(data, 'b', '1.jpg'));
    const removed = await read();
    expect(removed.listed).toEqual(['b']);
    expect(removed.samples).not.toContain('b/1.jpg');
    renameSync(join(data, 'c', '2.jpg'), join(data, 'c', '9.jpg'));
    const renamed = await read();
    expect(renamed.listed).toEqual(['c']);
    expect(renamed.samples.filter((path) => path.startsWith('c/'))).toEqual(['c/1.jpg', 'c/3.jpg', 'c/9.jpg']);
    expect(new Set([added, removed, renamed].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  test('shows classes that come and go, and pictures in folders within a class', async () => {
    const read = await startProcess();
    await read();
    put('d', 2);
    expect((await read()).listed).toEqual(['', 'd']);
    rmSync(join(data, 'a'), { recursive: true });
    const gone = await read();
    expect(gone.listed).toEqual(['']);
    expect(gone.samples.some((path) => path.startsWith('a/'))).toBe(false);
    put('b/more', 1);
    expect((await read()).listed).toEqual(['b', 'b/more']);
    writeFileSync(join(data, 'b/more', '2.jpg'), 'x');
    const deeper = await read();
    expect(deeper.listed).toEqual(['b/more']);
    expect(deeper.samples).toContain('b/more/2.jpg');
  });

  test('shows what changes where a linked class leads to', async () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    for (const name of ['1.jpg', '2.jpg']) writeFileSync(join(elsewhere, name), 'x');
    // A junction is the kind of link anybody may make on Windows.
    symlinkSync(elsewhere, join(data, 'linked'), 'junction');
    const read = await startProcess();
    expect((await read()).samples).toContain('linked/2.jpg');
    writeFileSync(join(elsewhere, '3.jpg'), 'x');
    const added = await read();
    expect(added.listed).toEqual(['linked']);
    expect(added.samples).toContain('linked/3.jpg');
    renameSync(elsewhere, join(root, 'away'));
    expect((await read()).samples.some((path) => path.startsWith('linked/'))).toBe(false);
  });

  test('is listed again when its last change is too recent for its time to tell', async () => {
    const { readFolder } = await import('#electron/engine/data/folder.ts');
    const request = { path: data, validation: 0.3, seed: 1, limitPerClass: 0 };
    await readFolder(request);
    vi.mocked(readdir).mockClear();
    await readFolder(request);
    expect(vi.mocked(readdir)).toHaveBeenCalledTimes(4);
  });
});

test('a picture that is written again in place is noticed where files are looked at', async () => {
  const read = await startProcess();
  const before = await read();
  writeFileSync(join(data, 'a', '1.jpg'), 'another');
  expect(await read('folders')).toEqual({ ...before, listed: [] });
  const after = await read('files');
  expect(after.listed).toEqual([]);
  expect(after.fingerprint).not.toBe(before.fingerprint);
  // From then on it is known.
  expect((await read('folders')).fingerprint).toBe(after.fingerprint);
});

test('an empty file that is filled in place is noticed however folders are looked at', async () => {
  writeFileSync(join(data, 'a', '4.jpg'), '');
  const read = await startProcess();
  expect((await read()).samples).not.toContain('a/4.jpg');
  writeFileSync(join(data, 'a', '4.jpg'), 'x');
  const filled = await read();
  expect(filled.listed).toEqual([]);
  expect(filled.samples).toContain('a/4.jpg');
});

describe('another process', () => {
  test('does not list a large folder again', async () => {
    put('a', 1000);
    const first = await (await startProcess())();
    const read = await startProcess();
    expect(await read('files')).toEqual({ ...first, listed: [] });
    rmSync(join(data, 'a', '500.jpg'));
    const later = await (await startProcess())();
    expect(later.listed).toEqual(['a']);
    expect(later.samples).not.toContain('a/500.jpg');
    expect((await (await startProcess())()).listed).toEqual([]);
  });

  test('lists a small one, of which no file is kept', async () => {
    await (
      await startProcess()
    )();
    expect((await (await startProcess())()).listed).toHaveLength(4);
  });

  test('lists for itself where the kept file is damaged', async () => {
    put('a', 1000);
    const first = await (await startProcess())();
    const folder = join(root, 'home', 'listings');
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"format":1,"path":');
    expect(await (await startProcess())()).toEqual(first);
  });
});
