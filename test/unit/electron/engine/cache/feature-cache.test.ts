import {
  chmod,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { canonicalJson } from '#electron/engine/cache/canonical-json.ts';
import { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import { decodeSafetensors } from '#shared/ir/safetensors.ts';
import { float32Values } from '#shared/ir/tensor.ts';

const roomy = 10_000_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function ramp(length: number, first = 0): Float32Array {
  return Float32Array.from({ length }, (_, index) => first + index / 8);
}

function file(key: string): string {
  return join(folder, `${key}.safetensors`);
}

/** Marks an entry as last used so many hours ago. */
async function age(key: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * 3_600_000);
  await utimes(file(key), then, then);
}

describe('keys', () => {
  const cache = new FeatureCache('unused', roomy);
  test('depend on every part, and not on the order they come in', () => {
    const key = cache.key({ model: 'abc', size: [64, 64], resize: { mode: 'crop', filter: 'linear' } });
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(cache.key({ resize: { filter: 'linear', mode: 'crop' }, size: [64, 64], model: 'abc' })).toBe(key);
    expect(cache.key({ model: 'abc', size: [64, 65], resize: { mode: 'crop', filter: 'linear' } })).not.toBe(key);
    expect(cache.key({ model: 'abc', size: [64, 64] })).not.toBe(key);
  });
  test('leave out what is undefined and refuse what JSON would change', () => {
    expect(cache.key({ a: 1, b: undefined })).toBe(cache.key({ a: 1 }));
    expect(() => cache.key({ a: NaN })).toThrow(TypeError);
    expect(() => cache.key({ a: new Float32Array(2) })).toThrow(TypeError);
    expect(canonicalJson({ b: [null, true, 'ü"'], a: { d: 1.5, c: -0 } })).toBe(
      '{"a":{"c":0,"d":1.5},"b":[null,true,"ü\\""]}',
    );
  });
});

describe('entries', () => {
  test('come back as they were written, with their shape', async () => {
    const cache = new FeatureCache(join(folder, 'made', 'when', 'needed'), roomy);
    const features = ramp(5 * 2 * 3);
    expect(await cache.read('k')).toBeUndefined();
    expect(await cache.has('k')).toBe(false);
    expect(await cache.write('k', [2, 3], features)).toEqual({ stored: true });
    expect(await cache.has('k')).toBe(true);
    expect(await new FeatureCache(join(folder, 'made', 'when', 'needed'), roomy).read('k')).toEqual({
      features,
      shape: [2, 3],
      rows: 5,
    });
  });

  test('may be parts of larger arrays, larger than one piece, and without rows', async () => {
    const cache = new FeatureCache(folder, 1e9);
    const large = ramp(5_000_000);
    await cache.write('part', [4], large.subarray(4, 12));
    expect((await cache.read('part'))?.features).toEqual(large.slice(4, 12));
    await cache.write('large', [1000], large);
    const read = await cache.read('large');
    expect(read?.rows).toBe(5000);
    expect(Buffer.compare(Buffer.from(read!.features.buffer), Buffer.from(large.buffer))).toBe(0);
    await cache.write('none', [7], new Float32Array());
    expect(await cache.read('none')).toEqual({ features: new Float32Array(), shape: [7], rows: 0 });
  });

  test('written row by row are the files that are written at once', async () => {
    const features = ramp(5 * 6);
    await new FeatureCache(folder, roomy).write('k', [2, 3], features);
    const whole = await readFile(file('k'));
    const made = await new FeatureCache(folder, roomy).writeRows('k', [5, 2, 3], async (append) => {
      for (const [first, end] of [
        [0, 1],
        [1, 4],
        [4, 5],
      ] as const)
        await append(features.subarray(6 * first, 6 * end));
      return true;
    });
    expect(made).toEqual({ stored: true });
    expect(await readFile(file('k'))).toEqual(whole);
  });

  test('leave the one before in place when their making is given up, fails, or ends early', async () => {
    const cache = new FeatureCache(folder, roomy);
    await cache.write('k', [3], ramp(6));
    const failure = new Error('no such picture');
    expect(await cache.writeRows('k', [2, 3], async () => false)).toBeUndefined();
    await expect(cache.writeRows('k', [2, 3], () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(cache.writeRows('k', [2, 3], async (append) => append(ramp(3)).then(() => true))).rejects.toThrow(
      '12 bytes off',
    );
    expect((await cache.read('k'))?.features).toEqual(ramp(6));
    expect(await readdir(folder)).toEqual(['k.safetensors']);
  });

  test('are read at any places, in any order', async () => {
    const cache = new FeatureCache(folder, roomy);
    const features = ramp(100 * 3);
    await cache.write('k', [3], features);
    const opened = (await cache.open('k'))!;
    const places = [99, 0, 7, 8, 9, 8, 0, 50];
    const expected = places.flatMap((place) => [...features.subarray(3 * place, 3 * place + 3)]);
    expect([...(await opened.read(places))]).toEqual(expected);
    expect(await opened.read([])).toEqual(new Float32Array());
    // What has been cut off since is met when its turn comes, and said.
    await truncate(file('k'), (await stat(file('k'))).size - 12);
    expect((await opened.read([98])).length).toBe(3);
    await expect(opened.read([98, 99])).rejects.toMatchObject({ code: 'cache.damaged' });
    await opened.close();
  });

  test('are shown piece by piece when they are opened, until that is enough', async () => {
    const cache = new FeatureCache(folder, 1e9);
    await cache.write('k', [1000], ramp(5_000_000));
    const seen: [number, number][] = [];
    const look = (more: boolean) => (values: Float32Array, first: number) => {
      seen.push([first, values.length]);
      return more;
    };
    await (await cache.open('k', look(true)))?.close();
    expect(seen).toEqual([
      [0, 4_194_304],
      [4_194_304, 805_696],
    ]);
    await (await cache.open('k', look(false)))?.close();
    expect(seen).toHaveLength(3);
  });

  test('are plain safetensors files', async () => {
    const cache = new FeatureCache(folder, roomy);
    await cache.write('k', [3], ramp(6));
    const { tensors, metadata } = decodeSafetensors(await readFile(file('k')));
    expect(tensors.get('features')).toMatchObject({ dtype: 'float32', shape: [2, 3] });
    expect(float32Values(tensors.get('features')!)).toEqual(ramp(6));
    expect(metadata['graft.key']).toBe('k');
  });

  test('are replaced whole, leaving nothing else behind', async () => {
    const cache = new FeatureCache(folder, roomy);
    await cache.write('k', [3], ramp(6));
    await cache.write('k', [2], ramp(8, 1));
    expect(await cache.read('k')).toEqual({ features: ramp(8, 1), shape: [2], rows: 4 });
    expect(await readdir(folder)).toEqual(['k.safetensors']);
  });

  test('must consist of whole rows', async () => {
    await expect(new FeatureCache(folder, roomy).write('k', [4], ramp(6))).rejects.toThrow('no rows');
  });
});

describe('a damaged entry is deleted and named', () => {
  /** Flips one bit; a negative place counts from the end. */
  async function flip(path: string, at: number): Promise<void> {
    const bytes = await readFile(path);
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] as number) ^ 0x10;
    await writeFile(path, bytes);
  }

  test.each<[string, (path: string) => Promise<void>]>([
    ['it is empty', (path) => truncate(path, 0)],
    ['it ends within its header', (path) => truncate(path, 40)],
    ['it ends early', async (path) => truncate(path, (await stat(path)).size - 4)],
    ['it has bytes too many', (path) => writeFile(path, 'more', { flag: 'a' })],
    ['its length field is wrong', (path) => flip(path, 7)],
    ['its header is wrong', (path) => flip(path, 8)],
    ['one bit of the first value is wrong', (path) => flip(path, -1600)],
    ['one bit of the last value is wrong', (path) => flip(path, -1)],
    ['it belongs to another key', (path) => rename(file('other'), path)],
  ])('when %s', async (_, harm) => {
    const cache = new FeatureCache(folder, roomy);
    await cache.write('k', [4], ramp(400));
    await cache.write('other', [4], ramp(400));
    await harm(file('k'));
    await expect(cache.read('k')).rejects.toMatchObject({
      code: 'cache.damaged',
      message: expect.stringContaining(file('k')),
    });
    expect(await readdir(folder)).not.toContain('k.safetensors');
    expect(await cache.read('k')).toBeUndefined();
    expect(await cache.write('k', [4], ramp(400))).toEqual({ stored: true });
  });
});

describe('the limit', () => {
  const entryBytes = 40_000;
  const values = entryBytes / 4;
  /** Room for three entries with their headers. */
  const limit = 3.5 * entryBytes;

  async function filled(): Promise<void> {
    for (const [index, key] of ['a', 'b', 'c'].entries()) {
      await new FeatureCache(folder, limit).write(key, [1], ramp(values));
      await age(key, 10 - index);
    }
  }

  test('makes the entry unused for longest give way', async () => {
    await filled();
    await new FeatureCache(folder, limit).read('a');
    expect(await new FeatureCache(folder, limit).write('d', [1], ramp(values))).toEqual({ stored: true });
    expect((await readdir(folder)).toSorted()).toEqual(['a', 'c', 'd'].map((key) => `${key}.safetensors`));
  });

  test('never costs what the same run uses', async () => {
    await filled();
    const cache = new FeatureCache(folder, limit);
    await cache.read('a');
    await age('a', 20);
    await cache.write('d', [1], ramp(2 * values));
    expect((await readdir(folder)).toSorted()).toEqual(['a', 'd'].map((key) => `${key}.safetensors`));
    expect(await cache.write('e', [1], ramp(values))).toMatchObject({ stored: false, reason: 'over-limit' });
    expect((await readdir(folder)).toSorted()).toEqual(['a', 'd'].map((key) => `${key}.safetensors`));
  });

  test('refuses an entry larger than itself, deleting nothing', async () => {
    await filled();
    const cache = new FeatureCache(folder, limit);
    expect(await cache.write('e', [1], ramp(4 * values))).toMatchObject({ stored: false, reason: 'over-limit' });
    expect(await readdir(folder)).toHaveLength(3);
    expect(await new FeatureCache(folder, 0).write('e', [1], ramp(1))).toMatchObject({ reason: 'over-limit' });
  });

  test('does not count an entry against its own replacement', async () => {
    await filled();
    expect(await new FeatureCache(folder, limit).write('a', [1], ramp(values, 1))).toEqual({ stored: true });
    expect(await readdir(folder)).toHaveLength(3);
  });

  test('clears away what a process that died left unfinished', async () => {
    const abandoned = join(folder, 'x.1.partial');
    const current = join(folder, 'y.2.partial');
    await writeFile(abandoned, 'half');
    await writeFile(current, 'half');
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(abandoned, longAgo, longAgo);
    await new FeatureCache(folder, limit).write('a', [1], ramp(4));
    expect((await readdir(folder)).toSorted()).toEqual(['a.safetensors', 'y.2.partial']);
  });
});

describe('where nothing can be written', () => {
  test('the run is told and goes on', async () => {
    const place = join(folder, 'a-file');
    await writeFile(place, 'in the way');
    expect(await new FeatureCache(place, roomy).write('k', [1], ramp(4))).toMatchObject({
      stored: false,
      reason: 'unwritable',
    });
  });

  test('a disk that fills up is called that, and nothing stays behind', async () => {
    const probe = await open(join(folder, 'probe'), 'w');
    const fileHandle = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    await rm(join(folder, 'probe'));
    const cache = new FeatureCache(folder, roomy);
    await cache.write('kept', [1], ramp(4));
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    let piece = 0;
    const spy = vi.spyOn(fileHandle, 'writeFile').mockImplementation(async () => {
      if (piece++ > 0) throw full;
    });
    try {
      expect(await cache.write('k', [1], ramp(4))).toEqual({
        stored: false,
        reason: 'disk-full',
        detail: full.message,
      });
    } finally {
      spy.mockRestore();
    }
    expect(piece).toBe(2);
    expect(await readdir(folder)).toEqual(['kept.safetensors']);
  });

  test('a disk that is too small is found out before the work is done', async () => {
    const cache = new FeatureCache(folder, Number.MAX_SAFE_INTEGER);
    let made = 0;
    const kept = await cache.writeRows('k', [2 ** 30, 2 ** 20], async () => made++ > 0);
    expect(kept).toMatchObject({ stored: false, reason: 'disk-full', detail: expect.stringContaining('are free') });
    expect(made).toBe(0);
  });

  test('a folder without permission is read all the same', async ({ skip }) => {
    skip(process.getuid?.() === 0 || process.platform === 'win32', 'root, and Windows, may write into any folder');
    const cache = new FeatureCache(folder, roomy);
    await cache.write('k', [1], ramp(4));
    await chmod(folder, 0o555);
    expect((await cache.read('k'))?.rows).toBe(4);
    expect(await cache.write('l', [1], ramp(4))).toMatchObject({ stored: false, reason: 'unwritable' });
    await chmod(folder, 0o755);
  });
});
