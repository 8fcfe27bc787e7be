/** The two programs that run.ts compares, each of whose measurements is a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';

const root = join(import.meta.dirname, '../..');
const python = process.env['GRAFT_PYTHON'] ?? 'python3';

const measurementSchema = z.object({
  ms: z.object({ min: z.number(), median: z.number(), max: z.number() }),
  peakRssMiB: z.number().nullable(),
});
const graftSchema = measurementSchema.extend({
  build_ms: z.number(),
  open_ms: z.number(),
  tuning: z.object({ places: z.number(), measured: z.number(), unusual: z.number() }),
});
export type GraftMeasurement = z.output<typeof graftSchema>;
export type Measurement = z.output<typeof measurementSchema>;

const versionsSchema = z.union([
  z.object({ missing: z.string() }),
  z.object({
    python: z.string(),
    torch: z.string(),
    torchvision: z.string(),
    onnx: z.string(),
    threads: z.number(),
    /** The graphics card of CUDA. */
    card: z.string().optional(),
  }),
]);
type PyTorchVersions = Exclude<z.output<typeof versionsSchema>, { missing: string }>;

/** The last line that a program says. */
function lastLine(program: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...process.env, ...environment }, maxBuffer: 2 ** 30 };
    execFile(program, words, options, (error, out, err) => {
      const line = out.trim().split('\n').at(-1) ?? '';
      try {
        const said = JSON.parse(line) as unknown;
        if (!error) return resolve(said);
        const { message } = said as { message?: string };
        reject(new Error(message ?? line));
      } catch {
        const complaint = err.trim().split('\n').at(-1);
        reject(new Error(complaint || error?.message || `${program} says no JSON: ${line.slice(0, 200)}`));
      }
    });
  });
}

function pytorch(...words: readonly string[]): Promise<unknown> {
  return lastLine(python, [join(import.meta.dirname, 'pytorch.py'), ...words]);
}

/** What a command of the command line says last, with a data home of its own where one is given. */
export function graft(words: readonly string[], home?: string): Promise<unknown> {
  const environment = home === undefined ? {} : { GRAFT_HOME: home };
  return lastLine(process.execPath, [join(root, 'electron/cli/main.ts'), ...words, '--json'], environment);
}

/** What PyTorch there is, or why there is none. */
export async function findPyTorch(): Promise<PyTorchVersions | string> {
  try {
    const found = versionsSchema.parse(await pytorch('versions'));
    return 'missing' in found ? `${python} has no ${found.missing}` : found;
  } catch (error) {
    return `${python} does not start: ${(error as Error).message}`;
  }
}

/** Writes the model of a workload. */
export async function exportModel(name: string, batch: number, file: string): Promise<void> {
  await pytorch('export', name, String(batch), file);
}

/** Steps that both programs take. */
export interface Steps {
  readonly batch: number;
  readonly caseFile: string;
  /** How many are timed. */
  readonly steps: number;
  readonly device: ConcreteDevice;
}

export async function pytorchSteps(name: string, { batch, caseFile, steps, device }: Steps): Promise<Measurement> {
  return measurementSchema.parse(await pytorch('step', name, String(batch), caseFile, String(steps), device));
}

export async function graftSteps(model: string, { batch, caseFile, steps, device }: Steps): Promise<GraftMeasurement> {
  const words = ['--case', caseFile, '--batch', String(batch), '--steps', String(steps), '--device', device];
  return graftSchema.parse(await graft(['bench', model, ...words]));
}

export interface Job {
  /** Folder with `train` and `validation`, a folder a class in each. */
  readonly photos: string;
  /** The stage of ResNet-18 that learns besides the classifier. */
  readonly stage: string | undefined;
  readonly epochs: number;
  readonly device: ConcreteDevice;
}

/** Seconds of a job, by as many of its epochs as are enough to know. */
export async function pytorchJob({ photos, stage, epochs, device }: Job, measured: number): Promise<number> {
  const said = await pytorch('job', photos, stage ?? 'none', String(measured), device);
  return z.object({ secondsPerEpoch: z.number() }).parse(said).secondsPerEpoch * epochs;
}

/** Seconds of a whole job, with nothing kept of an earlier one. `folder` is empty. */
export async function graftJob({ photos, stage, epochs, device }: Job, folder: string): Promise<number> {
  const [model, project, home] = ['resnet18.onnx', 'project.graft', 'home'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await pytorch('backbone', model);
  await graft(['new', 'image-classification', '--data', photos, '--backbone', model, '-o', project], home);
  const freeze = stage === undefined ? ['freeze.mode=backbone'] : ['freeze.mode=until', `freeze.stage=${stage}`];
  const settings = [`training.epochs=${epochs}`, 'training.patience=0', ...freeze];
  const began = performance.now();
  await graft(['train', project, '--device', device, ...settings.flatMap((setting) => ['--set', setting])], home);
  return (performance.now() - began) / 1000;
}
