/**
 * Where the time of a training step goes: what each operator's kernels take, as the runtime's own profile says. Of a
 * graphics card these are its own clock's times, and operators left to the processor stand beside them. Run by hand:
 *
 *     npx node test/bench/operators.ts MODEL.onnx --case CASE.json --batch N [--steps K] [--device D] [--top N]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { buildStep } from '#electron/engine/bench.ts';
import { readCase } from '#electron/engine/case-file.ts';
import { readModel } from '#electron/engine/model-file.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { targetOf } from '#electron/engine/runtime/target.ts';
import { Stepping } from '#electron/engine/stepping.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: 'string' },
    batch: { type: 'string' },
    steps: { type: 'string', default: '3' },
    device: { type: 'string', default: 'cpu' },
    top: { type: 'string', default: '12' },
  },
});
const [file] = positionals;
if (file === undefined || options.case === undefined || options.batch === undefined)
  throw new Error('MODEL.onnx, --case and --batch are needed.');
const [steps, top] = [Number(options.steps), Number(options.top)];
const device = options.device as ConcreteDevice;
/** Of the profile, whose first steps compile kernels and plan memory. */
const warmUp = 2;

const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  /** Microseconds. */
  dur: z.number(),
  args: z
    .object({
      op_name: z.string(),
      provider: z.string(),
      input_type_shape: z.array(z.record(z.string(), z.array(z.number()))),
      shapes: z.string(),
    })
    .partial(),
});
type Event = z.output<typeof eventSchema>;

interface Kernel {
  readonly operator: string;
  /** What it takes in, as far as the profile says. */
  readonly shapes: string;
  readonly microseconds: number;
}

/** A kernel of the card is called after its node, its operator and its program. */
function ofCard({ name, dur, args }: Event): Kernel {
  const [, operator = '', ...program] = name.split('&');
  const programs = program.filter((one) => one !== operator).join(' ');
  return { operator: programs ? `${operator} (${programs})` : operator, shapes: args.shapes ?? '', microseconds: dur };
}

function ofProcessor({ name, dur, args }: Event): Kernel {
  const shapes = (args.input_type_shape ?? []).flatMap((one) => Object.values(one).map((sizes) => sizes.join('×')));
  const place = device === 'cpu' ? '' : ' on the processor';
  return { operator: `${args.op_name ?? name}${place}`, shapes: shapes.join(' '), microseconds: dur };
}

/** Those of the timed steps: every step has the same kernels. */
function kernelsOf(events: readonly Event[]): Kernel[] {
  const timed = (all: readonly Event[]): readonly Event[] => all.slice((all.length / (steps + warmUp)) * warmUp);
  const onProcessor = events.filter(({ cat, args }) => cat === 'Node' && args.provider === 'CPUExecutionProvider');
  return [...timed(events.filter(({ cat }) => cat === 'Api')).map(ofCard), ...timed(onProcessor).map(ofProcessor)];
}

/** Milliseconds and kernels a step of each group, the most expensive first. */
function grouped(kernels: readonly Kernel[], by: (kernel: Kernel) => string): [string, number, number][] {
  const sums = new Map<string, [number, number]>();
  for (const kernel of kernels) {
    const [time, count] = sums.get(by(kernel)) ?? [0, 0];
    sums.set(by(kernel), [time + kernel.microseconds, count + 1]);
  }
  return [...sums]
    .map(([name, [time, count]]): [string, number, number] => [name, time / 1000 / steps, count / steps])
    .toSorted(([, left], [, right]) => right - left);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function table(title: string, rows: readonly [string, number, number][], total: number): void {
  say(`\n      ms    share  kernels  ${title}`);
  for (const [name, time, count] of rows.slice(0, top)) {
    const share = `${((100 * time) / total).toFixed(1)} %`;
    say(`${time.toFixed(3).padStart(8)} ${share.padStart(8)} ${count.toFixed(0).padStart(8)}  ${name}`);
  }
}

const training = readCase(options.case);
const step = await buildStep(readModel(file).model, training, Number(options.batch), await targetOf(device));
const scratch = mkdtempSync(join(tmpdir(), 'graft-operators-'));
const stepping = new Stepping(step, training, device);
try {
  await stepping.open({ profile: join(scratch, 'profile') });
  for (let index = 0; index < warmUp + steps; index++) await stepping.advance(1);
  stepping.endProfiling();
  const [profile] = readdirSync(scratch) as [string];
  const events = z.array(eventSchema).parse(JSON.parse(readFileSync(join(scratch, profile), 'utf8')));
  const kernels = kernelsOf(events);
  const sum = kernels.reduce((total, { microseconds }) => total + microseconds, 0) / 1000 / steps;
  const last = Math.min(...stepping.times.slice(warmUp)).toFixed(2);
  say(`${kernels.length / steps} kernels, ${sum.toFixed(2)} ms of a step of ${last} ms that is profiled`);
  const named = ({ operator, shapes }: Kernel): string => `${operator} ${shapes}`;
  table(
    'operator',
    grouped(kernels, ({ operator }) => operator),
    sum,
  );
  table('operator of sizes', grouped(kernels, named), sum);
} finally {
  await stepping.release();
  rmSync(scratch, { recursive: true });
}
