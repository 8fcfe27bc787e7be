/** What a run trains on: rows from the cache, mended pictures, splits too large to hold. */
import { mkdirSync, renameSync, utimesSync, writeFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import { heldInMemory, heldInPictures } from '#electron/engine/training/held-out-rows.ts';
import { Network } from '#electron/engine/training/network.ts';
import { loadProject, type Project } from '#electron/engine/training/project.ts';
import { loadRows, type RowsRequest } from '#electron/engine/training/rows.ts';
import { pool } from '#electron/engine/training/runs.ts';
import { decodeOptions } from '#electron/engine/training/passes.ts';
import { elementCount } from '#shared/core/shape.ts';
import { makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
const cache = new FeatureCache(join(home.path, 'cache'), 2 ** 30);

beforeAll(() => makePictures(data, 8));
afterAll(async () => {
  await pool.close();
  home.remove();
});

const load = (folder: string): Promise<Project> => loadProject(project(folder, ['training.batchSize=8']), home.path);

function request(loaded: Project, samples = loaded.samples): RowsRequest {
  return {
    plan: loaded.plan,
    device: 'cpu',
    root: loaded.facts.path,
    samples,
    pool,
    cache,
    identity: loaded.identity,
    decode: decodeOptions(loaded, 0),
    onProgress: () => undefined,
    onWarning: () => undefined,
    interrupted: () => Promise.resolve(false),
  };
}

describe('rows', () => {
  it('are still known after their folder has moved', async () => {
    const first = await loadRows(request(await load(data)));
    expect(first?.cached).toBe(false);
    const elsewhere = join(home.path, 'moved');
    mkdirSync(elsewhere);
    renameSync(data, join(elsewhere, 'pictures'));
    const second = await loadRows(request(await load(join(elsewhere, 'pictures'))));
    expect(second?.cached).toBe(true);
    expect(second?.data).toEqual(first?.data);
    renameSync(join(elsewhere, 'pictures'), data);
  });

  it('take in a picture that could not be read before, without computing the others again', async () => {
    const folder = join(home.path, 'mended');
    await makePictures(folder, 8);
    const path = join(folder, 'class-0', '3.png');
    const good = readFileSync(path);
    const { mtime } = statSync(path);
    // As if the disk had failed for a while: neither size nor time of the file tell.
    writeFileSync(path, new Uint8Array(good.length));
    utimesSync(path, mtime, mtime);
    const loaded = await load(folder);
    const place = loaded.samples.findIndex((sample) => sample.path === path);
    const before = await loadRows(request(loaded));
    expect([...(before?.failures.keys() ?? [])]).toEqual([place]);
    writeFileSync(path, good);
    utimesSync(path, mtime, mtime);
    const after = await loadRows(request(await load(folder)));
    expect(after?.cached).toBe(true);
    expect(after?.failures.size).toBe(0);
    expect(after?.data.every(Number.isFinite)).toBe(true);
    expect((await loadRows(request(await load(folder))))?.failures.size).toBe(0);
  });

  it('of a split too large to hold give the same answers chunk by chunk', async () => {
    const loaded = await load(data);
    const broken = join(data, 'class-1', 'broken.png');
    writeFileSync(broken, 'not a picture');
    const withBroken = [...loaded.samples, { path: broken, label: 1, split: 'validation' as const }];
    const rows = await loadRows(request(loaded, withBroken));
    const whole = heldInMemory(
      rows?.data ?? new Float32Array(),
      loaded.samples.map((sample, row) => ({ sample, row })),
      elementCount(loaded.plan.cut.shape),
    );
    const chunks = await heldInPictures(request(loaded, withBroken));
    expect([...(chunks?.failures.keys() ?? [])]).toEqual([withBroken.length - 1]);
    expect(chunks?.held.samples).toEqual(whole.samples);
    const network = new Network(loaded.plan, 'cpu');
    expect(await chunks?.held.judge(network)).toEqual(await whole.judge(network));
    await network.release();
  });

  it('that cannot be read at a later look are left out of it, named, and take part in none of its numbers', async () => {
    const loaded = await loadProject(project(data), home.path);
    const lost = [loaded.samples[1], loaded.samples.at(-1)].map((sample) => sample as Sample);
    let looks = 0;
    const flaky = {
      decode: async (...asked: Parameters<DecodePool['decode']>) => {
        const decoded = await pool.decode(...asked);
        if (looks === 0) return decoded;
        const gone = asked[0].flatMap((path, index) => (lost.some((one) => one.path === path) ? [index] : []));
        return { ...decoded, failures: gone.map((index) => ({ index, reason: 'the file is missing.' })) };
      },
    } as unknown as DecodePool;
    const missing: string[] = [];
    const onMissing = ({ path }: Sample): void => void missing.push(path);
    const held = (await heldInPictures({ ...request(loaded), pool: flaky, onMissing }))?.held;
    const network = new Network(loaded.plan, 'cpu');
    const before = await held?.judge(network);
    const seen = before?.samples ?? [];
    expect(seen).toEqual(held?.samples);
    looks++;
    const after = await held?.judge(network);
    expect(after?.samples).toEqual(seen.filter((sample) => !lost.includes(sample)));
    expect(missing).toEqual(lost.map(({ path }) => path));
    const classes = loaded.facts.classes.length;
    const kept = before?.logits.filter((_, index) => !lost.includes(seen[Math.floor(index / classes)]!));
    expect(after?.logits).toEqual(kept);
    await network.release();
  });
});
