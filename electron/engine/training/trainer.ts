/**
 * One run, from pictures to the best weights. Its state between steps is plain data (`Progress` and the tensors of
 * the network), so that a run continued from a checkpoint does what the uninterrupted one would have done.
 */
import { totalmem } from 'node:os';
import { elementCount } from '#shared/core/shape.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { GraftError, problem } from '#shared/messages/error.ts';
import { learningRateAt } from '#shared/nodes/learning-rate.ts';
import type { EngineInput } from '#shared/protocol/engine.ts';
import type { Metrics, RunEvent } from '#shared/protocol/run.ts';
import { prefetch } from '#electron/engine/data/batches.ts';
import type { DecodePool } from '#electron/engine/data/decode-pool.ts';
import type { Sample } from '#electron/engine/data/folder.ts';
import type { FeatureCache } from '#electron/engine/cache/feature-cache.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { batchPlaces, dropoutMasks, epochOrder } from '#electron/engine/training/batches.ts';
import { measure } from '#electron/engine/training/classification.ts';
import { Network, type LoopData, type StepResults } from '#electron/engine/training/network.ts';
import type { Project } from '#electron/engine/training/project.ts';
import { loadRows, RowMaker, rowsKey, unreadableRows } from '#electron/engine/training/rows.ts';
import type { Progress, RunFolder } from '#electron/engine/training/run-folder.ts';

/** One run of the runtime should last about this long: the chart moves, and pause and stop are heard. */
const runMilliseconds = 100;
const checkpointMilliseconds = 30_000;
/** Rows held in memory at most, as a share of the machine's. */
const memoryShare = 0.25;

export interface TrainerOptions {
  readonly project: Project;
  readonly folder: RunFolder;
  readonly device: ConcreteDevice;
  readonly pool: DecodePool;
  readonly cache: FeatureCache;
  readonly emit: (events: readonly RunEvent[]) => void;
}

export interface Outcome {
  readonly reason: NonNullable<Progress['finished']>;
  readonly best: NonNullable<Progress['best']>;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Validation samples that can be read, with their rows. */
  readonly validation: { readonly samples: readonly Sample[]; readonly rows: Float32Array };
  readonly network: Network;
}

const initialProgress: Progress = {
  step: 0,
  epoch: 1,
  stepInEpoch: 0,
  epochLoss: 0,
  epochWeight: 0,
  epochCorrect: 0,
  best: null,
  lowestLoss: null,
  epochsWithoutProgress: 0,
  rateFactor: 1,
  seconds: 0,
  finished: null,
};

/** Rows of the training split: in memory, or made batch by batch. */
type TrainingRows =
  | { readonly kind: 'memory'; readonly data: LoopData; readonly rowOf: (position: number, epoch: number) => number }
  | { readonly kind: 'live'; readonly maker: (epoch: number) => Promise<RowMaker> };

export class Trainer {
  readonly #options: TrainerOptions;
  readonly #network: Network;
  #progress: Progress = initialProgress;
  #bestParameters: ReadonlyMap<string, Tensor> | undefined;
  #validation: Outcome['validation'] | undefined;
  #stopping = false;
  #resumePaused: (() => void) | undefined;
  #paused: Promise<void> | undefined;
  #lastCheckpoint = performance.now();
  /** Steps in one run of the runtime, adjusted as steps are timed. */
  #stepsPerRun = 1;

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#network = new Network(options.project.plan, options.device);
  }

  /** Continues from the run's last checkpoint instead of from the beginning. */
  restore(): void {
    const { folder } = this.#options;
    const { tensors, progress } = folder.readCheckpoint('last');
    if (progress.finished) throw new GraftError('run.finished', { path: folder.path });
    this.#network.load(tensors);
    this.#progress = progress;
    if (progress.best) this.#bestParameters = folder.readCheckpoint('best').tensors;
    folder.truncateEvents(progress.step, progress.epoch);
  }

  control(input: EngineInput<'control'>): void {
    switch (input.action) {
      case 'pause':
        if (this.#paused) return;
        this.#paused = new Promise((resolve) => {
          this.#resumePaused = resolve;
        });
        return;
      case 'resume':
        this.#resumePaused?.();
        this.#paused = undefined;
        return;
      case 'stop':
        this.#stopping = true;
        this.#resumePaused?.();
        this.#paused = undefined;
        this.#emit({ event: 'state', state: 'stopping' });
        return;
      case 'learning-rate':
        this.#progress = { ...this.#progress, rateFactor: this.#progress.rateFactor * input.factor };
    }
  }

  /** @returns undefined when stopped before there was anything to keep */
  async run(): Promise<Outcome | undefined> {
    const { project } = this.#options;
    const all = await this.#prepareRows();
    if (!all) return undefined;
    const { training, rows, validation } = all;
    this.#validation = validation;
    const stepsPerEpoch = Math.ceil(training.length / project.plan.batch);
    this.#emit({ event: 'state', state: 'running' });
    let finished = this.#progress.finished;
    while (!finished) {
      const completed = await this.#epoch(training, rows, stepsPerEpoch);
      if (!completed) {
        this.#progress = { ...this.#progress, finished: 'stopped' };
        // What was trained of an unfinished first epoch is better than nothing.
        if (!this.#progress.best) await this.#endEpoch(validation, training.length, performance.now());
        finished = 'stopped';
      } else {
        finished = await this.#endEpoch(validation, training.length, completed.started);
      }
    }
    this.#progress = { ...this.#progress, finished };
    this.#checkpoint();
    const kept = this.kept();
    return kept && { reason: finished, ...kept };
  }

  /** The best weights so far, with what they are judged on. */
  kept(): Omit<Outcome, 'reason'> | undefined {
    const { best } = this.#progress;
    if (!best || !this.#bestParameters || !this.#validation) return undefined;
    return { best, parameters: this.#bestParameters, validation: this.#validation, network: this.#network };
  }

  async release(): Promise<void> {
    await this.#network.release();
  }

  async #prepareRows(): Promise<
    { training: Sample[]; rows: TrainingRows; validation: Outcome['validation'] } | undefined
  > {
    const { project, device, pool, cache } = this.#options;
    const { plan, samples, recipe, facts } = project;
    const { augment } = recipe;
    const width = elementCount(plan.cut.shape);
    const views = augment.enabled ? augment.views : 0;
    const tooLarge = samples.length * (1 + views) * width * 4 > totalmem() * memoryShare;
    const live = tooLarge || (augment.enabled && views === 0);
    const held = live ? samples.filter(({ split }) => split === 'validation') : samples;
    const began = performance.now();
    const request = (wanted: readonly Sample[], view: number) => ({
      plan,
      device,
      samples: wanted,
      pool,
      cache,
      identity: project.identity,
      decode: this.#decodeOptions(view),
    });
    const load = (wanted: readonly Sample[], view: number, pass: number, passes: number) =>
      loadRows({
        ...request(wanted, view),
        onWarning: (warning) => this.#emit({ event: 'warning', ...warning }),
        cancelled: () => this.#stopping,
        onProgress: (done, count) => {
          const before = pass * count + done;
          const total = passes * count;
          const secondsLeft = before === 0 ? 0 : ((performance.now() - began) / 1000 / before) * (total - before);
          this.#emit({ event: 'cache', done: before, total, secondsLeft });
        },
      });
    this.#announce(await cache.has(rowsKey(request(held, 0))));
    const first = await load(held, 0, 0, 1 + views);
    if (!first) return undefined;
    const unreadable = await this.#reportUnreadable(held, unreadableRows(first.data, width));
    const readable = samples.filter(({ path }) => !unreadable.has(path));
    const training = readable.filter(({ split }) => split === 'train');
    const indexOf = new Map(held.map((sample, index) => [sample.path, index]));
    const validationSamples = held.filter(({ path, split }) => split === 'validation' && !unreadable.has(path));
    if (training.length === 0 || validationSamples.length === 0)
      throw new GraftError('data.no-readable-image', { path: facts.path }, recipe.data.node);

    const validationRows = new Float32Array(validationSamples.length * width);
    validationSamples.forEach(({ path }, place) => {
      const row = indexOf.get(path) as number;
      validationRows.set(first.data.subarray(row * width, (row + 1) * width), place * width);
    });
    let rows: TrainingRows;
    if (live) {
      rows = {
        kind: 'live',
        maker: (epoch) =>
          RowMaker.create({ plan, device, pool, decode: this.#decodeOptions(augment.enabled ? epoch : 0) }),
      };
    } else {
      const parts = [first.data];
      for (let view = 1; view <= views; view++) {
        const more = await load(held, view, view, 1 + views);
        if (!more) return undefined;
        parts.push(more.data);
      }
      const rowOfPosition = training.map(({ path }) => indexOf.get(path) as number);
      rows = {
        kind: 'memory',
        data: this.#network.loopData(
          parts.length === 1 ? first.data : concatenate(parts),
          labelsOf(held, parts.length),
        ),
        rowOf: (position, epoch) =>
          (views > 0 ? ((epoch - 1) % views) + 1 : 0) * held.length + (rowOfPosition[position] as number),
      };
    }
    return { training, rows, validation: { samples: validationSamples, rows: validationRows } };
  }

  /** How pictures are decoded. @param view 0 is as they are; else the number that seeds their variation */
  #decodeOptions(view: number): Parameters<DecodePool['decode']>[1] {
    const { recipe, size } = this.#options.project;
    const { flip, rotate, zoom, light } = recipe.augment;
    const augment =
      view === 0 ? undefined : { flip, rotate, zoom, light, seed: recipe.training.seed, counter: view, indices: [] };
    return { size, resize: recipe.backbone.resize, ...(augment ? { augment } : {}) };
  }

  /** Why the pictures behind these rows could not be read, said once each. */
  async #reportUnreadable(samples: readonly Sample[], failed: readonly number[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    if (failed.length === 0) return found;
    const { pool, project } = this.#options;
    const paths = failed.map((index) => (samples[index] as Sample).path);
    const { failures } = await pool.decode(paths, this.#decodeOptions(0));
    const reasons = new Map(failures.map(({ index, reason }) => [index, reason]));
    paths.forEach((path, index) => found.set(path, reasons.get(index) ?? 'it could not be read before.'));
    for (const [path, reason] of found) {
      this.#emit({ event: 'warning', ...problem('data.image-unreadable', { path, reason }, project.recipe.data.node) });
    }
    return found;
  }

  #announce(cached: boolean): void {
    const { project, device, folder } = this.#options;
    const { facts, plan, recipe } = project;
    this.#emit({
      event: 'plan',
      run: folder.path,
      task: 'image-classification',
      classes: facts.classes.map(({ name }) => name),
      samples: { train: facts.train, validation: facts.validation },
      parameters: plan.counts,
      device,
      cached,
      epochs: recipe.training.epochs,
      stepsPerEpoch: Math.ceil(facts.train / plan.batch),
      summary: plan.summary,
      unreadable: facts.unreadable,
    });
  }

  /** Runs what is left of the epoch. @returns undefined when stopped in the middle */
  async #epoch(
    training: readonly Sample[],
    rows: TrainingRows,
    stepsPerEpoch: number,
  ): Promise<{ started: number } | undefined> {
    const started = performance.now();
    const order = epochOrder(this.#options.project.recipe.training.seed, this.#progress.epoch, training.length);
    if (rows.kind === 'live')
      return (await this.#liveEpoch(training, rows, order, stepsPerEpoch)) ? { started } : undefined;
    const { batch, dropouts } = this.#options.project.plan;
    const { seed } = this.#options.project.recipe.training;
    while (this.#progress.stepInEpoch < stepsPerEpoch) {
      if (await this.#interrupted()) return undefined;
      const count = Math.min(this.#stepsPerRun, stepsPerEpoch - this.#progress.stepInEpoch);
      const places = Array.from({ length: count }, (_, index) =>
        batchPlaces(order, this.#progress.stepInEpoch + index, batch),
      );
      const chosen = new BigInt64Array(count * batch);
      const weights = new Float32Array(count * batch);
      places.forEach((one, index) => {
        one.positions.forEach((position, place) => {
          chosen[index * batch + place] = BigInt(rows.rowOf(position, this.#progress.epoch));
        });
        weights.set(one.weights, index * batch);
      });
      const firstStep = this.#progress.step + 1;
      const rates = Float32Array.from({ length: count }, (_, index) => this.#rate(firstStep + index, stepsPerEpoch));
      const masks = dropoutMasks(dropouts, batch, firstStep, count, seed);
      const began = performance.now();
      const results = await this.#network.loop(rows.data, { order: chosen, weights, rates, firstStep, masks });
      this.#stepsPerRun = Math.max(
        1,
        Math.min(4 * this.#stepsPerRun, Math.floor((runMilliseconds * count) / (performance.now() - began))),
      );
      this.#record(
        results,
        rates,
        places.map((one) => one.weights.reduce((sum, weight) => sum + weight, 0)),
      );
      this.#checkpointWhenDue();
    }
    return { started };
  }

  async #liveEpoch(
    training: readonly Sample[],
    rows: Extract<TrainingRows, { kind: 'live' }>,
    order: Uint32Array,
    stepsPerEpoch: number,
  ): Promise<boolean> {
    const { plan, recipe } = this.#options.project;
    const maker = await rows.maker(this.#progress.epoch);
    const indices = Array.from(
      { length: stepsPerEpoch - this.#progress.stepInEpoch },
      (_, index) => this.#progress.stepInEpoch + index,
    );
    const decode = async (index: number) => {
      const places = batchPlaces(order, index, plan.batch);
      const chosen = Array.from(places.positions, (position) => training[position] as Sample);
      return { places, chosen, decoded: await maker.decode(chosen, index * plan.batch) };
    };
    try {
      for await (const { value } of prefetch(indices, decode)) {
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
        this.#record(results, Float32Array.of(rate), [places.weights.reduce((sum, weight) => sum + weight, 0)]);
        this.#checkpointWhenDue();
      }
    } finally {
      await maker.release();
    }
    return true;
  }

  #rate(step: number, stepsPerEpoch: number): number {
    const { recipe } = this.#options.project;
    const steps = stepsPerEpoch * recipe.training.epochs;
    return (
      this.#progress.rateFactor *
      learningRateAt(recipe.schedule, recipe.optimizer.learningRate, step, steps, stepsPerEpoch)
    );
  }

  /** Takes the steps of one run into account. @throws GraftError `run.loss-not-finite` */
  #record({ losses, correct }: StepResults, rates: Float32Array, counts: readonly number[]): void {
    const events: RunEvent[] = [];
    let { step, stepInEpoch, epochLoss, epochWeight, epochCorrect } = this.#progress;
    losses.forEach((loss, index) => {
      step++;
      if (!Number.isFinite(loss)) {
        this.#emit(...events);
        throw new GraftError(
          'run.loss-not-finite',
          { step, epoch: this.#progress.best?.epoch ?? 0 },
          this.#options.project.recipe.optimizer.node,
        );
      }
      const count = counts[index] as number;
      stepInEpoch++;
      epochLoss += loss * count;
      epochWeight += count;
      epochCorrect += correct[index] as number;
      events.push({
        event: 'step',
        step,
        epoch: this.#progress.epoch,
        loss,
        lr: rates[index] as number,
        accuracy: (correct[index] as number) / Math.max(1, count),
      });
    });
    this.#progress = { ...this.#progress, step, stepInEpoch, epochLoss, epochWeight, epochCorrect };
    this.#emit(...events);
  }

  /** Validates, keeps the best, and says whether the run is over. */
  async #endEpoch(
    validation: Outcome['validation'],
    trainCount: number,
    started: number,
  ): Promise<Progress['finished']> {
    const { project, folder } = this.#options;
    const { training } = project.recipe;
    const classes = project.facts.classes.length;
    const logits = await this.#network.evaluate(validation.rows, validation.samples.length);
    const held = measure(
      logits,
      validation.samples.map(({ label }) => label),
      classes,
      project.plan.loss,
    );
    const done = this.#progress;
    if (!Number.isFinite(held.loss))
      throw new GraftError(
        'run.loss-not-finite',
        { step: done.step, epoch: done.best?.epoch ?? 0 },
        project.recipe.optimizer.node,
      );
    const train: Metrics = {
      loss: done.epochLoss / Math.max(1, done.epochWeight),
      accuracy: done.epochCorrect / Math.max(1, done.epochWeight),
    };
    // People choose a model by its accuracy; among equals the more confident one is better.
    const { best } = done;
    const isBest = !best || held.accuracy > best.accuracy || (held.accuracy === best.accuracy && held.loss < best.loss);
    const isLowest = done.lowestLoss === null || held.loss < done.lowestLoss;
    const seconds = (performance.now() - started) / 1000;
    const total = done.seconds + seconds;
    this.#progress = {
      ...done,
      epoch: done.epoch + 1,
      stepInEpoch: 0,
      epochLoss: 0,
      epochWeight: 0,
      epochCorrect: 0,
      best: isBest ? { epoch: done.epoch, ...held } : best,
      lowestLoss: isLowest ? held.loss : done.lowestLoss,
      epochsWithoutProgress: isBest || isLowest ? 0 : done.epochsWithoutProgress + 1,
      seconds: total,
    };
    if (isBest) {
      this.#bestParameters = this.#network.parameters();
      folder.writeCheckpoint('best', this.#bestParameters, this.#progress);
    }
    this.#emit({
      event: 'epoch',
      epoch: done.epoch,
      train,
      validation: held,
      seconds,
      samplesPerSecond: trainCount / Math.max(seconds, 1e-9),
      secondsLeft: (training.epochs - done.epoch) * (total / done.epoch),
      best: isBest,
    });
    this.#checkpoint();
    await yieldToMessages();
    if (done.epoch >= training.epochs) return 'epochs';
    if (training.lossThreshold > 0 && train.loss < training.lossThreshold) return 'loss-threshold';
    if (training.patience > 0 && this.#progress.epochsWithoutProgress >= training.patience) return 'early-stop';
    return this.#stopping ? 'stopped' : null;
  }

  /** Lets messages in, waits while paused. @returns true when the run is to stop */
  async #interrupted(): Promise<boolean> {
    await yieldToMessages();
    if (this.#paused) {
      this.#checkpoint();
      this.#emit({ event: 'state', state: 'paused' });
      await this.#paused;
      if (!this.#stopping) this.#emit({ event: 'state', state: 'running' });
    }
    return this.#stopping;
  }

  #checkpointWhenDue(): void {
    if (performance.now() - this.#lastCheckpoint > checkpointMilliseconds) this.#checkpoint();
  }

  #checkpoint(): void {
    this.#options.folder.writeCheckpoint('last', this.#network.values(), this.#progress);
    this.#lastCheckpoint = performance.now();
  }

  #emit(...events: readonly RunEvent[]): void {
    if (events.length > 0) this.#options.emit(events);
  }
}

/** Messages wait in the event loop, which a synchronous run keeps from turning. */
function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function labelsOf(samples: readonly Sample[], copies: number): BigInt64Array {
  const labels = new BigInt64Array(samples.length * copies);
  for (let index = 0; index < labels.length; index++)
    labels[index] = BigInt((samples[index % samples.length] as Sample).label);
  return labels;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
