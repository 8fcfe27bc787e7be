/**
 * Thousands of inputs that mean no good, to one host: model and project files, pictures, checkpoints, folders of runs,
 * calls, requests and frames. Nothing may end the host, be refused without a code, take more memory or time than is due,
 * or be written anywhere but where things are kept.
 * `npx node test/endurance/hostile.ts [--inputs 20000] [--seed N] [--only KIND]`; one input by `--seed S --only KIND --inputs 1`.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { valueBytes } from '#electron/engine/budget.ts';
import { Dice } from '#test/support/vandal.ts';
import { calls } from './hostile/calls.ts';
import { documents } from './hostile/documents.ts';
import type { Attack } from './hostile/kind.ts';
import { models } from './hostile/models.ts';
import { pictures } from './hostile/pictures.ts';
import { Place } from './hostile/place.ts';
import { runs } from './hostile/runs.ts';
import { tensors } from './hostile/tensors.ts';
import { frames, requests } from './hostile/web.ts';

const kinds = { models, documents, pictures, tensors, runs, calls, requests, frames } satisfies Record<string, Attack>;
type Kind = keyof typeof kinds;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    /** A place that other programs write to meanwhile, as `find -path` takes it. */
    apart: { type: 'string', multiple: true },
  },
});
const all = (values.only === undefined ? Object.keys(kinds) : values.only.split(',')) as Kind[];
const wanted = Number(values.inputs ?? 20_000);
const first = Number(values.seed ?? Date.now() % 1_000_000);

/** What one input may take: bytes of any process, and seconds. */
const mostBytes = 2 * 2 ** 30;
/** A run that it begins computes with the whole batch, whose values may be as large as any. */
const mostRunBytes = 2 * 2 ** 30 + valueBytes();
const mostSeconds = 5;
/** After which no answer is waited for any more, seconds. */
const patience = 60;
/** Inputs between two looks at what was written. */
const looksAfter = 1000;

const apart = [...(values.apart ?? []), join(import.meta.dirname, '..', '..', '.git')];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Tally {
  inputs: number;
  refused: number;
  slowest: number;
  largestMiB: number;
  readonly codes: Map<string, number>;
}

const faults: string[] = [];
const tallies = new Map<Kind, Tally>(
  all.map((kind) => [kind, { inputs: 0, refused: 0, slowest: 0, largestMiB: 0, codes: new Map() }]),
);

/** Watches how much memory the processes take, at most, from one input to the next. */
class Memory {
  readonly #place: Place;
  #largest = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(place: Place) {
    this.#place = place;
    this.#timer = setInterval(() => this.#look(), 20);
  }

  /** Bytes of the largest process since the last time. */
  take(): number {
    this.#look();
    const largest = this.#largest;
    this.#largest = 0;
    for (const id of this.#place.processes())
      try {
        // Its peak is counted from here on.
        writeFileSync(`/proc/${id}/clear_refs`, '5');
      } catch {
        // It has ended.
      }
    return largest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const id of this.#place.processes())
      try {
        const kib = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
        this.#largest = Math.max(this.#largest, kib * 1024);
      } catch {
        // It has ended.
      }
  }
}

/** The codes of all problems in an answer or a refusal. */
function codesIn(answer: unknown): string[] {
  if (answer instanceof Error) {
    const { data, code } = answer as Error & { data?: { code?: string }; code?: string };
    return [data?.code ?? `no code: ${code ?? ''} ${answer.message.slice(0, 200)}`];
  }
  const text = JSON.stringify(answer) ?? '';
  return [...text.matchAll(/"code":"([a-z]+\.[a-z-]+)"/g)].map(([, code = '']) => code);
}

async function within(work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`no answer within ${patience} s`)), patience * 1000);
  });
  try {
    return await Promise.race([work.catch((error: unknown) => error), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function meet(kind: Kind, seed: number, place: Place, memory: Memory): Promise<void> {
  const tally = tallies.get(kind) as Tally;
  const fault = (words: string): void => {
    faults.push(`${kind}, seed ${seed}: ${words}`);
    say(faults.at(-1) as string);
  };
  place.begunAt = undefined;
  const began = performance.now();
  const answer = await within(kinds[kind](new Dice(seed), place.ground));
  const seconds = ((place.begunAt ?? performance.now()) - began) / 1000;
  const bytes = memory.take();
  tally.inputs++;
  if (answer instanceof Error) tally.refused++;
  tally.slowest = Math.max(tally.slowest, seconds);
  tally.largestMiB = Math.max(tally.largestMiB, Math.round(bytes / 2 ** 20));
  for (const code of codesIn(answer)) {
    tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
    if (code === 'internal.unexpected' || code.startsWith('no code'))
      fault(`${code} ${answer instanceof Error ? answer.message : JSON.stringify(answer).slice(0, 300)}`);
  }
  if (bytes > (place.begunAt === undefined ? mostBytes : mostRunBytes)) fault(`${Math.round(bytes / 2 ** 20)} MiB`);
  if (seconds > mostSeconds)
    fault(`${seconds.toFixed(1)} s, answered with ${codesIn(answer).join() || 'what was asked'}`);
  if (place.end !== undefined) throw new Error(`${kind}, seed ${seed}: the host ended (${place.end})`);
}

say(`seed ${first}`);
const place = await Place.open();
const memory = new Memory(place);
memory.take();
try {
  for (let index = 0; index < wanted; index++) {
    const kind = all[index % all.length] as Kind;
    await meet(kind, first + index, place, memory);
    if (index % looksAfter === looksAfter - 1 || index === wanted - 1) {
      await place.ground.host.app.info();
      for (const path of place.strayed(apart)) faults.push(`before input ${index}: written outside: ${path}`);
      rmSync(join(place.folder, 'home', 'uploads'), { recursive: true, force: true });
      say(`${index + 1} inputs, ${faults.length} faults`);
    }
  }
} catch (error) {
  faults.push(String(error));
} finally {
  memory.stop();
  await place.close();
}
for (const [kind, { codes, ...rest }] of tallies)
  say(
    `${kind}: ${JSON.stringify(rest)} ${[...codes]
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ')}`,
  );
say(JSON.stringify({ inputs: wanted, seed: first, faults }, undefined, 2));
process.exit(faults.length === 0 ? 0 : 1);
