/** Data that brings parts of its own: what is kept for the end is looked at once, and what cannot be trained on is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { evaluate, train } from '#electron/engine/training/runs.ts';
import { Listener, makePictures, project, temporaryHome } from '#test/engine/support.ts';

const home = temporaryHome();
afterAll(() => home.remove());

async function trained(
  data: string,
  name: string,
  document: GraftDocument = project(data, ['training.epochs=2']),
): Promise<{ run: string; listener: Listener }> {
  const listener = new Listener();
  const run = join(home.path, 'runs', name);
  await train({ document, baseFolder: home.path, device: 'cpu', runFolder: run }, listener.hear);
  await listener.over;
  return { run, listener };
}

describe('a test part', () => {
  const data = join(home.path, 'parts');
  beforeAll(async () => {
    await makePictures(join(data, 'train'), 6);
    await makePictures(join(data, 'val'), 3, 3, 6);
    await makePictures(join(data, 'test'), 4, 3, 7);
    writeFileSync(join(data, 'test', 'class-1', 'broken.png'), 'no picture');
  });

  it('is left alone until the end, and its figures stand apart', async () => {
    const { run, listener } = await trained(data, 'parts');
    expect(listener.find('plan')?.samples).toEqual({ train: 18, validation: 9, test: 13 });
    const said = listener.events.map(({ event }) => event);
    expect(said.slice(-2)).toEqual(['test', 'done']);
    const [test] = listener.all('test');
    expect(test).toMatchObject({ samples: 12 });
    const kept = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8')) as { samples: unknown[]; test: object };
    expect(kept.samples).toHaveLength(9);
    expect({ ...kept.test, event: 'test' }).toMatchObject(test as object);
    expect((await evaluate(run)).test).toEqual(kept.test);
  });
});

describe('corrections', () => {
  it('teach the head anew from the features that are there', async () => {
    const data = join(home.path, 'corrected');
    await makePictures(data, 6);
    const settings = (corrections: unknown): GraftDocument =>
      setParameter(project(data, ['training.epochs=1']), 'data', 'corrections', corrections);
    const first = await trained(data, 'uncorrected');
    const { listener, run } = await trained(
      data,
      'corrected',
      settings([
        { photo: 'class-0/0.png', class: 'class-1' },
        { photo: 'class-2/1.png', class: '' },
      ]),
    );
    const plan = listener.find('plan');
    expect(plan?.cached).toBe(true);
    expect((plan?.samples.train ?? 0) + (plan?.samples.validation ?? 0)).toBe(17);
    expect(first.listener.all('cache').at(-1)?.done).toBe(18);
    expect(listener.all('cache')).toEqual([]);
    expect(listener.all('warning').map(({ code }) => code)).toEqual(['data.corrected']);
    const kept = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8')) as { samples: unknown[] };
    expect(kept.samples).toHaveLength(plan?.samples.validation ?? 0);
  });
});

describe('a class that training would not see', () => {
  it('is refused before a run begins where its files are no pictures', async () => {
    const data = join(home.path, 'pages');
    await makePictures(data, 4);
    for (const index of [0, 1, 2, 3]) writeFileSync(join(data, 'class-2', `${index}.png`), '<html>not found</html>');
    await expect(trained(data, 'pages')).rejects.toMatchObject({
      code: 'data.class-not-pictures',
      node: 'data',
      message: expect.stringContaining('“class-2”'),
    });
  });

  it('ends the run where they only begin as pictures do', async () => {
    const data = join(home.path, 'cut');
    await makePictures(data, 4);
    const cut = readFileSync(join(data, 'class-1', '0.png')).subarray(0, 40);
    for (const index of [0, 1, 2, 3]) writeFileSync(join(data, 'class-1', `${index}.png`), cut);
    const { listener } = await trained(data, 'cut');
    expect(listener.find('error')).toMatchObject({
      code: 'data.class-unreadable',
      message: expect.stringContaining('“class-1”'),
    });
  });
});
