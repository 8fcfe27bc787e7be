import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import type { Services } from '#electron/services/services.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

const titled = (title: string): GraftDocument => ({ ...emptyDocument, title });

async function heard({ runs }: Services, run: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const batch of await runs.watch(run)) events.push(...batch);
  return events;
}

const steps = (events: readonly RunEvent[]): number[] =>
  events.flatMap((event) => (event.event === 'step' ? [event.step] : []));

describe('a run', () => {
  test('is watched from its plan to its end, and read again from its folder', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('Blue flowers!'), '', 'auto');
    expect(basename(run)).toMatch(/^\d{4}(-\d\d){5}-blue-flowers$/);
    const live = await heard(services, run);
    expect(live[0]?.event).toBe('plan');
    expect(steps(live)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(live.at(-1)).toMatchObject({ event: 'done', reason: 'epochs' });
    expect(services.runs.current).toBeUndefined();

    const later = await testServices();
    expect(await heard(later, run)).toEqual(live);
    await expect(services.runs.list()).resolves.toMatchObject([
      { run, status: 'done', classes: 2, best: { epoch: 2 } },
    ]);
  });

  test('is the only one at a time, and stops when told', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('held'), '', 'cpu');
    const watching = heard(services, run);
    await expect(services.runs.start(titled('another'), '', 'cpu')).rejects.toMatchObject({ code: 'run.busy' });
    await expect(services.runs.list()).resolves.toMatchObject([{ status: 'running' }]);
    await untilHeld(services, run);
    await services.runs.control({ action: 'stop' });
    expect((await watching).at(-1)).toMatchObject({ event: 'done', reason: 'stopped' });
    await expect(services.runs.control({ action: 'stop' })).rejects.toMatchObject({ code: 'run.none' });
  });

  test('two starts at once give one run', async () => {
    const services = await testServices();
    const outcomes = await Promise.allSettled([
      services.runs.start(titled('held'), '', 'cpu'),
      services.runs.start(titled('held'), '', 'cpu'),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('that the engine refuses leaves no folder, and the next one can start', async () => {
    const services = await testServices();
    await expect(services.runs.start(titled('refused'), '', 'cpu')).rejects.toMatchObject({
      code: 'data.folder-unset',
    });
    expect(readdirSync(services.home.runs)).toEqual([]);
    const run = await services.runs.start(titled('fine'), '', 'cpu');
    expect((await heard(services, run)).at(-1)?.event).toBe('done');
  });

  test('goes on from its last checkpoint by itself when the engine dies', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('dies once'), '', 'cpu');
    const events = await heard(services, run);
    const warning = events.find(({ event }) => event === 'warning');
    expect(warning).toMatchObject({ code: 'run.engine-died', message: /SIGKILL/ });
    expect(steps(events)).toEqual([1, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10]);
    expect(events.at(-1)?.event).toBe('done');
    const replayed = await heard(services, run);
    expect(steps(replayed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('is given up after dying three times without a new checkpoint', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('dies always'), '', 'cpu');
    const events = await heard(services, run);
    expect(events.filter(({ event }) => event === 'warning')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'run.engine-keeps-dying' });
    expect(services.runs.current).toBeUndefined();
  });

  test('ends plainly when the engine dies before the first checkpoint', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('dies before its first checkpoint'), '', 'cpu');
    expect((await heard(services, run)).at(-1)).toMatchObject({ event: 'error', code: 'run.no-checkpoint' });
  });

  test('stops when told so while a dead engine is coming back', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('held again'), '', 'cpu');
    await untilHeld(services, run);
    process.kill(services.engine.processId('trainer') as number, 'SIGKILL');
    const events: RunEvent[] = [];
    for await (const batch of await services.runs.watch(run)) {
      events.push(...batch);
      if (batch.some(({ event }) => event === 'warning')) await services.runs.control({ action: 'stop' });
    }
    expect(events.at(-1)).toMatchObject({ event: 'done', reason: 'stopped' });
  });

  test('stays paused, at the rate it was given, after the engine has died', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('held again'), '', 'cpu');
    await untilHeld(services, run);
    await services.runs.control({ action: 'learning-rate', factor: 0.5 });
    await services.runs.control({ action: 'pause' });
    process.kill(services.engine.processId('trainer') as number, 'SIGKILL');
    const later: RunEvent[] = [];
    for await (const batch of await services.runs.watch(run)) {
      later.push(...batch);
      const died = later.findIndex(({ event }) => event === 'warning');
      if (died < 0 || !later.slice(died).some(({ event }) => event === 'state')) continue;
      expect(later.slice(died)).toMatchObject([
        { code: 'run.engine-died' },
        { event: 'plan' },
        { event: 'step', lr: 0.05 },
        { event: 'state', state: 'paused' },
      ]);
      return;
    }
    expect.fail('the run ended');
  });

  test('is steered from the moment it is asked for', async () => {
    const services = await testServices();
    const starting = services.runs.start(titled('held'), '', 'cpu');
    while (services.runs.current === undefined) await new Promise(setImmediate);
    await services.runs.control({ action: 'pause' });
    const run = await starting;
    for await (const batch of await services.runs.watch(run)) {
      if (batch.some((event) => event.event === 'state' && event.state === 'paused')) return;
    }
    expect.fail('the run ended');
  });

  test('is resumed by hand with what it said before', async () => {
    const first = await testServices();
    const run = await first.runs.start(titled('held'), '', 'cpu');
    await untilHeld(first, run);
    await first.close();
    const services = await testServices();
    await services.runs.resume(run);
    const events: RunEvent[] = [];
    for await (const batch of await services.runs.watch(run)) events.push(...batch);
    expect(steps(events)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('run folders', () => {
  test('give back the document they were trained from', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('kept'), '', 'cpu');
    await heard(services, run);
    writeFileSync(join(run, 'project.graft'), serializeDocument(titled('kept')));
    await expect(services.runs.document(run)).resolves.toEqual(titled('kept'));
    writeFileSync(join(run, 'project.graft'), 'torn');
    await expect(services.runs.document(run)).rejects.toMatchObject({ code: 'document.corrupt' });
    await expect(services.runs.document(services.home.runs)).rejects.toMatchObject({ code: 'run.missing' });
  });

  test('that are none, or damaged, are left out and left alone', async () => {
    const services = await testServices();
    const folder = services.home.runs;
    mkdirSync(join(folder, 'empty'), { recursive: true });
    mkdirSync(join(folder, 'damaged'));
    writeFileSync(join(folder, 'damaged', 'run.json'), '{');
    await expect(services.runs.list()).resolves.toEqual([]);
    expect(existsSync(join(folder, 'damaged', 'run.json'))).toBe(true);
    await expect(services.runs.watch(join(folder, 'empty'))).rejects.toMatchObject({ code: 'run.missing' });
    await expect(services.runs.predict(join(folder, 'empty'), [])).rejects.toMatchObject({ code: 'run.missing' });
  });

  test('with a line cut off by a crash are read up to there', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('held'), '', 'cpu');
    await untilHeld(services, run);
    await services.close();
    appendFileSync(join(run, 'metrics.jsonl'), '{"event":"step","st');
    const later = await testServices();
    expect(steps(await heard(later, run))).toEqual([1, 2, 3, 4, 5]);
  });

  test('are found by their name alone', async () => {
    const services = await testServices();
    const run = await services.runs.start(titled('fine'), '', 'cpu');
    await heard(services, run);
    await expect(services.runs.locate(basename(run))).resolves.toBe(run);
  });
});

/** The stand-in engine holds after its first epoch. */
async function untilHeld({ runs }: Services, run: string): Promise<void> {
  for await (const batch of await runs.watch(run)) if (batch.some(({ event }) => event === 'epoch')) return;
}
