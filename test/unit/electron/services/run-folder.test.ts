import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '#shared/protocol/run.ts';
import { listRuns } from '#electron/services/run-folder.ts';

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
