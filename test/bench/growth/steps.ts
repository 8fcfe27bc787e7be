/**
 * A hundred thousand steps of a head on cached features: what a step takes and what each process holds as the run
 * grows, and what the window's store of the run takes with all of them in it.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { graft } from '../sides.ts';
import { median, rounded } from '../surroundings.ts';
import { drawPictures } from './pictures.ts';
import { residentMemory, startGraft } from './processes.ts';
import { measureWindow } from './window-store.ts';

const classes = 3;
const each = 100;
const batch = 12;
/** 240 of 300 pictures are trained on. */
const stepsPerEpoch = 20;
const epochs = 5000;
const memoryEvery = 250;

interface Epoch {
  readonly epoch: number;
  /** Of its steps, by the engine's clock. */
  readonly seconds: number;
  /** When it was heard of, milliseconds. */
  readonly at: number;
}

/** Steps around which a step is timed; the first epoch opens the sessions and is left out. */
const places = [10, 1000, 10_000, 100_000];
/** Epochs around each of them. */
const epochsAround = 25;

export async function measureSteps(folder: string, say: (line: string) => void): Promise<object> {
  const [pictures, project, home] = ['pictures', 'project.graft', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await drawPictures(pictures, classes, each);
  await graft(['new', 'image-classification', '--data', pictures, '-o', project], home);
  const settings = [
    `training.batchSize=${batch}`,
    `training.epochs=${epochs}`,
    'training.patience=0',
    'augment.enabled=false',
  ].flatMap((setting) => ['--set', setting]);
  const host = startGraft(['train', project, '--device', 'cpu', '--json', ...settings], home);
  const heard: Epoch[] = [];
  const memory: { host: number; engine: number }[] = [];
  const timer = setInterval(() => {
    const found = heard.length > 0 ? residentMemory(host.pid as number) : undefined;
    if (found) memory.push(found);
  }, memoryEvery);
  let run = '';
  let last = '';
  for await (const line of createInterface({ input: host.stdout as NodeJS.ReadableStream })) {
    last = line;
    if (line.startsWith('{"event":"plan"')) ({ run } = JSON.parse(line) as { run: string });
    if (!line.startsWith('{"event":"epoch"')) continue;
    const { epoch, seconds } = JSON.parse(line) as Epoch;
    heard.push({ epoch, seconds, at: performance.now() });
  }
  clearInterval(timer);
  if (!last.startsWith('{"event":"done"')) throw new Error(`the run ended with ${last}`);

  const step = Object.fromEntries(places.map((place) => [place, rounded(stepAround(heard, place))]));
  const between = {
    first: rounded(betweenEpochs(heard.slice(1, 501))),
    last: rounded(betweenEpochs(heard.slice(-500))),
  };
  const tenths = Array.from({ length: 10 }, (_, index) =>
    memory.slice(Math.floor((index * memory.length) / 10), Math.floor(((index + 1) * memory.length) / 10)),
  );
  const residentMiB =
    memory.length < 10
      ? null
      : {
          engine: tenths.map((part) => Math.round(median(part.map(({ engine }) => engine)))),
          host: tenths.map((part) => Math.round(median(part.map((one) => one.host)))),
        };
  const metrics = join(run, 'metrics.jsonl');
  say(`milliseconds a step, around step: ${JSON.stringify(step)}`);
  say(
    `validation, checkpoint and the rest, milliseconds an epoch, of the first and last 500: ${JSON.stringify(between)}`,
  );
  say(`resident MiB, by tenths of the run: ${JSON.stringify(residentMiB)}`);
  const metricsBytes = statSync(metrics).size;
  say(`metrics.jsonl: ${metricsBytes} bytes`);
  const window = await measureWindow(metrics, say);
  return {
    steps: epochs * stepsPerEpoch,
    stepsPerEpoch,
    msAround: step,
    msBetweenEpochs: between,
    residentMiB,
    metricsBytes,
    window,
  };
}

/** Milliseconds a step in the epochs around a step: the median of their means. */
function stepAround(heard: readonly Epoch[], step: number): number {
  const middle = Math.ceil(step / stepsPerEpoch);
  const first = Math.max(2, Math.min(epochs - epochsAround + 1, middle - (epochsAround >> 1)));
  const around = heard.filter(({ epoch }) => epoch >= first && epoch < first + epochsAround);
  return median(around.map(({ seconds }) => (1000 * seconds) / stepsPerEpoch));
}

/** Milliseconds an epoch that no step took, over these epochs. */
function betweenEpochs(heard: readonly Epoch[]): number {
  const [first, last] = [heard[0] as Epoch, heard.at(-1) as Epoch];
  const stepping = heard.slice(1).reduce((sum, { seconds }) => sum + 1000 * seconds, 0);
  return (last.at - first.at - stepping) / (heard.length - 1);
}
