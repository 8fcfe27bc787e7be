/**
 * What the feature cache saves, and how long training waits for its pictures. Run by hand:
 *
 *     npx node test/bench/cache.ts --photos FOLDER [--backbone FILE] [--set PATH=VALUE …] [--only PART]
 *
 * PART is a part of the names of the runs that are wanted. First the frozen part by itself, in pictures a second by how
 * many it takes at a time. Then whole runs, each in a process of its own: with all rows in memory, with rows read from
 * the cache's file, and with neither, where every epoch decodes every picture and runs the frozen part again; last some
 * that train everything. An epoch is its steps; `between` is what lies between two of them, the look at the validation
 * split and the checkpoint. `wait` is the share of the steps' time in which they waited for rows or pictures.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { applySettings } from '#shared/document/set.ts';
import { instantiate } from '#shared/document/templates.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32 } from '#electron/engine/runtime/tensors.ts';
import { loadProject } from '#electron/engine/training/project.ts';
import { pool, train } from '#electron/engine/training/runs.ts';

interface Job {
  readonly name: string;
  readonly settings: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Outcome {
  /** Seconds until the first step. */
  readonly preparing: number;
  /** Seconds of all threads together in the same time as `epoch` and `between`; other processes weigh little on it. */
  readonly processor: number;
  /** Seconds an epoch's steps took, and what followed them, medians without the first epoch. */
  readonly epoch: number;
  readonly between: number;
  readonly wait: number;
  readonly loss: number;
  /** Bytes the process held at its worst. */
  readonly peak: number;
}

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    backbone: { type: 'string', default: 'nano' },
    set: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: '' },
    job: { type: 'string' },
  },
});
if (values.photos === undefined) throw new Error('name a folder of photos: --photos FOLDER');
const photos = resolve(values.photos);
const common = ['training.batchSize=32', 'training.epochs=4', 'training.patience=0'];

const documentOf = (settings: readonly string[]) =>
  applySettings(instantiate('image-classification', { dataPath: photos, backbone: values.backbone }), [
    ...common,
    ...settings,
    ...values.set,
  ]);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function timePrefix(): Promise<void> {
  const { plan, size } = await loadProject(documentOf([]), '/');
  const timers: { batch: number; time: () => Promise<number>; rates: number[] }[] = [];
  for (let batch = 1; batch <= 64; batch *= 2) {
    const prefix = await plan.prefixAt(batch);
    if (!prefix) return;
    const session = await createSession(prefix.model, 'cpu');
    const input = float32(new Float32Array(batch * 3 * size[0] * size[1]).fill(0.3), [batch, 3, ...size]);
    await session.run({ input });
    const runs = Math.max(1, 64 / batch);
    const time = async (): Promise<number> => {
      const began = performance.now();
      for (let run = 0; run < runs; run++) await session.run({ input });
      return (1000 * runs * batch) / (performance.now() - began);
    };
    timers.push({ batch, time, rates: [] });
  }
  // In turn, so that whatever else the machine does weighs on all.
  for (let round = 0; round < 5; round++) for (const { time, rates } of timers) rates.push(await time());
  say('frozen part, pictures a second by batch');
  for (const { batch, rates } of timers) say(`  ${String(batch).padStart(3)}  ${median(rates).toFixed(0)}`);
}

async function carryOut({ settings }: Job): Promise<Outcome> {
  const began = performance.now();
  let started = 0;
  let ended = 0;
  let used = process.cpuUsage();
  const epochs: { seconds: number; processor: number; wait: number; between: number; loss: number }[] = [];
  const { promise, resolve: finish, reject } = Promise.withResolvers<void>();
  const hear = (_run: string, events: readonly RunEvent[]): void => {
    for (const event of events) {
      const now = performance.now();
      if (event.event === 'state' && event.state === 'running') [started, ended] = [now, now];
      if (event.event === 'error') reject(new Error(event.message));
      if (event.event === 'done') finish();
      if (event.event !== 'epoch') continue;
      const between = (now - ended) / 1000 - event.seconds;
      ended = now;
      const { user, system } = process.cpuUsage(used);
      used = process.cpuUsage();
      const wait = event.dataWaitSeconds ?? 0;
      epochs.push({ seconds: event.seconds, processor: (user + system) / 1e6, wait, between, loss: event.train.loss });
    }
  };
  const runFolder = join(process.env['GRAFT_HOME'] as string, 'run');
  await train({ document: documentOf(settings), baseFolder: '/', device: 'cpu', runFolder }, hear);
  await promise;
  await pool.close();
  const later = epochs.slice(1);
  return {
    preparing: (started - began) / 1000,
    epoch: median(later.map(({ seconds }) => seconds)),
    processor: median(later.map(({ processor }) => processor)),
    between: median(later.map(({ between }) => between)),
    wait: later.reduce((sum, { wait }) => sum + wait, 0) / later.reduce((sum, { seconds }) => sum + seconds, 0),
    loss: epochs.at(-1)?.loss ?? Number.NaN,
    peak: process.resourceUsage().maxRSS * 1024,
  };
}

async function inProcess(job: Job): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'graft-bench-'));
  try {
    const child = fork(import.meta.filename, [...process.argv.slice(2), '--job', JSON.stringify(job)], {
      env: { ...process.env, ...job.environment, GRAFT_HOME: home },
    });
    const [outcome] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`${job.name} ended with ${code}`);
      }),
    ])) as [Outcome];
    await once(child, 'exit');
    const { preparing, epoch, processor, between, wait, loss, peak } = outcome;
    const cells = [
      `${preparing.toFixed(2)} s`,
      `${epoch.toFixed(3)} s`,
      `${between.toFixed(3)} s`,
      `${processor.toFixed(3)} s`,
      `${(100 * wait).toFixed(1)} %`,
      `${(peak / 2 ** 20).toFixed(0)} MiB`,
      loss.toFixed(6),
    ];
    say(`${job.name.padEnd(38)}${cells.map((cell) => cell.padStart(11)).join('')}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const nothing = { GRAFT_ROW_MEMORY: String(256 << 10), GRAFT_CACHE_LIMIT: '0' };
const little = { GRAFT_ROW_MEMORY: String(256 << 10) };
const everything = ['freeze.mode=none', 'optimizer.learningRate=0.001'];
const jobs: readonly Job[] = [
  { name: 'frozen, rows in memory', settings: [], environment: {} },
  { name: 'frozen, rows from the file', settings: [], environment: little },
  { name: 'frozen, nothing kept', settings: [], environment: nothing },
  { name: 'all trained, pictures in memory', settings: everything, environment: {} },
  { name: 'all trained, pictures from the file', settings: everything, environment: little },
  { name: 'all trained, pictures decoded', settings: everything, environment: nothing },
  { name: 'all trained, varied every epoch', settings: [...everything, 'augment.enabled=true'], environment: {} },
];

if (values.job === undefined) {
  if (values.only === '') await timePrefix();
  const heads = ['until step 1', 'epoch', 'between', 'processor', 'wait', 'peak', 'last loss'];
  say(`${''.padEnd(38)}${heads.map((head) => head.padStart(11)).join('')}`);
  for (const job of jobs) if (job.name.includes(values.only)) await inProcess(job);
} else {
  const outcome = await carryOut(JSON.parse(values.job) as Job);
  process.send?.(outcome, () => process.disconnect());
}
