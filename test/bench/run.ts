/**
 * Graft's training steps beside PyTorch's: the same models, batches and optimizers, the two taking
 * turns so that whatever else the machine does weighs on both. Each measurement is a process of its own.
 *
 *     npm run bench -- [WORKLOAD …] [--rounds N] [--jobs] [--photos FOLDER] [--device cpu|webgpu|cuda|dml|coreml]
 *         [--output FILE]
 *
 * A Python with torch, torchvision and onnx is python3, or what GRAFT_PYTHON says. Without one, Graft alone is measured,
 * on models that need no export. `--jobs` adds two whole trainings on the photos of a folder with `train` and
 * `validation`. With another `--device` than the processor PyTorch uses the graphics card it finds. A measurement of every
 * workload is kept in results.json beside this file, or results-DEVICE.json, one of some where `--output` says.
 * Ratios are PyTorch ÷ Graft: above 1, Graft is faster, or takes less memory.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { missingShared, sharedPath } from '#test/support/shared.ts';
import {
  exportModel,
  findPyTorch,
  graftJob,
  graftSteps,
  pytorchJob,
  pytorchSteps,
  type GraftMeasurement,
  type Measurement,
} from './sides.ts';
import { median, rounded, surroundings } from './surroundings.ts';
import { workloads, writeCase, writeSubstitute, type Workload } from './workloads.ts';

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '2' },
    jobs: { type: 'boolean', default: false },
    device: { type: 'string', default: 'cpu' },
    photos: { type: 'string', default: sharedPath('data/clothing-mini') },
    output: { type: 'string' },
  },
});

const device = options.device as ConcreteDevice;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Figures {
  readonly ms: number;
  readonly peakRssMiB: number | null;
}

/** Gradients that can be written in several ways, those that `graft tune` has measured here, and written otherwise for it. */
type Tuning = GraftMeasurement['tuning'];

interface Result {
  readonly batch: number;
  readonly note?: string;
  readonly torch?: Figures;
  readonly graft?: Figures & { readonly buildMs: number; readonly openMs: number; readonly tuning: Tuning };
  readonly failure?: string;
}

/** The median of the rounds' medians, and the most memory of any. */
function figures(rounds: readonly Measurement[]): Figures {
  const peaks = rounds.flatMap(({ peakRssMiB }) => (peakRssMiB === null ? [] : [peakRssMiB]));
  return {
    ms: rounded(median(rounds.map(({ ms }) => ms.median))),
    peakRssMiB: peaks.length === 0 ? null : Math.round(Math.max(...peaks)),
  };
}

const scratch = mkdtempSync(join(tmpdir(), 'graft-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

async function inTemporaryFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(scratch, 'work-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(name: string, workload: Workload, rounds: number, withPyTorch: boolean): Promise<Result> {
  const { steps } = workload;
  let { batch } = workload;
  return inTemporaryFolder(async (folder) => {
    const caseFile = writeCase(folder, workload);
    let file = join(folder, 'model.onnx');
    let note: string | undefined;
    const [theirs, ours]: [Measurement[], GraftMeasurement[]] = [[], []];
    let failure: string | undefined;
    try {
      if (withPyTorch) await exportModel(name, batch, file);
      else {
        const substitute = writeSubstitute(folder, name, workload);
        if (!substitute) return { batch, failure: 'needs PyTorch for its model' };
        ({ file, batch, note } = substitute);
      }
      for (let round = 0; round < rounds; round++) {
        if (withPyTorch) theirs.push(await pytorchSteps(name, { batch, caseFile, steps, device }));
        ours.push(await graftSteps(file, { batch, caseFile, steps, device }));
      }
    } catch (error) {
      failure = (error as Error).message;
    }
    const [first] = ours;
    const times = (key: 'build_ms' | 'open_ms'): number => rounded(median(ours.map((one) => one[key])));
    return {
      batch,
      ...(note ? { note } : {}),
      ...(theirs.length > 0 ? { torch: figures(theirs) } : {}),
      ...(first
        ? {
            graft: {
              ...figures(ours),
              buildMs: times('build_ms'),
              openMs: times('open_ms'),
              tuning: first.tuning,
            },
          }
        : {}),
      ...(failure === undefined ? {} : { failure }),
    };
  });
}

function ratio(theirs: number | null | undefined, ours: number | null | undefined): string {
  return theirs == null || ours == null ? '–' : (theirs / ours).toFixed(2);
}

const columns = [16, 10, 10, 7, 11, 11, 7, 9, 8] as const;

function row(cells: readonly (string | number | null | undefined)[]): string {
  const text = (cell: string | number | null | undefined): string => {
    if (typeof cell === 'number') return cell >= 100 ? cell.toFixed(0) : String(cell);
    return cell ?? '–';
  };
  const padded = columns.map((width, at) =>
    at === 0 ? text(cells[at]).padEnd(width) : text(cells[at]).padStart(width),
  );
  return [...padded, ...cells.slice(columns.length)].join(' ').trimEnd();
}

function tuned({ places, measured, unusual }: Tuning): string {
  if (places === 0) return '';
  return measured === 0 ? 'not tuned' : `tuned: ${measured} of ${places} gradients, ${unusual} otherwise than usual`;
}

async function measureSteps(chosen: readonly string[], withPyTorch: boolean): Promise<Record<string, Result>> {
  const rounds = Math.max(1, Number(options.rounds) || 1);
  say(row(['a step', 'torch ms', 'graft ms', 'ratio', 'torch MiB', 'graft MiB', 'ratio', 'build ms', 'open ms']));
  const results: Record<string, Result> = {};
  for (const name of chosen) {
    const result = await measure(name, workloads[name] as Workload, rounds, withPyTorch);
    const { torch, graft, note, failure } = result;
    const memory = [torch?.peakRssMiB, graft?.peakRssMiB] as const;
    const speed = [torch?.ms, graft?.ms] as const;
    const cells = [name, ...speed, ratio(...speed), ...memory, ratio(...memory), graft?.buildMs, graft?.openMs];
    say(row([...cells, failure ?? [note, graft && tuned(graft.tuning)].filter(Boolean).join('; ')]));
    results[name] = result;
  }
  return results;
}

const jobEpochs = 20;
/** Epochs of PyTorch's are alike. */
const jobEpochsMeasured = 2;

async function measureJobs(photos: string): Promise<Record<string, { torchSeconds: number; graftSeconds: number }>> {
  const jobs: Record<string, { torchSeconds: number; graftSeconds: number }> = {};
  for (const [title, stage] of [
    ['head', undefined],
    ['last stage', 'layer4'],
  ] as const) {
    const job = { photos, stage, epochs: jobEpochs, device };
    const torchSeconds = rounded(await pytorchJob(job, jobEpochsMeasured));
    const graftSeconds = rounded(await inTemporaryFolder((folder) => graftJob(job, folder)));
    const figure = `${torchSeconds} s and ${graftSeconds} s, ratio ${ratio(torchSeconds, graftSeconds)}`;
    say(`photos to a trained ${title}, ${jobEpochs} epochs (PyTorch: ${jobEpochsMeasured} measured): ${figure}`);
    jobs[title] = { torchSeconds, graftSeconds };
  }
  return jobs;
}

const unknown = names.filter((name) => !Object.hasOwn(workloads, name));
if (unknown.length > 0)
  throw new Error(`there is no workload ${unknown.join(', ')}: ${Object.keys(workloads).join(', ')}`);
const pytorch = await findPyTorch();
const withPyTorch = typeof pytorch !== 'string';
const about = surroundings(typeof pytorch === 'string' ? {} : pytorch);
say(JSON.stringify(about));
if (!withPyTorch) say(`PyTorch is not measured: ${pytorch}. GRAFT_PYTHON may name another Python.`);
const steps = await measureSteps(names.length > 0 ? names : Object.keys(workloads), withPyTorch);
let jobs = {};
if (options.jobs) {
  const missing = options.photos === sharedPath('data/clothing-mini') ? missingShared('data/clothing-mini') : undefined;
  if (!withPyTorch) say('The whole jobs need PyTorch for their model.');
  else if (missing !== undefined) say(`The whole jobs are not measured: ${missing}. --photos may name another folder.`);
  else jobs = { jobs: await measureJobs(options.photos) };
}
const usualFile = device === 'cpu' ? 'results.json' : `results-${device}.json`;
const output = options.output ?? (names.length === 0 ? join(import.meta.dirname, usualFile) : undefined);
if (output !== undefined)
  writeFileSync(output, `${JSON.stringify({ ...about, device, steps, ...jobs }, undefined, 2)}\n`);
if (withPyTorch && Object.values(steps).some(({ failure }) => failure !== undefined)) process.exitCode = 1;
