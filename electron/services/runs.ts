/**
 * Training runs: one at a time, watched by any number of windows, continued by itself when the engine dies.
 * Owns the live run; everything about past runs is read from their folders.
 */
import { rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { GraftDocument } from '#shared/document/model.ts';
import { numberedFolder } from './numbered-folder.ts';
import { GraftError, problem, toProblem } from '#shared/messages/error.ts';
import type { EngineInput, EngineOutput } from '#shared/protocol/engine.ts';
import type {
  Device,
  Evaluation,
  ParityReport,
  PredictionOutcome,
  RunEvent,
  RunSummary,
} from '#shared/protocol/run.ts';
import { reasonOf } from '#electron/files/failures.ts';
import { abandonedRuns, follow, order } from './abandoned-run.ts';
import { projectEnding } from './documents.ts';
import { binContent, emptyBin, putBack, throwAway, type BinContent } from './run-bin.ts';
import {
  checkpointMark,
  clearAwayUnborn,
  listRuns,
  nameRun,
  modelOf,
  readEvaluation,
  readEvents,
  readRunDocument,
  requireRun,
} from './run-folder.ts';
import { endsRun, inBatches, RunLog } from './run-log.ts';
import type { EngineRole, Supervisor } from './supervisor.ts';
import type { TrustedComputers } from './trusted-computers.ts';

interface LiveRun {
  readonly run: string;
  readonly log: RunLog;
  deaths: number;
  /** The newest checkpoint at the last death. */
  mark: string;
  /** False until the trainer has the run in hand: while it starts, and while a dead one comes back. */
  steerable: boolean;
  /** Whether it goes on in a process that another host has left behind. */
  alone: boolean;
  /** What was asked of the run, told to every trainer that takes it up. */
  readonly wanted: { paused: boolean; stopped: boolean; factor: number | undefined };
}

const modelEnding = '.onnx';
/** Deaths of the engine without a new checkpoint in between after which a run is given up. */
const patienceWithDeaths = 3;

export class Runs {
  readonly #supervisor: Supervisor;
  readonly #folder: string;
  readonly #trusted: TrustedComputers;
  #live: LiveRun | undefined;
  /** Set from the moment a start is asked for, so that two cannot overlap. */
  #starting = false;
  readonly #closed = new AbortController();

  constructor(supervisor: Supervisor, folder: string, trusted: TrustedComputers) {
    this.#supervisor = supervisor;
    this.#folder = folder;
    this.#trusted = trusted;
    supervisor.listen({
      onEvents: (run, events) => this.#hear(run, events),
      onDeath: (role, reason) => void this.#engineDied(role, reason),
    });
  }

  /** The run in progress. */
  get current(): string | undefined {
    return this.#live && !this.#live.log.ended ? this.#live.run : undefined;
  }

  /** Starts training a document whose paths are absolute; `path` is where it is saved, '' when nowhere. */
  async start(document: GraftDocument, path: string, device: Device, folder = this.#folder): Promise<string> {
    await this.#trusted.require(document);
    return this.#begin(async () => {
      await clearAwayUnborn(folder);
      const run = await makeFolder(folder, document.title || basename(path, projectEnding));
      const input = { document, baseFolder: path === '' ? folder : dirname(path), device, runFolder: run };
      const begin = async (): Promise<void> => {
        try {
          await this.#supervisor.call('trainer', 'train', input);
        } catch (error) {
          // Nothing was trained: leave no folder behind, which was made for this run alone.
          await rm(run, { recursive: true, force: true }).catch(() => undefined);
          throw error;
        }
      };
      return { run, begin };
    });
  }

  /** Continues an interrupted run from its last checkpoint. Throws `run.missing`, `run.finished`, `run.no-checkpoint`. */
  async resume(run: string): Promise<string> {
    return this.#begin(async () => {
      await this.#requireUsable(run);
      return { run, begin: () => this.#supervisor.call('trainer', 'resume', { run }) };
    });
  }

  /** Takes up what another host has left behind that has gone without a word: a run that goes on, and what never began. */
  async adopt(): Promise<void> {
    await clearAwayUnborn(this.#folder);
    const [run] = await abandonedRuns(this.#folder);
    if (run === undefined || this.#starting || this.current !== undefined) return;
    const live: LiveRun = { ...beginning(run), steerable: true, alone: true };
    this.#live = live;
    void this.#followAlone(live);
  }

  /** What goes on alone goes on; following it ends. */
  close(): void {
    this.#closed.abort();
  }

  async #followAlone(live: LiveRun): Promise<void> {
    for await (const events of follow(live.run, this.#closed.signal)) live.log.append(events);
    live.alone = false;
    if (live.log.ended || this.#closed.signal.aborted) return;
    live.mark = await checkpointMark(live.run);
    await this.#goOn(live, 'the process that went on alone has ended');
  }

  /** Asked for while no trainer has the run in hand, it is done as soon as one has. Throws `run.none`. */
  async control(input: EngineInput<'control'>): Promise<void> {
    const live = this.#live;
    if (!live || live.log.ended) throw new GraftError('run.none');
    if (input.action === 'learning-rate') live.wanted.factor = input.factor;
    else if (input.action === 'stop') live.wanted.stopped = true;
    else live.wanted.paused = input.action === 'pause';
    if (!live.steerable) return;
    if (live.alone) return order(live.run, input);
    try {
      await this.#supervisor.call('trainer', 'control', input);
    } catch (error) {
      // The trainer that takes the run up is told.
      if (!isStop(error)) throw error;
    }
  }

  /** Everything the run has said so far, then what it says next; ends after `done` or `error`. */
  async watch(run: string, signal?: AbortSignal): Promise<AsyncGenerator<RunEvent[], void, void>> {
    if (this.#live?.run === run) return this.#live.log.watch(signal);
    await requireRun(run);
    return asGenerator(inBatches(await readEvents(run)));
  }

  list(): Promise<RunSummary[]> {
    return listRuns(this.#folder, this.current);
  }

  /** Throws `run.missing`. */
  rename(run: string, name: string): Promise<void> {
    return nameRun(run, name.trim());
  }

  /** Moves a run that is over to the bin; answers where it is there. Throws `run.missing`, `run.busy`. */
  async remove(run: string): Promise<string> {
    if (run === this.current) throw new GraftError('run.busy');
    return throwAway(run, this.#folder);
  }

  putBack(binned: string): Promise<string> {
    return putBack(binned, this.#folder);
  }

  bin(): Promise<BinContent> {
    return binContent(this.#folder);
  }

  emptyBin(): Promise<void> {
    return emptyBin(this.#folder);
  }

  /** What a run was started with. Throws `run.missing`, `document.missing`, `document.corrupt`. */
  async document(run: string): Promise<GraftDocument> {
    await requireRun(run);
    return readRunDocument(run);
  }

  /** The stored evaluation, computed first where the run has none. */
  async evaluation(run: string): Promise<Evaluation> {
    await requireRun(run);
    return (await readEvaluation(run)) ?? this.evaluate(run);
  }

  async evaluate(run: string): Promise<Evaluation> {
    await this.#requireUsable(run);
    return this.#supervisor.call(this.#idleRole(), 'evaluate', { run });
  }

  /** The model's file gets its ending where it lacks it, so that nothing but a model is ever replaced. */
  async export(run: string, file: string, { replace = true, unequal = false } = {}): Promise<ParityReport> {
    await this.#requireUsable(run);
    const named = file.toLowerCase().endsWith(modelEnding) ? file : `${file}${modelEnding}`;
    const found = replace ? undefined : await stat(resolve(named)).catch(() => undefined);
    if (found) throw new GraftError('export.file-exists', { path: resolve(named) });
    return this.#supervisor.call(this.#idleRole(), 'export', { run, file: resolve(named), unequal });
  }

  async predict(run: string, inputs: readonly string[]): Promise<PredictionOutcome[]> {
    await requireRun(run);
    return this.predictWith(modelOf(run), inputs);
  }

  predictWith(model: string, inputs: readonly string[]): Promise<PredictionOutcome[]> {
    return this.#supervisor.call('assistant', 'predict', { model: resolve(model), inputs: [...inputs] });
  }

  /** What each path stands for: a folder for the pictures in it and below. */
  namedPictures(paths: readonly string[]): Promise<EngineOutput<'namedPictures'>> {
    return this.#supervisor.call('assistant', 'namedPictures', { paths: [...paths] });
  }

  /** Path of a run from what a person wrote: a path, or the name of a folder under the runs folder. */
  async locate(run: string): Promise<string> {
    if (isAbsolute(run) || (await stat(run).catch(() => undefined))) return resolve(run);
    const named = join(this.#folder, run);
    return (await stat(named).catch(() => undefined)) ? named : resolve(run);
  }

  /** A run's folder may come from elsewhere, and names the files it was made from. */
  async #requireUsable(run: string): Promise<void> {
    await requireRun(run);
    if (this.#trusted.isNeeded) await this.#trusted.require(await readRunDocument(run));
  }

  /** The trainer has the runtime's caches warm; while it trains, the assistant takes its place. */
  #idleRole(): EngineRole {
    return this.current === undefined ? 'trainer' : 'assistant';
  }

  async #begin(prepare: () => Promise<{ run: string; begin: () => Promise<unknown> }>): Promise<string> {
    if (this.#starting || this.current !== undefined) throw new GraftError('run.busy');
    this.#starting = true;
    const before = this.#live;
    let live: LiveRun | undefined;
    try {
      const { run, begin } = await prepare();
      // Events can arrive before the reply to the call that causes them.
      live = { ...beginning(run), mark: await checkpointMark(run) };
      const earlier = (await readEvents(run)).filter((event) => !endsRun(event));
      if (earlier.length > 0) live.log.append(earlier);
      this.#live = live;
      await begin();
      void this.#steer(live);
      return run;
    } catch (error) {
      this.#live = before;
      // Another window may be watching already.
      live?.log.append([{ event: 'error', ...toProblem(error) }]);
      throw error;
    } finally {
      this.#starting = false;
    }
  }

  #hear(run: string, events: readonly RunEvent[]): void {
    if (this.#live?.run === run) this.#live.log.append(events);
  }

  /** Tells a trainer that has just taken the run up what was asked of the run before. */
  async #steer(live: LiveRun): Promise<void> {
    live.steerable = true;
    const { factor, paused, stopped } = live.wanted;
    const tell: EngineInput<'control'>[] = [];
    if (factor !== undefined) tell.push({ action: 'learning-rate', factor });
    if (stopped) tell.push({ action: 'stop' });
    else if (paused) tell.push({ action: 'pause' });
    const answers = tell.map((input) => this.#supervisor.call('trainer', 'control', input));
    for (const answer of await Promise.allSettled(answers)) {
      // A run that is over by then has nothing left to steer, and a death has its own turn.
      if (answer.status !== 'rejected' || isStop(answer.reason)) continue;
      const cause = toProblem(answer.reason);
      if (cause.code !== 'run.none') live.log.append([{ event: 'warning', ...cause }]);
    }
  }

  async #engineDied(role: EngineRole, reason: string): Promise<void> {
    const live = this.#live;
    if (role !== 'trainer' || this.#starting || !live || live.log.ended || live.alone) return;
    await this.#goOn(live, reason);
  }

  /** Says so in the run's own words, then continues from the last checkpoint unless that has led nowhere. */
  async #goOn(live: LiveRun, reason: string): Promise<void> {
    live.steerable = false;
    const mark = await checkpointMark(live.run);
    live.deaths = mark === live.mark ? live.deaths + 1 : 1;
    live.mark = mark;
    if (live.deaths >= patienceWithDeaths) {
      const given = problem('run.engine-keeps-dying', { times: live.deaths, reason });
      return live.log.append([{ event: 'error', ...given }]);
    }
    live.log.append([{ event: 'warning', ...problem('run.engine-died', { reason }) }]);
    try {
      await this.#supervisor.call('trainer', 'resume', { run: live.run });
      await this.#steer(live);
    } catch (error) {
      // Died again before it answered: that death has its own turn here.
      if (!isStop(error)) live.log.append([{ event: 'error', ...toProblem(error) }]);
    }
  }
}

/** A run of which nothing is known yet. */
function beginning(run: string): LiveRun {
  return {
    run,
    log: new RunLog(),
    deaths: 0,
    mark: '',
    steerable: false,
    alone: false,
    wanted: { paused: false, stopped: false, factor: undefined },
  };
}

/** Whether a call failed because its process ended, which is told and mended by itself. */
function isStop(error: unknown): boolean {
  return toProblem(error).code === 'engine.stopped';
}

/** Makes `2026-08-01-14-05-09-flowers`, with a number behind it where that is taken. */
async function makeFolder(folder: string, title: string): Promise<string> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-');
  const name = title
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  const named = name === '' ? time : `${time}-${name}`;
  return numberedFolder(resolve(folder), named).catch((error: unknown) => {
    throw new GraftError('document.unwritable', { path: join(resolve(folder), named), reason: reasonOf(error) });
  });
}

async function* asGenerator(batches: Iterable<RunEvent[]>): AsyncGenerator<RunEvent[], void, void> {
  yield* batches;
}
