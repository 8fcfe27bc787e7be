/** The run in this process: starting, continuing, steering, and what is done with a run that has ended. */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { GraftDocument } from '#shared/document/model.ts';
import { GraftError, problem, toProblem } from '#shared/messages/error.ts';
import { isNotice } from '#shared/messages/notices.ts';
import { remarks } from '#shared/nodes/dataset-remarks.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import type { Device, Evaluation, ParityReport, RunEvent, TestEvaluation } from '#shared/protocol/run.ts';
import { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import { DecodePool } from '#electron/engine/data/decode-pool.ts';
import { exportModel } from '#electron/engine/export.ts';
import { cacheFolder, cacheLimitBytes } from '#electron/engine/paths.ts';
import { chooseDevice, requirePrecision } from '#electron/engine/runtime/devices.ts';
import { evaluateClassifier } from '#electron/engine/training/classification.ts';
import { loadProject, type Project } from '#electron/engine/training/project.ts';
import { RunFolder, type RunRecord } from '#electron/engine/training/run-folder.ts';
import { Trainer, type Kept } from '#electron/engine/training/trainer.ts';
import { judge, judgeTest, loadHeldOut } from '#electron/engine/training/held-out.ts';
import type { Judged } from '#electron/engine/training/held-out-rows.ts';
import { reloadProject } from '#electron/engine/training/past-run.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { writing } from '#electron/files/failures.ts';
import type { Lock } from '#electron/files/lock.ts';
import { outliveHost, outlivesHost } from '#electron/engine/vitals/vitals.ts';
import { followOrders } from '#electron/engine/training/orders.ts';

export type EmitEvents = (run: string, events: readonly RunEvent[]) => void;

const require = createRequire(import.meta.url);

/** One decoding pool serves everything in the process. */
export const pool = new DecodePool();

interface Current {
  readonly trainer: Trainer;
  readonly folder: RunFolder;
  readonly lock: Lock;
}

let current: Current | undefined;
/** Set from the first word of a start to the last word of its run. */
let busy = false;

/** Starts a run; answers once the project is known to be sound. What follows comes as events. */
export async function train(
  input: {
    readonly document: GraftDocument;
    readonly baseFolder: string;
    readonly device: Device;
    readonly runFolder: string;
  },
  emit: EmitEvents,
): Promise<{ run: string }> {
  return begin(async () => {
    pool.wake();
    const device = await chooseDevice(input.device);
    const project = await loadProject(input.document, input.baseFolder);
    await requirePrecision(device, project.recipe.training);
    requireSound(project);
    const folder = new RunFolder(input.runFolder);
    return locked(folder, async (lock) => {
      folder.create(input.document, newRecord(project, input, device));
      launch({ project, folder, device, emit, lock, restore: false });
    });
  });
}

/** A new run does not begin on a folder with a fault; what is only told of it, it tells. Throws the `data.class-…` problems. */
function requireSound({ facts, recipe }: Project): void {
  const fault = remarks(facts).find((remark) => !isNotice(remark));
  if (fault) throw new GraftError(fault.code, fault.details, recipe.data.node);
}

/** Does what begins to write in a run's folder, which stays this process's own unless it fails. */
async function locked(folder: RunFolder, write: (lock: Lock) => Promise<void>): Promise<{ run: string }> {
  const lock = await folder.lock();
  try {
    await write(lock);
    return { run: folder.path };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** One run at a time. @throws GraftError `run.busy` */
async function begin(start: () => Promise<{ run: string }>): Promise<{ run: string }> {
  if (busy) throw new GraftError('run.busy');
  busy = true;
  try {
    return await start();
  } catch (error) {
    busy = false;
    throw error;
  }
}

/** @throws GraftError `run.missing`, `run.finished`, `run.locked`, `run.checkpoint-damaged`, `run.data-changed`, `model.hash-changed` */
export async function resume(path: string, emit: EmitEvents): Promise<{ run: string }> {
  return begin(async () => {
    const folder = RunFolder.open(path);
    if (folder.readRecord().status === 'done') throw new GraftError('run.finished', { path });
    return locked(folder, async (lock) => {
      const device = await chooseDevice(folder.readRecord().device);
      const project = await reloadProject(folder, 'files');
      await requirePrecision(device, project.recipe.training);
      launch({ project, folder, device, emit, lock, restore: true });
    });
  });
}

export function control(input: EngineInput<'control'>): void {
  if (!current) throw new GraftError('run.none');
  current.trainer.control(input);
}

function newRecord(
  project: Project,
  input: { document: GraftDocument; baseFolder: string },
  device: ConcreteDevice,
): RunRecord {
  const count = (split: string): number => project.samples.filter((sample) => sample.split === split).length;
  return {
    format: 1,
    title: input.document.title,
    started: new Date().toISOString(),
    status: 'running',
    device,
    versions: {
      node: process.versions.node,
      onnxruntime: (require('onnxruntime-node/package.json') as { version: string }).version,
    },
    seed: project.recipe.training.seed,
    classes: project.facts.classes.map(({ name }) => name),
    samples: { train: count('train'), validation: count('validation') },
    parameters: project.plan.counts,
    summary: project.plan.summary,
    hashes: { backbone: project.backbone.hash, data: project.facts.fingerprint },
    baseFolder: input.baseFolder,
    checksums: 'crc32',
  };
}

/** Events that say how far something has come, which nobody asks for later. */
const passing: ReadonlySet<RunEvent['event']> = new Set<RunEvent['event']>(['cache', 'tuning', 'state']);

interface Launch {
  readonly project: Project;
  readonly folder: RunFolder;
  readonly device: ConcreteDevice;
  readonly emit: EmitEvents;
  readonly lock: Lock;
  readonly restore: boolean;
}

function launch({ project, folder, device, emit, lock, restore }: Launch): void {
  const began = performance.now();
  const say = (events: readonly RunEvent[]): void => {
    folder.appendEvents(events.filter(({ event }) => !passing.has(event)));
    emit(folder.path, events);
  };
  const trainer = new Trainer({
    project,
    folder,
    device,
    pool,
    cache: new FeatureCache(cacheFolder(), cacheLimitBytes()),
    emit: say,
  });
  if (restore) trainer.restore();
  current = { trainer, folder, lock };
  outliveHost(process.env['GRAFT_OUTLIVE'] === '1');
  void (async () => {
    const last = await follow(project, folder, device, trainer, began, say).catch((error: unknown) =>
      fail(project, folder, device, trainer, error),
    );
    // Whatever a full disk or a broken device refuses from here on, the run is over and its last word is said.
    await trainer.release().catch(() => undefined);
    attempt(() => {
      folder.appendEvents([last]);
      folder.syncEvents();
    });
    await lock.release().catch(() => undefined);
    // Said last: whoever hears that a run is over may start the next one.
    current = undefined;
    busy = false;
    outliveHost(false);
    emit(folder.path, [last]);
    runIsOver();
  })();
}

let runIsOver: () => void = () => undefined;

/**
 * Goes on with the run in progress although the host has gone, and takes orders from the run's folder from now on.
 * @param over called when the run has ended
 * @returns whether there is such a run
 */
export function goOnAlone(over: () => void): boolean {
  if (!current || !outlivesHost()) return false;
  const { trainer, folder, lock } = current;
  void lock.standAlone().catch(() => undefined);
  const end = followOrders(folder.path, (order) => trainer.control(order));
  runIsOver = () => {
    end();
    over();
  };
  return true;
}

/** Trains to the end. @returns the run's last word */
async function follow(
  project: Project,
  folder: RunFolder,
  device: ConcreteDevice,
  trainer: Trainer,
  began: number,
  say: (events: readonly RunEvent[]) => void,
): Promise<RunEvent> {
  folder.writeRecord({ ...folder.readRecord(), status: 'running' });
  const outcome = await trainer.run();
  if (!outcome) {
    folder.writeRecord({ ...folder.readRecord(), status: 'interrupted', reason: 'stopped' });
    throw new GraftError('run.nothing-trained');
  }
  say([{ event: 'state', state: 'evaluating' }]);
  const { test, parity } = await handOver(project, folder, device, outcome);
  if (!parity.passed) {
    const details = { difference: parity.maxDifference.toExponential(2), allowed: parity.allowed };
    say([{ event: 'warning', ...problem('export.unequal', details) }]);
  }
  if (test) {
    const { loss, accuracy, macroF1, samples } = test;
    say([{ event: 'test', loss, accuracy, macroF1, samples }]);
  }
  folder.writeRecord({ ...folder.readRecord(), status: 'done', best: outcome.best, reason: outcome.reason });
  const seconds = (performance.now() - began) / 1000;
  return {
    event: 'done',
    run: folder.path,
    reason: outcome.reason,
    best: outcome.best,
    model: folder.modelPath,
    seconds,
  };
}

/**
 * Writes evaluation.json and model.onnx of the best weights, the model also where its file answers otherwise: whoever has
 * trained has a model.
 */
async function handOver(
  project: Project,
  folder: RunFolder,
  device: ConcreteDevice,
  kept: Kept,
): Promise<{ readonly test: TestEvaluation | undefined; readonly parity: ParityReport }> {
  const { parameters } = kept;
  // Another device rounds otherwise, which says nothing about the file.
  const { logits, samples } = device === 'cpu' ? await asTrained(kept) : await judge(project, parameters, pool);
  const classes = project.facts.classes.map(({ name }) => name);
  const test = await judgeTest(project, parameters, pool);
  folder.writeEvaluation({
    ...evaluateClassifier(logits, samples, classes, project.plan.loss),
    ...(test ? { test } : {}),
  });
  const parity = await exportModel({
    project,
    parameters,
    logits,
    samples,
    run: folder.path,
    file: folder.modelPath,
    pool,
    unequal: true,
  });
  return { test, parity };
}

async function asTrained({ network, validation, parameters }: Kept): Promise<Judged> {
  return validation.judge(network, parameters);
}

/** A failed run keeps the best model it had. @returns the run's last word */
async function fail(
  project: Project,
  folder: RunFolder,
  device: ConcreteDevice,
  trainer: Trainer,
  error: unknown,
): Promise<RunEvent> {
  const met = toProblem(error);
  const kept = trainer.kept();
  if (kept) await handOver(project, folder, device, kept).catch(() => undefined);
  attempt(() => {
    const record = folder.readRecord();
    const status = record.status === 'interrupted' ? 'interrupted' : 'failed';
    folder.writeRecord({ ...record, status, reason: met.message, ...(kept ? { best: kept.best } : {}) });
  });
  return { event: 'error', ...met };
}

/** For what may fail because the run's folder is the very thing that failed; the reason has been given by then. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {}
}

/** Metrics of a run's best weights on the held-out split, computed afresh. */
export async function evaluate(path: string): Promise<Evaluation> {
  const { project, logits, samples, parameters } = await loadHeldOut(path, 'split', pool);
  const classes = project.facts.classes.map(({ name }) => name);
  const test = await judgeTest(project, parameters, pool);
  const evaluation = { ...evaluateClassifier(logits, samples, classes, project.plan.loss), ...(test ? { test } : {}) };
  await store(RunFolder.open(path), evaluation);
  return evaluation;
}

/** Kept for the next time, unless somebody else writes in the folder, or nobody can. */
async function store(folder: RunFolder, evaluation: Evaluation): Promise<void> {
  const lock = await folder.lock().catch(() => undefined);
  if (!lock) return;
  attempt(() => folder.writeEvaluation(evaluation));
  await lock.release().catch(() => undefined);
}

/** @param unequal keeps the file also where it answers otherwise than the trained model */
export async function exportRun(path: string, file: string, unequal?: boolean): Promise<ParityReport> {
  const { project, logits, samples, parameters } = await loadHeldOut(path, 'classes', pool);
  writing(file, () => mkdirSync(dirname(file), { recursive: true }));
  return exportModel({ project, parameters, logits, samples, run: path, file, pool, unequal });
}
