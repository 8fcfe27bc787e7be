/**
 * One run, from pictures to the best weights. Its state between steps is plain data (`Progress` and the tensors of
 * the network), so that a run continued from a checkpoint does what the uninterrupted one would have done.
 */
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { learningRateAt } from '#shared/nodes/learning-rate.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import type { RunEvent } from '#shared/protocol/run.ts';
import { prefetch } from '#electron/engine/data/batches.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { batchPlaces, dropoutMasks, epochOrder } from '#electron/engine/training/batches.ts';
import { measure } from '#electron/engine/training/classification.ts';
import { Network, type LoopData, type StepResults } from '#electron/engine/training/network.ts';
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
import type { RunFolder } from '#electron/engine/training/run-folder.ts';
import type { HeldOutRows } from '#electron/engine/training/held-out-rows.ts';
import { prepareSamples, type PreparedSamples, type TrainingRows } from '#electron/engine/training/samples.ts';

/** One run of the runtime should last about this long: the chart moves, and pause and stop are heard. */
const runMilliseconds = 100;
const checkpointMilliseconds = 30_000;

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
  #progress: Progress = beginning;
  #bestParameters: ReadonlyMap<string, Tensor> | undefined;
  #samples: PreparedSamples | undefined;
  #stopping = false;
  #isRestored = false;
  /** Resolves when a paused run may go on. */
  #pause: PromiseWithResolvers<void> | undefined;
  #lastCheckpoint = performance.now();
  /** Of the epoch in progress. */
  #pausedMilliseconds = 0;
  /** Steps in one run of the runtime, adjusted as steps are timed. */
  #stepsPerRun = 1;

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#network = new Network(options.project.plan, options.device);
  }

  /** Continues from the run's last checkpoint; a run that was cut off before its first one begins again. */
  restore(): void {
    const { folder } = this.#options;
    if (!folder.hasCheckpoint('last')) {
      folder.truncateEvents(0, 0);
      return;
    }
    const { tensors, progress } = folder.readCheckpoint('last');
    this.#network.load(tensors);
    this.#progress = progress;
    this.#isRestored = true;
    this.#network.choose(folder.readRecord().spellings ?? {});
    if (progress.best) this.#bestParameters = folder.readCheckpoint('best').tensors;
    folder.truncateEvents(progress.step, progress.epoch);
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
    const { project, folder, device, pool, cache } = this.#options;
    this.#samples = await prepareSamples({
      project,
      run: folder.path,
      device,
      pool,
      cache,
      emit: (...events) => this.#emit(...events),
      interrupted: () => this.#interrupted(),
    });
    if (!this.#samples) return undefined;
    const { training, rows, validation } = this.#samples;
    const stepsPerEpoch = Math.ceil(training.length / project.plan.batch);
    if (!this.#isRestored) await this.#tune(stepsPerEpoch);
    const loopData = rows.kind === 'memory' ? this.#network.loopData(rows.rows, rows.labels) : undefined;
    this.#emit({ event: 'state', state: 'running' });
    while (!this.#progress.finished) {
      const started = performance.now();
      const seenBefore = this.#progress.epochWeight;
      this.#pausedMilliseconds = 0;
      const order = epochOrder(project.recipe.training.seed, this.#progress.epoch, training.length);
      const completed =
        rows.kind === 'memory'
          ? await this.#epochInMemory(rows, loopData as LoopData, order, stepsPerEpoch)
          : await this.#epochLive(rows, training, order, stepsPerEpoch);
      if (!completed && this.#progress.step === 0) return undefined;
      const seconds = (performance.now() - started - this.#pausedMilliseconds) / 1000;
      const seen = this.#progress.epochWeight - seenBefore;
      // What was trained of an unfinished first epoch is better than nothing.
      const reason = completed || !this.#progress.best ? await this.#endEpoch(validation, seen, seconds) : null;
      this.#progress = { ...this.#progress, finished: completed ? reason : 'stopped' };
      await this.#checkpoint();
      await yieldToMessages();
      if (this.#stopping) this.#progress = { ...this.#progress, finished: this.#progress.finished ?? 'stopped' };
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
      onProblem: (problem) => this.#emit({ event: 'warning', ...problem }),
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
    if (this.#samples?.rows.kind === 'live') await this.#samples.rows.maker.release();
    await this.#network.release();
  }

  /** Many steps in one run of the runtime. @returns whether the epoch was completed */
  async #epochInMemory(
    rows: Extract<TrainingRows, { kind: 'memory' }>,
    data: LoopData,
    order: Uint32Array,
    stepsPerEpoch: number,
  ): Promise<boolean> {
    const { batch, dropouts } = this.#options.project.plan;
    const { seed } = this.#options.project.recipe.training;
    while (this.#progress.stepInEpoch < stepsPerEpoch) {
      if (await this.#interrupted()) return false;
      const { epoch, stepInEpoch, step } = this.#progress;
      const count = Math.min(this.#stepsPerRun, stepsPerEpoch - stepInEpoch);
      const places = Array.from({ length: count }, (_, index) => batchPlaces(order, stepInEpoch + index, batch));
      const chosen = new BigInt64Array(count * batch);
      const weights = new Float32Array(count * batch);
      places.forEach((one, index) => {
        one.positions.forEach((position, place) => {
          chosen[index * batch + place] = BigInt(rows.rowOf(position, epoch));
        });
        weights.set(one.weights, index * batch);
      });
      const rates = Float32Array.from({ length: count }, (_, index) => this.#rate(step + 1 + index, stepsPerEpoch));
      const masks = dropoutMasks(dropouts, batch, step + 1, count, seed);
      const began = performance.now();
      const results = await this.#network.loop(data, { order: chosen, weights, rates, firstStep: step + 1, masks });
      const wanted = Math.floor((runMilliseconds * count) / (performance.now() - began));
      this.#stepsPerRun = Math.max(1, Math.min(4 * this.#stepsPerRun, wanted));
      await this.#record(results, rates, places.map(present));
    }
    return true;
  }

  /** Pictures decoded ahead, one step at a time. @returns whether the epoch was completed */
  async #epochLive(
    { maker, decodeOptions }: Extract<TrainingRows, { kind: 'live' }>,
    training: readonly Sample[],
    order: Uint32Array,
    stepsPerEpoch: number,
  ): Promise<boolean> {
    const { plan, recipe } = this.#options.project;
    const { epoch, stepInEpoch } = this.#progress;
    const options = decodeOptions(epoch);
    const batches = Array.from({ length: stepsPerEpoch - stepInEpoch }, (_, index) => stepInEpoch + index);
    const decode = async (index: number) => {
      const places = batchPlaces(order, index, plan.batch);
      const chosen = Array.from(places.positions, (position) => training[position] as Sample);
      return { places, chosen, decoded: await maker.decode(chosen, options, [...places.positions]) };
    };
    for await (const { value } of prefetch(batches, decode)) {
      if (await this.#interrupted()) return false;
      const { places, chosen, decoded } = value;
      // A picture that has become unreadable counts for nothing.
      for (const { index } of decoded.failures) places.weights[index] = 0;
      const step = this.#progress.step + 1;
      const rate = this.#rate(step, stepsPerEpoch);
      const results = await this.#network.step({
        rows: await maker.rows(decoded),
        labels: BigInt64Array.from(chosen, ({ label }) => BigInt(label)),
        weights: places.weights,
        rate,
        step,
        masks: dropoutMasks(plan.dropouts, plan.batch, step, 1, recipe.training.seed),
      });
      await this.#record(results, Float32Array.of(rate), [present(places)]);
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
    const { project, folder } = this.#options;
    const { training } = project.recipe;
    const logits = await validation.logits(this.#network);
    const labels = validation.samples.map(({ label }) => label);
    const held = measure(logits, labels, project.facts.classes.length, project.plan.loss);
    const done = this.#progress;
    if (!Number.isFinite(held.loss)) throw this.#notFinite(done.step);
    const train = trainingMetrics(done);
    const { progress, isBest } = afterEpoch(done, held, seconds, project.recipe.schedule);
    this.#progress = progress;
    if (isBest) {
      this.#bestParameters = await this.#network.parameters();
      folder.writeCheckpoint('best', this.#bestParameters, progress);
    }
    this.#emit({
      event: 'epoch',
      epoch: done.epoch,
      train,
      validation: held,
      seconds,
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

  async #checkpoint(): Promise<void> {
    this.#options.folder.writeCheckpoint('last', await this.#network.values(), this.#progress);
    this.#lastCheckpoint = performance.now();
  }

  #emit(...events: readonly RunEvent[]): void {
    if (events.length > 0) this.#options.emit(events);
  }
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
