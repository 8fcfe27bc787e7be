/**
 * Half an hour of a workbench in use: projects are edited, looked at, trained, paused, stopped, tried and exported, one
 * run after the other, while the memory and the open files of host and engines are written down.
 * `npx node test/endurance/soak.ts [--minutes 30] [--runs 500]`; it goes on until both are reached.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applySettings } from '#shared/document/set.ts';
import { locateProgram } from '#electron/services/program.ts';
import { makePictures, project } from '#test/engine/support.ts';
import { Dice } from '#test/support/vandal.ts';
import { openWindow, type WindowClient } from '#test/support/window-client.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string' } },
});
const wantedMinutes = Number(values.minutes ?? 30);
const wantedRuns = Number(values.runs ?? 500);
const seed = Number(values.seed ?? 1);
/** Until then processes are still growing into their work. */
const settledAfter = Math.min(5, wantedMinutes / 3);
/** How much larger the last quarter may be than the first one after that: what two looks differ by without a cause. */
const noise = 1.1;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Look {
  readonly minute: number;
  readonly run: number;
  /** By role: MiB of memory, and open files. */
  readonly processes: Readonly<Record<string, { readonly mib: number; readonly files: number }>>;
}

const folder = mkdtempSync(join(tmpdir(), 'graft-soak-'));
const home = join(folder, 'home');
const temporary = join(folder, 'tmp');
for (const one of [home, temporary]) mkdirSync(one);
await makePictures(join(folder, 'pictures'), 12);
writeFileSync(join(home, 'settings.json'), JSON.stringify({ introduced: true }));

const { node, commandLine, root } = locateProgram();
const served = spawn(node, [commandLine, 'serve', '--no-open', '--json'], {
  cwd: root,
  env: { ...process.env, GRAFT_HOME: home, TMPDIR: temporary },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise<string>((resolve) => {
  served.stdout.once('data', (chunk: Buffer) => resolve((JSON.parse(String(chunk)) as { url: string }).url));
});

/** The host's and its engines' memory and files, as Linux has them. Engines are told apart by their order of birth. */
function look(minute: number, run: number): Look {
  const children = (parent: number): number[] =>
    readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  const engines = children(served.pid as number).toSorted((left, right) => left - right);
  const below = engines.flatMap((engine) => children(engine));
  const named: [string, number][] = [
    ['host', served.pid as number],
    ...engines.map((id, index): [string, number] => [`engine ${index}`, id]),
    ...below.map((id, index): [string, number] => [`decoder ${index}`, id]),
  ];
  const processes = named.flatMap(([name, id]) => {
    try {
      const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
      return [[name, { mib: Math.round(kib / 1024), files: readdirSync(`/proc/${id}/fd`).length }] as const];
    } catch {
      return [];
    }
  });
  return { minute, run, processes: Object.fromEntries(processes) };
}

/** What a person does with one run. */
async function oneUse({ host }: WindowClient, dice: Dice, number: number): Promise<void> {
  const settings = [
    `training.epochs=${2 + dice.below(20)}`,
    'training.batchSize=8',
    `training.seed=${number}`,
    `head.hidden=${dice.pick(['', '16', '32 16'])}`,
    ...(dice.below(4) === 0 ? ['freeze.mode=none', 'training.epochs=2'] : []),
    ...(dice.below(4) === 0 ? ['augment.enabled=true', `augment.views=${dice.pick([0, 2])}`] : []),
  ];
  const start = project(join(folder, 'pictures'));
  const document = { ...applySettings(start, settings), title: `soak ${number % 20}` };
  const path = join(folder, `p${number % 5}.graft`);
  await host.documents.keepRecovery({ key: path, path, document });
  const facts = await host.data.facts({ document, path });
  await host.data.thumbnails({ paths: (facts.dataset?.examples ?? []).map((example) => example.path), size: 96 });
  if (dice.below(5) === 0) await host.data.forecast({ document, path, device: 'cpu' }).catch(() => undefined);
  await host.documents.save({ document, path });
  await host.documents.dropRecovery({ key: path });
  const { run } = await host.runs.start({ document, path, device: 'cpu' });
  const asks = dice.below(4);
  let epochs = 0;
  for await (const events of await host.runs.watch({ run })) {
    epochs += events.filter(({ event }) => event === 'epoch').length;
    if (epochs === 0) continue;
    if (asks === 1)
      await host.runs
        .control({ action: 'pause' })
        .then(() => host.runs.control({ action: 'resume' }))
        .catch(() => undefined);
    if (asks === 2) await host.runs.control({ action: 'stop' }).catch(() => undefined);
    if (asks === 3) await host.runs.control({ action: 'learning-rate', factor: 0.5 }).catch(() => undefined);
  }
  await host.runs.evaluation({ run });
  const [first] = facts.dataset?.examples ?? [];
  if (first) await host.runs.predict({ run, inputs: [first.path] });
  await host.runs.export({ run, file: join(folder, 'taken.onnx') });
  // Run folders are a person's own; here they would only fill the disk.
  rmSync(run, { recursive: true, force: true });
}

const looks: Look[] = [];
const began = Date.now();
const minutes = (): number => (Date.now() - began) / 60_000;
const dice = new Dice(seed);
let client = await openWindow(url);
let run = 0;
for (; minutes() < wantedMinutes || run < wantedRuns; run++) {
  await oneUse(client, dice, run);
  const now = look(minutes(), run);
  looks.push(now);
  if (run % 10 === 0) say(`${now.minute.toFixed(1)} min, ${run + 1} runs: ${JSON.stringify(now.processes)}`);
  if (run % 25 === 24) {
    // A window is closed and another one opened, as by a reload.
    client.close();
    const again = spawn(node, [commandLine, 'open', '--print'], {
      cwd: root,
      env: { ...process.env, GRAFT_HOME: home },
    });
    const address = await new Promise<string>((resolve) => {
      again.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim()));
    });
    client = await openWindow(address);
  }
}
client.close();

const faults: string[] = [];
const settled = looks.filter(({ minute }) => minute >= settledAfter);
const quarter = Math.floor(settled.length / 4);
const mean = (some: readonly Look[], name: string, field: 'mib' | 'files'): number => {
  const found = some.flatMap(({ processes }) => processes[name]?.[field] ?? []);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
};
for (const name of Object.keys(settled.at(-1)?.processes ?? {}))
  for (const field of ['mib', 'files'] as const) {
    const [first, last] = [mean(settled.slice(0, quarter), name, field), mean(settled.slice(-quarter), name, field)];
    say(`${name}: ${field} ${first.toFixed(1)} → ${last.toFixed(1)}`);
    if (last > first * noise) faults.push(`${name} has grown: ${field} ${first.toFixed(1)} → ${last.toFixed(1)}`);
  }
const ended = new Promise((resolve) => {
  served.once('exit', resolve);
});
served.kill('SIGTERM');
const code = await ended;
if (code !== 0) faults.push(`the host ended with ${String(code)}`);
const left = [temporary, ...['runs', 'hosts', 'recovery'].map((name) => join(home, name))].flatMap((place) =>
  existsSync(place) ? readdirSync(place).map((name) => join(place, name)) : [],
);
const unfinished = readdirSync(home, { recursive: true }).filter((name) =>
  /\.(?:tmp|part|partial|lock)$/.test(String(name)),
);
if (left.length + unfinished.length > 0) faults.push(`files were left: ${[...left, ...unfinished].join(', ')}`);
rmSync(folder, { recursive: true, force: true });
say(JSON.stringify({ minutes: minutes(), runs: run, faults }, undefined, 2));
process.exitCode = faults.length === 0 ? 0 : 1;
