/** Runs whose rows are said to be too many for the memory: made once, kept in files, read from there. */
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FeatureFile } from '#electron/engine/cache/feature-file.ts';
import { cacheFolder } from '#electron/engine/paths.ts';
import { keepingOf } from '#electron/engine/training/passes.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { RowMaker } from '#electron/engine/training/row-maker.ts';
import { RunFolder } from '#electron/engine/training/run-folder.ts';
import { control, evaluate, pool, resume, train } from '#electron/engine/training/runs.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { losses, Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
let made = 0;
/** A data folder of the test's own, and so entries of its own in the cache. */
let data = '';
const samples = 36;
const trained = 30;

beforeEach(async () => {
  data = join(home.path, `pictures-${made++}`);
  await makePictures(data, samples / 3, 3, made);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await pool.close();
  home.remove();
});

/** Two rows of the whole backbone's features; no data here is as small as that. */
const littleMemory = String(2 * 384 * 4);
const short = ['training.epochs=3', 'training.batchSize=8', 'training.patience=0'];

async function run(
  memory: 'plenty' | 'little',
  settings: readonly string[] = [],
  onEvent?: (event: RunEvent) => void,
): Promise<Listener & { folder: string }> {
  vi.stubEnv('GRAFT_ROW_MEMORY', memory === 'little' ? littleMemory : '');
  const folder = join(home.path, 'runs', String(made++));
  const listener = new Listener(onEvent);
  const document = project(data, [...short, ...settings]);
  await train({ document, baseFolder: home.path, device: 'cpu', runFolder: folder }, listener.hear);
  await listener.over;
  return Object.assign(listener, { folder });
}

/** What a run's numbers are, times apart. */
function numbers(listener: Listener & { folder: string }): unknown {
  const epochs = listener.all('epoch').map((event) => [event.train, event.validation, event.best]);
  return { losses: losses(listener.events), epochs, best: listener.find('done')?.best };
}

/** Counts the pictures that are taken through the frozen part from now on. */
function countPictures(): () => number {
  const spy = vi.spyOn(RowMaker.prototype, 'rows');
  return () => spy.mock.calls.reduce((total, [{ pixels, size }]) => total + pixels.length / (3 * size[0] * size[1]), 0);
}

const entries = (): string[] => (existsSync(cacheFolder()) ? readdirSync(cacheFolder()) : []);
const newEntries = (before: readonly string[]): string[] => entries().filter((name) => !before.includes(name));

describe('rows larger than memory', () => {
  const views = ['augment.enabled=true', 'augment.views=2'];
  it.each<[string, string[], number]>([
    ['as they are', [], samples],
    ['in two variations each', views, samples + 2 * trained],
    ['of a stage in the middle', ['freeze.mode=until', 'freeze.stage=stage5'], samples],
    ['of small pictures, where nothing is frozen,', ['freeze.mode=none', 'training.epochs=1'], samples],
  ])('train %s as they would in memory, and run the frozen part once', async (_, settings, rows) => {
    const before = entries();
    const count = countPictures();
    const streamed = await run('little', settings);
    expect(streamed.all('warning')).toEqual([]);
    expect(streamed.find('done')?.reason).toBe('epochs');
    expect(count()).toBe(rows);
    expect(newEntries(before)).toHaveLength(settings === views ? 3 : 1);

    const again = await run('little', settings);
    expect(count()).toBe(rows);
    expect([streamed.find('plan')?.cached, again.find('plan')?.cached]).toEqual([false, true]);
    // The same file serves a run that holds it whole.
    const inMemory = await run('plenty', settings);
    expect(count()).toBe(rows);
    expect(inMemory.find('plan')?.cached).toBe(true);
    expect(numbers(streamed)).toEqual(numbers(inMemory));
    expect(numbers(again)).toEqual(numbers(inMemory));
  });

  it('give the losses of rows that memory computed for itself', async () => {
    vi.stubEnv('GRAFT_CACHE_LIMIT', '0');
    const inMemory = await run('plenty');
    vi.unstubAllEnvs();
    expect(numbers(await run('little'))).toEqual(numbers(inMemory));
  });

  it('are never held all at once', async () => {
    const reads = vi.spyOn(FeatureFile.prototype, 'read');
    const whole = vi.spyOn(FeatureFile.prototype, 'check');
    await run('little');
    expect(whole).not.toHaveBeenCalled();
    expect(Math.max(...reads.mock.calls.map(([places]) => places.length))).toBe(8);
  });

  it('are read in the order of a run that is continued', async () => {
    const unbroken = await run('little');
    const broken = await run('little', [], (event) => {
      if (event.event === 'step' && event.step === 6) throw new Error('pulled the plug');
    });
    expect(broken.find('error')?.message).toContain('pulled the plug');
    const rest = new Listener();
    await resume(broken.folder, rest.hear);
    await rest.over;
    expect(losses(new RunFolder(broken.folder).readEvents())).toEqual(losses(unbroken.events));
    expect(rest.find('done')?.best).toEqual(unbroken.find('done')?.best);
  });

  it('are judged again from files as well', async () => {
    const first = await run('little');
    const recorded = JSON.parse(readFileSync(join(first.folder, 'evaluation.json'), 'utf8')) as unknown;
    const count = countPictures();
    expect(await evaluate(first.folder)).toEqual(recorded);
    expect(count()).toBe(samples - trained);
    expect(await evaluate(first.folder)).toEqual(recorded);
    expect(count()).toBe(samples - trained);
  });
});

describe('where rows are kept', () => {
  const keeping = async (settings: readonly string[], memory = littleMemory): Promise<string> => {
    vi.stubEnv('GRAFT_ROW_MEMORY', memory);
    return keepingOf(await loadProject(project(data, [...short, ...settings]), home.path));
  };

  it('follows from their size, and from whether they are the same every epoch', async () => {
    const rowBytes = 384 * 4;
    const augmented = ['augment.enabled=true', 'augment.views=2'];
    expect(await keeping([], String(samples * rowBytes))).toBe('memory');
    expect(await keeping([], String(samples * rowBytes - 1))).toBe('file');
    expect(await keeping(augmented, String((samples + 2 * trained) * rowBytes))).toBe('memory');
    expect(await keeping(augmented, String((samples + 2 * trained) * rowBytes - 1))).toBe('file');
    expect(await keeping(['augment.enabled=true'], '1e12')).toBe('none');
    expect(await keeping(['freeze.mode=none'])).toBe('file');
  });
});

describe('a file of rows', () => {
  it('is not kept where the work was stopped', async () => {
    const before = entries();
    const stopped = await run('little', [], (event) => {
      if (event.event === 'cache' && event.done > 0 && event.done < event.total) control({ action: 'stop' });
    });
    expect(stopped.find('error')?.code).toBe('run.nothing-trained');
    expect(stopped.all('cache').at(-1)?.done).toBeLessThan(samples);
    expect(newEntries(before)).toEqual([]);
  });

  it('that is damaged is named, and made again', async () => {
    const before = entries();
    const first = await run('little');
    const path = join(cacheFolder(), newEntries(before)[0] as string);
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] = (bytes.at(-5) as number) ^ 0x10;
    writeFileSync(path, bytes);
    const count = countPictures();
    const second = await run('little');
    expect(second.all('warning').map(({ code }) => code)).toEqual(['cache.damaged']);
    expect(count()).toBe(samples);
    expect(numbers(second)).toEqual(numbers(first));
    expect((await run('little')).all('warning')).toEqual([]);
  });

  it('that the limit has no room for is done without, and said', async () => {
    const before = entries();
    vi.stubEnv('GRAFT_CACHE_LIMIT', '5000');
    const count = countPictures();
    const live = await run('little');
    expect(new Set(live.all('warning').map(({ code }) => code))).toEqual(new Set(['cache.not-kept']));
    expect(live.find('done')?.reason).toBe('epochs');
    expect(count()).toBeGreaterThan(3 * samples);
    expect(newEntries(before)).toEqual([]);
  });

  it('that fills the disk is done without, and leaves nothing behind', async () => {
    const before = entries();
    const probe = await open(join(home.path, 'probe'), 'w');
    const handle = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    let pieces = 0;
    // Three pieces vanish into a disk that then says it is full.
    vi.spyOn(handle, 'writeFile').mockImplementation(async () => {
      if (pieces++ >= 3) throw full;
    });
    const live = await run('little');
    expect(live.all('warning').map(({ message }) => message)).toContainEqual(expect.stringContaining('ENOSPC'));
    expect(live.find('done')?.reason).toBe('epochs');
    expect(newEntries(before)).toEqual([]);
  });

  it('takes in a picture that could not be read before, without making the others again', async () => {
    const path = join(data, 'class-1', '3.png');
    const good = readFileSync(path);
    const { mtime } = statSync(path);
    // As if the disk had failed for a while: neither size nor time of the file tell.
    const bad = (): void => writeFileSync(path, new Uint8Array(good.length));
    bad();
    utimesSync(path, mtime, mtime);
    const without = await run('little');
    expect(without.all('warning').map(({ code }) => code)).toEqual(['data.image-unreadable']);
    const count = countPictures();
    const still = await run('little');
    expect(numbers(still)).toEqual(numbers(without));
    expect(count()).toBe(0);
    writeFileSync(path, good);
    utimesSync(path, mtime, mtime);
    const mended = await run('little');
    expect(mended.all('warning')).toEqual([]);
    expect(count()).toBe(1);
    expect(numbers(await run('plenty'))).toEqual(numbers(mended));
    expect(count()).toBe(1);
  });
});
