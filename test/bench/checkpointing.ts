/**
 * What checkpoints save and cost: a transformer of 24 layers, its step with and without, each in a process of its own,
 * taking turns so that whatever else the machine does weighs on both. Run by hand:
 *
 *     npx node test/bench/checkpointing.ts [--limit SHARE] [--rounds N]
 *
 * SHARE is the limit as a share of the estimate without checkpoints. Weights are inputs of a step, so loading a session
 * copies none; what the process holds once it has its session and its weights is printed beside its peak.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type * as ort from 'onnxruntime-node';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64 } from '#electron/engine/runtime/tensors.ts';
import { transformer } from '#test/support/transformer.ts';

const options = { layers: 24, width: 256, heads: 8, batch: 8, tokens: 128, classes: 10 };
const inputShape = [options.batch, options.tokens, options.width];
const mebibyte = 2 ** 20;

interface Outcome {
  readonly milliseconds: number;
  /** Milliseconds of all threads together. */
  readonly processor: number;
  readonly loss: number;
  /** Of every bit of every parameter. */
  readonly checksum: number;
  /** Bytes of the process at its worst so far. */
  readonly peak: number;
}

interface Stored {
  readonly name: string;
  readonly shape: Shape;
}

function store(folder: string, step: CaseStep): void {
  writeFileSync(join(folder, 'step.onnx'), encodeModel(step.model));
  const stored = [...step.parameters].map(([name, { shape }]): Stored => ({ name, shape }));
  writeFileSync(join(folder, 'parameters.json'), JSON.stringify(stored));
  writeFileSync(join(folder, 'parameters.bin'), Buffer.concat([...step.parameters.values()].map(({ data }) => data)));
}

function loadParameters(folder: string): Record<string, ort.Tensor> {
  const stored = JSON.parse(readFileSync(join(folder, 'parameters.json'), 'utf8')) as Stored[];
  const { buffer } = new Uint8Array(readFileSync(join(folder, 'parameters.bin')));
  let offset = 0;
  return Object.fromEntries(
    stored.map(({ name, shape }) => {
      const values = new Float32Array(buffer, offset, elementCount(shape));
      offset += values.byteLength;
      return [name, float32(values, shape)];
    }),
  );
}

function checksum(tensors: Readonly<Record<string, ort.Tensor>>): number {
  let sum = 0;
  for (const { data } of Object.values(tensors)) {
    const { buffer, byteOffset, length } = data as Float32Array;
    for (const word of new Uint32Array(buffer, byteOffset, length)) sum = (Math.imul(sum, 31) + word) | 0;
  }
  return sum;
}

/** One process: a step for every message. */
async function work(folder: string): Promise<void> {
  const session = await createSession(join(folder, 'step.onnx'), 'cpu');
  let carried = loadParameters(folder);
  process.send?.({ loaded: process.memoryUsage.rss() });
  const advance = async (index: number): Promise<Outcome> => {
    const wave = (_: unknown, at: number): number => Math.sin(at * index);
    const feeds = {
      ...carried,
      input: float32(Float32Array.from({ length: elementCount(inputShape) }, wave), inputShape),
      target: int64(
        BigInt64Array.from({ length: options.batch }, (_, at) => BigInt(at % options.classes)),
        [options.batch],
      ),
      lr: float32(Float32Array.of(0.01), []),
      step: int64(BigInt64Array.of(BigInt(index)), []),
    };
    const [began, used] = [performance.now(), process.cpuUsage()];
    const results = await session.run(feeds);
    const milliseconds = performance.now() - began;
    const { user, system } = process.cpuUsage(used);
    carried = Object.fromEntries(Object.keys(carried).map((name) => [name, results[`next/${name}`] as ort.Tensor]));
    // Weights of earlier steps are garbage, which would be collected at some time or other.
    globalThis.gc?.();
    return {
      milliseconds,
      processor: (user + system) / 1000,
      loss: (results['loss'] as ort.Tensor).data[0] as number,
      checksum: checksum(carried),
      peak: process.resourceUsage().maxRSS * 1024,
    };
  };
  process.on('message', (index: number) => void advance(index).then((outcome) => process.send?.(outcome)));
}

async function answer<Message>(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message];
  return message;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] as number;
}

async function compare(share: number, rounds: number): Promise<void> {
  const build = (limit?: number): Promise<CaseStep> => {
    const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind: 'sgd', lr: 0.01 }, trainable: 'all' };
    const bounded = limit === undefined ? training : { ...training, memory_limit_mib: limit };
    return buildCaseStep(transformer(options), parseCase(bounded), inputShape, oracle);
  };
  const tight = (await build(1)).checkpointing;
  if (!tight) throw new Error('nothing was checkpointed');
  const steps = { without: await build(), with: await build((share * tight.before) / mebibyte) };
  const chosen = steps.with.checkpointing;
  const mib = (bytes: number): string => `${(bytes / mebibyte).toFixed(0)} MiB`;
  say(`${JSON.stringify(options)}, SGD; least the compiler can do: ${mib(tight.after)}`);
  say(
    chosen
      ? `limit ${mib(chosen.limit)}: ${chosen.cuts.length} segments, ${chosen.repeated} nodes twice, estimate ${mib(chosen.before)} → ${mib(chosen.after)}`
      : 'within the limit as it is',
  );
  const folders = Object.entries(steps).map(([name, step]): [string, string] => {
    const folder = mkdtempSync(join(tmpdir(), 'checkpointing-'));
    store(folder, step);
    return [name, folder];
  });
  const workers: { name: string; child: ChildProcess; loaded: number; outcomes: Outcome[] }[] = [];
  for (const [name, folder] of folders) {
    const child = fork(import.meta.filename, ['--work', folder], { execArgv: ['--expose-gc'] });
    workers.push({ name, child, loaded: (await answer<{ loaded: number }>(child)).loaded, outcomes: [] });
  }
  for (let round = 1; round <= rounds; round++) {
    for (const { child, outcomes } of workers) {
      child.send(round);
      outcomes.push(await answer<Outcome>(child));
    }
    const [plain, checkpointed] = workers.map(({ outcomes }) => outcomes.at(-1) as Outcome) as [Outcome, Outcome];
    const same = plain.loss === checkpointed.loss && plain.checksum === checkpointed.checksum;
    const times = [plain, checkpointed].map(({ milliseconds }) => milliseconds.toFixed(0)).join(' and ');
    say(`step ${round}: loss ${plain.loss} and ${checkpointed.loss}, ${times} ms, ${same ? 'same' : 'OTHER'} bits`);
  }
  for (const { child } of workers) child.kill();
  for (const [, folder] of folders) rmSync(folder, { recursive: true });

  const [plain, checkpointed] = workers.map(({ outcomes, loaded }) => {
    const peak = (outcomes.at(-1) as Outcome).peak;
    return { loaded, peak, above: peak - loaded };
  }) as [Record<'loaded' | 'peak' | 'above', number>, Record<'loaded' | 'peak' | 'above', number>];
  const lower = (key: 'loaded' | 'peak' | 'above'): string =>
    `${mib(plain[key])} → ${mib(checkpointed[key])} (${(100 * (1 - checkpointed[key] / plain[key])).toFixed(0)} % less)`;
  say(`resident once loaded: ${lower('loaded')}`);
  say(`resident at the peak: ${lower('peak')}`);
  say(`the peak above what was loaded: ${lower('above')}`);
  // The first step of a session also plans its memory.
  for (const key of ['milliseconds', 'processor'] as const) {
    const [one, other] = workers.map(({ outcomes }) => outcomes.slice(1).map((outcome) => outcome[key]));
    const ratios = (one ?? []).map((time, index) => (other?.[index] as number) / time);
    const title = key === 'milliseconds' ? 'time of a step' : 'processor time of a step';
    say(`${title}: ${median(ratios).toFixed(2)} × (median of ${ratios.length} pairs)`);
  }
}

const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    limit: { type: 'string', default: '0.4' },
    rounds: { type: 'string', default: '8' },
  },
});
await (values.work === undefined ? compare(Number(values.limit), Number(values.rounds)) : work(values.work));
