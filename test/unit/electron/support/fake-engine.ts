/**
 * A stand-in for the engine process that speaks the real protocol and computes nothing: the title of the document it
 * is asked to train says how its run goes. Its losses follow a formula, so that tests can tell steps apart.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError, problem, toProblem } from '#shared/messages/error.ts';
import {
  engineProcedures,
  engineRequestSchema,
  leaveSchema,
  type EngineInput,
  type EngineMessage,
  type EngineOutput,
  type EngineProcedure,
} from '#shared/protocol/engine.ts';
import { deathNote } from '#shared/protocol/death-note.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import type { TuningProgress } from '#shared/protocol/tuning.ts';
import { backboneFacts, datasetFacts, evaluation } from './samples.ts';

const steps = 10;
const stepsPerEpoch = 5;

const send = (message: EngineMessage): void => void process.send?.(message);

function tell(run: string, events: RunEvent[]): void {
  appendFileSync(join(run, 'metrics.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  send({ type: 'events', run, events });
}

let held: string | undefined;

function start({ runFolder, document }: EngineInput<'train'>): { run: string } {
  if (document.title === 'refused') throw new GraftError('data.folder-unset', {}, 'data');
  mkdirSync(join(runFolder, 'checkpoints'), { recursive: true });
  const plan = { title: document.title, started: new Date(0).toISOString(), device: 'cpu', classes: ['a', 'b'] };
  writeFileSync(join(runFolder, 'run.json'), JSON.stringify(plan));
  setImmediate(() => go(runFolder, document.title, 1, 'train'));
  return { run: runFolder };
}

function resume({ run }: EngineInput<'resume'>): { run: string } {
  const { title } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as { title: string };
  const mark = join(run, 'checkpoints', 'last.safetensors');
  if (!existsSync(mark)) throw new GraftError('run.no-checkpoint', { path: run });
  const from = Number(readFileSync(mark, 'utf8')) + 1;
  setImmediate(() => go(run, title, from, 'resume'));
  return { run };
}

function go(run: string, title: string, from: number, how: 'train' | 'resume'): void {
  tell(run, [
    {
      event: 'plan',
      run,
      task: 'image-classification',
      classes: ['a', 'b'],
      samples: { train: 8, validation: 2 },
      parameters: { trainable: 10, frozen: 100 },
      device: 'cpu',
      cached: true,
      epochs: steps / stepsPerEpoch,
      stepsPerEpoch,
      summary: 'A run of the stand-in engine.',
      unreadable: [],
    },
  ]);
  if (title === 'dies before its first checkpoint') return die();
  if (title === 'sends a number that is none') {
    const step = { event: 'step', epoch: 1, lr: 0.1, accuracy: 0.5 } as const;
    const batch: RunEvent[] = [1, Number.NaN, 3].map((loss, at) => ({ ...step, step: at + 1, loss }));
    tell(run, batch);
    return finish(run, 'epochs');
  }
  if (title === 'has trained nothing yet' || (title === 'held again' && how === 'resume')) {
    held = run;
    return;
  }
  for (let step = from; step <= steps; step++) {
    const epoch = Math.ceil(step / stepsPerEpoch);
    tell(run, [{ event: 'step', step, epoch, loss: 1 / step, lr: 0.1, accuracy: 0.5 }]);
    if (step === 7 && (title === 'dies always' || (title === 'dies once' && how === 'train'))) return die();
    if (step % stepsPerEpoch !== 0) continue;
    const metrics = { loss: 1 / step, accuracy: 0.5 };
    tell(run, [
      {
        event: 'epoch',
        epoch,
        train: metrics,
        validation: metrics,
        seconds: 1,
        samplesPerSecond: 8,
        secondsLeft: 0,
        best: true,
      },
    ]);
    writeFileSync(join(run, 'checkpoints', 'last.safetensors'), String(step));
    if (title.startsWith('held') && step < steps) {
      held = run;
      return;
    }
  }
  if (title === 'diverges') {
    return tell(run, [{ event: 'error', ...toProblem(new GraftError('run.loss-not-finite', { step: 3, epoch: 0 })) }]);
  }
  finish(run, 'epochs');
}

/** The stand-in shows a new rate as a step taken with it. */
function rateChanged(factor: number): RunEvent {
  return { event: 'step', step: stepsPerEpoch + 1, epoch: 2, loss: 1, lr: 0.1 * factor, accuracy: 0.5 };
}

function stop(run: string): void {
  if (existsSync(join(run, 'checkpoints', 'last.safetensors'))) return finish(run, 'stopped');
  tell(run, [{ event: 'error', ...toProblem(new GraftError('run.nothing-trained')) }]);
}

function finish(run: string, reason: 'epochs' | 'stopped'): void {
  const best = { epoch: 2, loss: 0.1, accuracy: 0.5 };
  tell(run, [{ event: 'done', run, reason, best, model: join(run, 'model.onnx'), seconds: 1 }]);
}

function die(): void {
  process.stderr.write('out of order\n', () => process.kill(process.pid, 'SIGKILL'));
}

type Answers = {
  readonly [Name in EngineProcedure]: (
    input: EngineInput<Name>,
    say: (progress: TuningProgress) => void,
  ) => EngineOutput<Name> | Promise<EngineOutput<Name>>;
};

let stopWaiting = (): void => undefined;

const answers: Answers = {
  devices: () => [{ device: 'cpu', name: process.env['GRAFT_HOME'] ?? '', available: true, preferred: true }],
  look: ({ paths }) => ({
    kind: 'unknown',
    title: `${paths.length} brought`,
    samples: 0,
    classes: [],
    columns: [],
    parts: {},
    left_out: [],
    can: [],
    path: paths[0] ?? '',
    counts: [],
    examples: [],
    more: false,
  }),
  describeDataset: ({ path }) => {
    if (path.endsWith('missing')) throw new GraftError('data.folder-missing', { path });
    return { ...datasetFacts, path, fingerprint: String(asked++) };
  },
  describeBackbone: ({ id }) => {
    // As a model does that the runtime's native code stumbles over.
    if (id.endsWith('ends the process.onnx')) process.kill(process.pid, 'SIGSEGV');
    return { ...backboneFacts, id };
  },
  thumbnails: () => ({}),
  augmentPreviews: () => [],
  forecast: ({ document }) => {
    // As a dry run of a large backbone would: deaf to everything until it is done.
    if (document.title === 'takes forever') while (true);
    return { secondsPerEpoch: 1, cacheSeconds: 1, cacheBytes: 1, memoryBytes: 1, cached: false };
  },
  train: start,
  resume,
  control: (input) => {
    if (held === undefined) throw new GraftError('run.none');
    if (input.action === 'stop') stop(held);
    else if (input.action === 'learning-rate') tell(held, [rateChanged(input.factor)]);
    else tell(held, [{ event: 'state', state: input.action === 'pause' ? 'paused' : 'running' }]);
    return {};
  },
  evaluate: () => evaluation,
  export: ({ file }) => ({ model: file, samples: 2, maxDifference: 1e-7, allowed: 1e-4, passed: true, bytes: 9 }),
  predict: ({ inputs }) =>
    inputs.map((input) =>
      input.startsWith('bad')
        ? { input, problem: problem('predict.bad-input', { path: input, reason: 'it is bad' }) }
        : { input, label: 'a', probabilities: [{ label: 'a', probability: 1 }], milliseconds: 1 },
    ),
  namedPictures: ({ paths }) =>
    paths.map((path) => {
      if (path === 'empty') return { pictures: [], problem: problem('predict.empty-folder', { path }) };
      if (path !== 'folder') return { pictures: [path] };
      // More than are asked for at a time.
      const pictures = Array.from({ length: 100 }, (_, index) => `folder/${index}.png`);
      return { pictures, problem: problem('predict.files-left-out', { path, what: '1 .txt' }) };
    }),
  explain: ({ phase }) => `phase ${phase ?? 'all'}`,
  grad: ({ file, of, wrt, shapes }) => ({
    file,
    bytes: 2048,
    nodes: 3,
    inputs: Object.entries(shapes).map(([name, shape]) => ({ name, dtype: 'float32', shape })),
    outputs: [of, ...wrt].map((name) => ({ name, dtype: 'float32', shape: [] })),
  }),
  step: ({ file, casePath }) => ({
    file,
    bytes: 1,
    nodes: 1,
    inputs: [{ name: casePath, dtype: 'float32', shape: [1] }],
    outputs: [],
  }),
  bench: ({ path, casePath, batch, steps: timed, device }) => ({
    device,
    input: [batch, path.length, casePath.length],
    steps: timed,
    stepsPerRun: 1,
    warmUp: 2,
    ms: { min: 1, median: 2, max: 3 },
    tuning: { places: 22, measured: 20, unusual: 3 },
    loss: [2, 1, path.endsWith('diverges.onnx') ? null : 0.5],
    peakRssMiB: 1536,
    build_ms: 250,
    open_ms: 20,
  }),
  tune: ({ source, device, again }, say) => {
    say({ done: 0, total: 2, secondsLeft: null });
    say({ done: 1, total: 2, secondsLeft: 1.5 });
    const file = source.kind === 'model' ? source.path : source.document.title;
    const place = { operator: 'ConvWeightGradient', count: 3, usual: 'tap products' };
    const report = {
      device,
      machine: source.kind === 'model' ? `${source.casePath} ${source.batch}` : source.baseFolder,
      file: '/home/tuning.json',
      places: [
        { ...place, shape: file, chosen: 'one product', ms: { 'tap products': 20, 'one product': 12.25 } },
        { ...place, shape: String(again), chosen: 'tap products' },
      ],
      measured: 1,
      disturbed: file.endsWith('busy.onnx') ? 1 : 0,
      stopped: false,
      seconds: 2,
      problems: [],
    };
    if (!file.endsWith('waits.onnx')) return report;
    // Until it is stopped.
    return new Promise((resolve) => {
      stopWaiting = () => resolve({ ...report, stopped: true });
    });
  },
  stopTuning: () => {
    stopWaiting();
    return {};
  },
  // Breaks the contract on purpose: the host must not pass on what is no list of stages.
  stages: ({ path }) => {
    if (path.endsWith('takes too much.onnx')) {
      writeSync(2, `${deathNote({ cause: 'memory', heldMiB: 3000, limitMiB: 1500 })}\n`);
      process.kill(process.pid, 'SIGKILL');
    }
    return 'not stages' as unknown as EngineOutput<'stages'>;
  },
};

let asked = 0;

process.on('message', (raw) => {
  if (leaveSchema.safeParse(raw).success) process.exit();
  void answer(raw);
});

async function answer(raw: unknown): Promise<void> {
  const { id, procedure, input } = engineRequestSchema.parse(raw);
  try {
    const parsed = engineProcedures[procedure].input.parse(input);
    const reply = answers[procedure] as (given: unknown, say: (progress: TuningProgress) => void) => unknown;
    send({ type: 'reply', id, output: await reply(parsed, (progress) => send({ type: 'progress', id, progress })) });
  } catch (error) {
    send({ type: 'failure', id, problem: toProblem(error) });
  }
}

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
send({ type: 'ready' });
