/** What a run is said to cost, against what is known of it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Forecast } from '#shared/nodes/facts.ts';
import { forecast } from '#electron/engine/forecast.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { pool, train } from '#electron/engine/training/runs.ts';
import { Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
const data = join(home.path, 'pictures');
const perClass = 10;
const samples = 3 * perClass;
/** Bytes of one picture's features behind the whole backbone: 384 float32. */
const featureBytes = 384 * 4;

beforeAll(() => makePictures(data, perClass));
afterAll(async () => {
  await pool.close();
  home.remove();
});

const settings = ['training.epochs=1', 'training.batchSize=8'];
const forecastOf = async (...more: string[]): Promise<Forecast> =>
  forecast(await loadProject(project(data, [...settings, ...more]), home.path), 'cpu', pool);

describe('a forecast', () => {
  it('knows the size of what is kept, and that it takes time', async () => {
    const found = await forecastOf();
    expect(found.cacheBytes).toBe(samples * featureBytes);
    expect(found.cached).toBe(false);
    expect(found.secondsPerEpoch).toBeGreaterThan(0);
    expect(found.cacheSeconds).toBeGreaterThan(0);
    expect(found.memoryBytes).toBeGreaterThan(0);
  });

  it('counts the copies that augmentation keeps', async () => {
    const found = await forecastOf('augment.enabled=true', 'augment.views=2');
    expect(found.cacheBytes).toBe(3 * samples * featureBytes);
  });

  it('knows when the features are there already, for this very project', async () => {
    const listener = new Listener();
    const runFolder = join(home.path, 'run');
    await train({ document: project(data, settings), baseFolder: home.path, device: 'cpu', runFolder }, listener.hear);
    await listener.over;
    expect((await forecastOf()).cached).toBe(true);
    expect((await forecastOf('head.hidden=[8]', 'optimizer.learningRate=0.5')).cached).toBe(true);
    expect((await forecastOf('freeze.mode=until', 'freeze.stage=stage5')).cached).toBe(false);
    expect((await forecastOf('backbone.normalization=half')).cached).toBe(false);
  });
});
