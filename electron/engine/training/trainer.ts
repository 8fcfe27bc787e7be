/**
 * One run, from pictures to the best weights. Its state between steps is plain data (`Progress` and the tensors of
 * the network), so that a run continued from a checkpoint does what the uninterrupted one would have done.
 */
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import { learningRateAt } from '#shared/nodes/learning-rate.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { prefetch, type Prefetched } from '#electron/engine/data/batches.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { dropoutMasks, epochOrder } from '#electron/engine/training/batches.ts';
import { measure } from '#electron/engine/training/classification.ts';
import { feedOf, type Chunk, type Prepared } from '#electron/engine/training/feed.ts';
import { MissingSamples } from '#electron/engine/training/missing-samples.ts';
import { Network, type StepResults } from '#electron/engine/training/network.ts';
import type { Project } from '#electron/engine/training/project.ts';
import {
  afterEpoch,
  afterSteps,
  beginning,
  endReason,
  trainingMetrics,
  type EndReason,
  type Progress,
} from '#electron/engine/training/progress.ts';
import { choicesForRun } from '#electron/engine/tuning/run-choices.ts';
import type { FoundCheckpoint, RunFolder } from '#electron/engine/training/run-folder.ts';
import type { HeldOutRows } from '#electron/engine/training/held-out-rows.ts';
import { prepareSamples, type PreparedSamples } from '#electron/engine/training/samples.ts';

const checkpointMilliseconds = 30_000;
/** At the end of an epoch a checkpoint is written where writing takes no more than this share of the time. */
const checkpointShare = 0.02;

export interface TrainerOptions {
  readonly project: Project;
  readonly folder: RunFolder;
  readonly device: ConcreteDevice;
  readonly pool: DecodePool;
  readonly cache: FeatureCache;
  readonly emit: (events: readonly RunEvent[]) => void;
}

/** The best weights, with what they are judged on. */
export interface Kept {
  readonly best: NonNullable<Progress['best']>;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Validation samples that can be read, with their rows. */
  readonly validation: HeldOutRows;
  readonly network: Network;
}

export interface Outcome extends Kept {
  readonly reason: EndReason;
}

export class Trainer {
  readonly #options: TrainerOptions;
  readonly #network: Network;
  readonly #missing: MissingSamples;
  #progress: Progress = beginning;
  #bestParameters: ReadonlyMap<string, Tensor> | undefined;
  #samples: PreparedSamples | undefined;
  #stopping = false;
  #isRestored = false;
  /** Resolves when a paused run may go on. */
  #pause: PromiseWithResolvers<void> | undefined;
  #bestIsWritten = true;
  #lastCheckpoint = performance.now();
  /** How long the last one took. */
  #checkpointCost = 0;
  /** Of the epoch in progress. */
  #pausedMilliseconds = 0;
  /** Of the epoch in progress: how long its steps had to wait for their rows or pictures. */
  #waitedMilliseconds = 0;
  /** Steps in one run of the runtime, adjusted as steps are timed. */
  #stepsPerRun = 1;

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#network = new Network(options.project.plan, options.device);
    const { samples, recipe } = options.project;
    this.#missing = new MissingSamples({
      total: samples.length,
      allowed: recipe.training.maxMissing,
      nodes: { data: recipe.data.node, training: recipe.training.node },
      emit: (event) => this.#emit(event),
    });
  }

  /** Continues from the run's last checkpoint; a run that was cut off before its first one begins again. */
  restore(): void {
    const { folder } = this.#options;
    if (!folder.hasCheckpoint('last')) {
      folder.truncateEvents(0, 0);
      return;
    }
    const { tensors, progress, isOlder } = folder.readCheckpoint('last');
    const best = progress.best && bestOf(folder, progress.best.epoch);
    this.#network.load(tensors);
    this.#progress = { ...progress, best: best ? best.progress.best : null };
    this.#isRestored = true;
    this.#network.choose(folder.readRecord().spellings ?? {});
    this.#bestParameters = best?.tensors;
    const lines = folder.truncateEvents(progress.step, progress.epoch);
    const path = folder.path;
    if (isOlder) this.#warn('run.checkpoint-older', { path, step: progress.step });
    if (progress.best && !best) this.#warn('run.best-lost', { path, epoch: progress.best.epoch });
    if (lines > 0) this.#warn('run.metrics-damaged', { path, lines });
  }

  #warn(...given: Parameters<typeof problem>): void {
    this.#emit({ event: 'warning', ...problem(...given) });
  }

  control(input: EngineInput<'control'>): void {
    switch (input.action) {
      case 'pause':
        this.#pause ??= Promise.withResolvers();
        return;
      case 'stop':
        this.#stopping = true;
        this.#emit({ event: 'state', state: 'stopping' });
        this.#goOn();
        return;
      case 'resume':
        this.#goOn();
        return;
      case 'learning-rate':
        this.#progress = { ...this.#progress, rateFactor: input.factor };
    }
  }

  #goOn(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  /** @returns undefined when stopped before there was anything to keep */
  async run(): Promise<Outcome | undefined> {
    try {
      return await this.#run();
    } catch (error) {
      // What was best so far is all that is left of the run, and the first error is the reason it ended.
      try {
        this.#writeBest();
      } catch {}
      throw error;
    }
  }

  async #run(): Promise<Outcome | undefined> {
    const { project, folder, device, pool, cache } = this.#options;
    this.#samples = await prepareSamples({
      project,
      run: folder.path,
      device,
      pool,
      cache,
      emit: (...events) => this.#emit(...events),
      interrupted: () => this.#interrupted(),
      missing: this.#missing,
    });
    if (!this.#samples) return undefined;
    const { node, precision } = project.recipe.training;
    if (precision === 'float16' && device === 'cpu')
      this.#emit({ event: 'warning', ...problem('run.half-on-cpu', {}, node) });
    const { training, rows, validation } = this.#samples;
    const stepsPerEpoch = Math.ceil(training.length / project.plan.batch);
    if (!this.#isRestored) await this.#tune(stepsPerEpoch);
    const feed = await feedOf(rows, training, this.#network, project.plan);
    const steps = this.#chunks(training.length, stepsPerEpoch, feed.mostSteps);
    const chunks = prefetch(steps, feed.prepare, feed.ahead);
    this.#emit({ event: 'state', state: 'running' });
    try {
      while (!this.#progress.finished) {
        const started = performance.now();
        const seenBefore = this.#progress.epochWeight;
        this.#pausedMilliseconds = 0;
        this.#waitedMilliseconds = 0;
        const completed = await this.#epoch(chunks, stepsPerEpoch);
        if (!completed && this.#progress.step === 0) return undefined;
        const seconds = (performance.now() - started - this.#pausedMilliseconds) / 1000;
        const seen = this.#progress.epochWeight - seenBefore;
        // What was trained of an unfinished first epoch is better than nothing.
        const reason = completed || !this.#progress.best ? await this.#endEpoch(validation, seen, seconds) : null;
        this.#progress = { ...this.#progress, finished: completed ? reason : 'stopped' };
        await yieldToMessages();
        if (this.#stopping) this.#progress = { ...this.#progress, finished: this.#progress.finished ?? 'stopped' };
        const isCheap = performance.now() - this.#lastCheckpoint > this.#checkpointCost / checkpointShare;
        if (this.#progress.finished || isCheap) await this.#checkpoint();
      }
    } finally {
      await chunks.return();
    }
    const kept = this.kept();
    return kept && { reason: this.#progress.finished, ...kept };
  }

  /** What a run begins with it keeps to its end, so that one that goes on later computes the same to the last bit. */
  async #tune(stepsPerEpoch: number): Promise<void> {
    const { project, folder, device } = this.#options;
    const spellings = await choicesForRun({
      plan: project.plan,
      device,
      steps: stepsPerEpoch * project.recipe.training.epochs,
      interrupted: () => this.#interrupted(),
      onProgress: (progress) => this.#emit({ event: 'tuning', ...progress }),
      onProblem: (found) => this.#emit({ event: 'warning', ...found }),
    });
    folder.writeRecord({ ...folder.readRecord(), spellings });
    this.#network.choose(spellings);
  }

  kept(): Kept | undefined {
    const { best } = this.#progress;
    if (!best || !this.#bestParameters || !this.#samples) return undefined;
    return { best, parameters: this.#bestParameters, validation: this.#samples.validation, network: this.#network };
  }

  async release(): Promise<void> {
    await this.#samples?.release();
    await this.#network.release();
  }

  /** The steps still to be done, in chunks that last about as long as one run of the runtime should. */
  *#chunks(samples: number, stepsPerEpoch: number, mostSteps: number): Generator<Chunk, void, undefined> {
    const { seed, epochs } = this.#options.project.recipe.training;
    let { epoch, stepInEpoch: first } = this.#progress;
    for (; epoch <= epochs; epoch++, first = 0) {
      const order = epochOrder(seed, epoch, samples);
      while (first < stepsPerEpoch) {
        const count = Math.min(this.#stepsPerRun, mostSteps, stepsPerEpoch - first);
        yield { epoch, order, first, count };
        first += count;
      }
    }
  }

  /** @returns whether the epoch was completed */
  async #epoch(chunks: AsyncIterator<Prefetched<Chunk, Prepared>>, stepsPerEpoch: number): Promise<boolean> {
    const { plan, recipe } = this.#options.project;
    while (this.#progress.stepInEpoch < stepsPerEpoch) {
      if (await this.#interrupted()) return false;
      const next = await chunks.next();
      if (next.done) throw new Error('steps are prepared for every epoch');
      const { batch, value, waitedMilliseconds } = next.value;
      this.#waitedMilliseconds += waitedMilliseconds;
      const { count } = batch;
      const firstStep = this.#progress.step + 1;
      const rates = Float32Array.from({ length: count }, (_, index) => this.#rate(firstStep + index, stepsPerEpoch));
      const masks = dropoutMasks(plan.dropouts, plan.batch, firstStep, count, recipe.training.seed);
      const began = performance.now();
      const results = await value.run({ rates, firstStep, masks });
      const wanted = this.#network.stepsPerRun((performance.now() - began) / count);
      this.#stepsPerRun = Math.min(4 * this.#stepsPerRun, wanted);
      await this.#record(results, rates, value.places.map(present));
    }
    return true;
  }

  #rate(step: number, stepsPerEpoch: number): number {
    const { recipe } = this.#options.project;
    const steps = stepsPerEpoch * recipe.training.epochs;
    return (
      this.#progress.rateFactor *
      this.#progress.plateau.rate *
      learningRateAt(recipe.schedule, recipe.optimizer.learningRate, step, steps, stepsPerEpoch)
    );
  }

  /** Takes the steps of one run into account. @throws GraftError `run.loss-not-finite` */
  async #record(results: StepResults, rates: Float32Array, counts: readonly number[]): Promise<void> {
    const { progress, events, brokenAt } = afterSteps(this.#progress, results, rates, counts);
    this.#progress = progress;
    this.#emit(...events);
    if (brokenAt !== undefined) throw this.#notFinite(brokenAt);
    if (performance.now() - this.#lastCheckpoint > checkpointMilliseconds) await this.#checkpoint();
  }

  #notFinite(step: number): GraftError {
    const { recipe } = this.#options.project;
    return new GraftError(
      'run.loss-not-finite',
      { step, epoch: this.#progress.best?.epoch ?? 0 },
      recipe.optimizer.node,
    );
  }

  /**
   * Validates and keeps the best.
   * @param seen samples trained on in these seconds: fewer than an epoch's after a resume
   * @returns why the run is over, if it is
   */
  async #endEpoch(validation: HeldOutRows, seen: number, seconds: number): Promise<EndReason | null> {
    const { project } = this.#options;
    const { training } = project.recipe;
    const { logits, samples } = await validation.judge(this.#network);
    if (samples.length === 0)
      throw new GraftError('data.no-readable-image', { path: project.facts.path }, project.recipe.data.node);
    const labels = samples.map(({ label }) => label);
    const held = measure(logits, labels, project.facts.classes.length, project.plan.loss);
    const done = this.#progress;
    if (!Number.isFinite(held.loss)) throw this.#notFinite(done.step);
    const train = trainingMetrics(done);
    const { progress, isBest } = afterEpoch(done, held, seconds, project.recipe.schedule);
    this.#progress = progress;
    if (isBest) {
      this.#bestParameters = await this.#network.parameters();
      this.#bestIsWritten = false;
    }
    this.#emit({
      event: 'epoch',
      epoch: done.epoch,
      train,
      validation: held,
      seconds,
      dataWaitSeconds: this.#waitedMilliseconds / 1000,
      samplesPerSecond: seen / Math.max(seconds, 1e-9),
      secondsLeft: (training.epochs - done.epoch) * (progress.seconds / done.epoch),
      best: isBest,
    });
    return endReason(progress, training, train.loss);
  }

  /** Lets messages in, waits while paused. @returns true when the run is to stop */
  async #interrupted(): Promise<boolean> {
    await yieldToMessages();
    if (this.#pause) {
      await this.#checkpoint();
      this.#emit({ event: 'state', state: 'paused' });
      const began = performance.now();
      await this.#pause.promise;
      this.#pausedMilliseconds += performance.now() - began;
      if (!this.#stopping) this.#emit({ event: 'state', state: 'running' });
    }
    return this.#stopping;
  }

  /** The best goes with the last: a continued run finds in one what the other says of it. */
  async #checkpoint(): Promise<void> {
    const began = performance.now();
    this.#writeBest();
    this.#options.folder.writeCheckpoint('last', await this.#network.values(), this.#progress);
    this.#options.folder.syncEvents();
    this.#lastCheckpoint = performance.now();
    this.#checkpointCost = this.#lastCheckpoint - began;
  }

  #writeBest(): void {
    if (this.#bestIsWritten || !this.#bestParameters) return;
    this.#options.folder.writeCheckpoint('best', this.#bestParameters, this.#progress);
    this.#bestIsWritten = true;
  }

  #emit(...events: readonly RunEvent[]): void {
    if (events.length > 0) this.#options.emit(events);
  }
}

/** The best weights of an epoch, which a checkpoint tells of; where they are gone, those of another one. */
function bestOf(folder: RunFolder, epoch: number): FoundCheckpoint | undefined {
  const found = [...folder.readCheckpoints('best')].filter(({ progress }) => progress.best);
  return found.find(({ progress }) => progress.best?.epoch === epoch) ?? found[0];
}

/** Samples of a batch without its padding. */
function present({ weights }: { readonly weights: Float32Array }): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}

/** Messages wait in the event loop, which a synchronous run keeps from turning. */
function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
