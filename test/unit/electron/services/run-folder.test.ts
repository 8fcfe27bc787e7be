import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '#shared/protocol/run.ts';
import { binContent, emptyBin, putBack, throwAway } from '#electron/services/run-bin.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { applySettings } from '#shared/document/set.ts';
import { project } from '#test/support/documents.ts';
import { listRuns, nameRun } from '#electron/services/run-folder.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step: RunEvent = { event: 'step', step: 1, epoch: 1, loss: 1, lr: 1, accuracy: 0 };
const epoch = (number: number, best: boolean): RunEvent => ({
  event: 'epoch',
  epoch: number,
  train: { loss: 1, accuracy: 0 },
  validation: { loss: number / 10, accuracy: 0.5 },
  seconds: 1,
  samplesPerSecond: 1,
  secondsLeft: 1,
  best,
});
const error: RunEvent = { event: 'error', code: 'run.nothing-trained', message: '', remedy: '' };
const done: RunEvent = {
  event: 'done',
  run: '/r',
  reason: 'epochs',
  best: { epoch: 7, loss: 0.1, accuracy: 0.9 },
  model: '/r/model.onnx',
  seconds: 1,
};

function put(name: string, events: readonly RunEvent[], end = '\n'): void {
  const run = join(folder, name);
  mkdirSync(run);
  writeFileSync(join(run, 'run.json'), JSON.stringify({ title: name, started: '2026-01-01T00:00:00Z' }));
  writeFileSync(join(run, 'metrics.jsonl'), events.map((event) => JSON.stringify(event)).join('\n') + end);
}

async function listed(): Promise<Record<string, unknown>> {
  const runs = await listRuns(folder, undefined);
  return Object.fromEntries(runs.map(({ title, status, best }) => [title, [status, best?.epoch]]));
}

test('a list of runs tells how each stands by the last it said', async () => {
  put('done', [step, epoch(1, true), done]);
  put('failed', [step, epoch(1, true), epoch(2, true), epoch(3, false), error]);
  put('interrupted', [step, epoch(1, true), step]);
  put('without an epoch', [step]);
  put('silent', []);
  put('cut off', [epoch(1, true), step], '\n{"event":"do');
  put('long', [epoch(1, true), epoch(2, true), ...Array.from({ length: 10_000 }, () => step), done]);
  await expect(listed()).resolves.toEqual({
    done: ['done', 7],
    failed: ['failed', 2],
    interrupted: ['interrupted', 1],
    'without an epoch': ['interrupted', undefined],
    silent: ['interrupted', undefined],
    'cut off': ['interrupted', 1],
    long: ['done', 7],
  });
});

/** A run of one project, started on this day with these settings. */
function putRun(day: number, settings: readonly string[] = []): string {
  const run = join(folder, `run-${day}`);
  mkdirSync(run);
  writeFileSync(join(run, 'run.json'), JSON.stringify({ title: 'Hats', started: `2026-01-0${day}T00:00:00Z` }));
  writeFileSync(join(run, 'metrics.jsonl'), `${JSON.stringify(done)}\n`);
  writeFileSync(
    join(run, 'project.graft'),
    serializeDocument(applySettings(project(), ['data.path=/pictures', ...settings])),
  );
  return run;
}

test('a run says what is otherwise than in the one before it', async () => {
  putRun(1);
  putRun(2, ['training.epochs=3']);
  putRun(3, ['training.epochs=3']);
  const runs = await listRuns(folder, undefined);
  expect(runs.map(({ changes }) => changes)).toEqual([[], ['Training, epochs: 30 → 3'], undefined]);
});

test('a run has the name it is given, until that is taken away', async () => {
  const run = putRun(1);
  await nameRun(run, 'the good one');
  expect((await listRuns(folder, undefined))[0]).toMatchObject({ title: 'Hats', name: 'the good one' });
  await nameRun(run, '');
  expect((await listRuns(folder, undefined))[0]).not.toHaveProperty('name');
});

test('a run that is thrown away can be put back until the bin is emptied', async () => {
  const run = putRun(1);
  const binned = await throwAway(run, folder);
  expect(await listRuns(folder, undefined)).toEqual([]);
  expect(await binContent(folder)).toMatchObject({ runs: 1, bytes: expect.any(Number) });
  putRun(1);
  const back = await putBack(binned, folder);
  expect(back).toBe(`${run}-2`);
  expect(await listRuns(folder, undefined)).toHaveLength(2);
  await throwAway(back, folder);
  await emptyBin(folder);
  expect(await binContent(folder)).toEqual({ runs: 0, bytes: 0 });
  expect(await listRuns(folder, undefined)).toHaveLength(1);
});

test('nothing but a run of the folder is thrown away', async () => {
  const run = putRun(1);
  await expect(throwAway(join(run, '..', '..'), folder)).rejects.toMatchObject({ code: 'run.missing' });
  await expect(throwAway(join(folder, 'none'), folder)).rejects.toMatchObject({ code: 'run.missing' });
  await expect(throwAway(run, join(folder, 'other'))).rejects.toMatchObject({ code: 'run.missing' });
  await expect(putBack(run, folder)).rejects.toMatchObject({ code: 'run.missing' });
});
