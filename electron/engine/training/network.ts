/**
 * The sessions of a run and the values it trains. Knows nothing of data, files or time. On a GPU the trained values
 * stay in its memory from step to step; they come back through a session of their own, for checkpoints and the best.
 */
import type * as ort from 'onnxruntime-node';
import { averageSlot, type StateSlot } from '#shared/compiler/6-update.ts';
import type { Plan } from '#shared/compiler/compile.ts';
import { packed, unpacked } from '#shared/compiler/packed-parameters.ts';
import { emitPassage, names, type CarriedForm } from '#shared/compiler/7-emit.ts';
import { stepOfRows } from '#shared/compiler/step-of-rows.ts';
import { spellingsOf, type Choices } from '#shared/compiler/tuning/choices.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { filledTensor, type Tensor } from '#shared/ir/tensor.ts';
import { PlacedValues } from '#electron/engine/runtime/placed-values.ts';
import { CarriedValues } from '#electron/engine/runtime/carried-values.ts';
import { createSession, sessionError, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { packsOn, targetOf } from '#electron/engine/runtime/target.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';
import { float32, fromRuntime, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';

/** Rows of samples as a runtime tensor; those kept between loops are in the memory of a WebGPU device, if they fit. */
export interface LoopData {
  readonly rows: ort.Tensor;
  readonly labels: ort.Tensor;
}

export interface LoopSteps {
  /** Row of each place, [K, batch]. */
  readonly order: BigInt64Array;
  /** [K, batch]. */
  readonly weights: Float32Array;
  readonly rates: Float32Array;
  /** Of the first step, from 1. */
  readonly firstStep: number;
  /** One array a dropout layer, [K, batch, width]. */
  readonly masks: readonly Float32Array[];
}

export interface StepBatch {
  /** [batch, …cut shape]. */
  readonly rows: Float32Array;
  readonly labels: BigInt64Array;
  readonly weights: Float32Array;
  readonly rate: number;
  readonly step: number;
  readonly masks: readonly Float32Array[];
}

export interface StepResults {
  readonly losses: Float32Array;
  readonly correct: Float32Array;
  /** In float16, 1 where numbers of a step overflowed, which updated nothing and is tried with a smaller scale. */
  readonly overflow?: Float32Array;
}

/** A moving average stands at its parameter until the first update, which replaces it. */
function initialOf({ slot, parameter, shape, initial }: StateSlot, plan: Plan): Tensor {
  const own = slot === averageSlot ? plan.initial.get(parameter) : undefined;
  return own ?? filledTensor(shape, initial);
}

/** Results of runs one after the other as those of one. */
function joined(results: readonly StepResults[]): StepResults {
  const all = (pick: (one: StepResults) => Float32Array): Float32Array =>
    Float32Array.from(results.flatMap((one) => [...pick(one)]));
  const overflow = results[0]?.overflow ? { overflow: all((one) => one.overflow as Float32Array) } : {};
  return { losses: all((one) => one.losses), correct: all((one) => one.correct), ...overflow };
}

type SessionKind = 'loop' | 'step' | 'step of rows' | 'evaluation' | 'download';

export class Network {
  readonly #plan: Plan;
  readonly #device: ConcreteDevice;
  readonly #packs: boolean;
  readonly #form: CarriedForm;
  /** Name of the moving average of each parameter that has one. */
  readonly #averages: ReadonlyMap<string, string>;
  readonly #carried = new CarriedValues();
  #sessions: Partial<Record<SessionKind, ort.InferenceSession>> = {};
  readonly #placed: PlacedValues[] = [];
  #choices: Choices = {};

  /** @param packs whether small parameters are carried together: as is best on the device unless said otherwise */
  constructor(plan: Plan, device: ConcreteDevice, packs = packsOn(device)) {
    this.#plan = plan;
    this.#device = device;
    this.#packs = packs;
    this.#form = plan.carriedFor({ packs });
    this.#averages = new Map(
      this.#form.slots.filter(({ slot }) => slot === averageSlot).map(({ parameter, name }) => [parameter, name]),
    );
    this.load(
      new Map([...plan.initial, ...plan.slots.map((slot): [string, Tensor] => [slot.name, initialOf(slot, plan)])]),
    );
  }

  /** How gradients are written otherwise than usual; said before the first step. */
  choose(choices: Choices): void {
    this.#choices = choices;
  }

  /** Replaces parameters, and optimizer state where given. The tensors are copied. */
  load(values: ReadonlyMap<string, Tensor>): void {
    this.#carried.load(packed(values, this.#form.packs));
  }

  /** Parameters and optimizer state as they are now; copies. */
  async values(): Promise<Map<string, Tensor>> {
    return unpacked(await this.#copies(Object.keys(this.#carried.feeds)), this.#form.packs);
  }

  /** The trained parameters alone: their averages where these are kept. */
  async parameters(): Promise<Map<string, Tensor>> {
    const { parameters, packs } = this.#form;
    const held = await this.#copies(parameters.map(({ name }) => this.#result(name)));
    return unpacked(new Map(parameters.map(({ name }) => [name, held.get(this.#result(name)) as Tensor])), packs);
  }

  /** Name of the value that stands for a parameter, or a pack, when training is over. */
  #result(parameter: string): string {
    return this.#averages.get(parameter) ?? parameter;
  }

  async #copies(wanted: readonly string[]): Promise<Map<string, Tensor>> {
    const { feeds, onDevice } = this.#carried;
    const held = onDevice ? await this.#run('download', feeds) : undefined;
    return new Map(
      wanted.map((name) => {
        const tensor = fromRuntime((held?.[names.next(name)] ?? feeds[name]) as ort.Tensor);
        return [name, { ...tensor, data: Uint8Array.from(tensor.data) }];
      }),
    );
  }

  /** How many steps one run should take, at so many milliseconds a step. */
  stepsPerRun(millisecondsOfStep: number): number {
    return this.#carried.stepsPerRun(millisecondsOfStep);
  }

  async #session(kind: SessionKind): Promise<ort.InferenceSession> {
    return (this.#sessions[kind] ??= await this.#create(kind));
  }

  async #create(kind: SessionKind): Promise<ort.InferenceSession> {
    if (kind === 'download') {
      return createSession(emitPassage([...this.#form.parameters, ...this.#form.slots], this.#plan.step), this.#device);
    }
    if (kind === 'evaluation') return createTrainingSession(await this.#written(kind), this.#device);
    const options = { keepOnDevice: this.#carried.nextNames };
    if (kind === 'step of rows')
      return createTrainingSession(stepOfRows(await this.#written('step'), this.#plan.cut.name), this.#device, options);
    return createTrainingSession(await this.#written(kind), this.#device, options);
  }

  /** Written for this machine. */
  async #written(kind: 'step' | 'loop' | 'evaluation'): Promise<Model> {
    const target = await targetOf(this.#device);
    return this.#plan.emitFor(kind, { ...target, packs: this.#packs, spellings: spellingsOf(this.#choices) });
  }

  /** Rows for one loop. */
  loopData(rows: Float32Array, labels: BigInt64Array): LoopData {
    return { rows: float32(rows, [labels.length, ...this.#plan.cut.shape]), labels: int64(labels, [labels.length]) };
  }

  /** Rows for all loops to come. */
  async keptLoopData(rows: Float32Array, labels: BigInt64Array): Promise<LoopData> {
    const given = this.loopData(rows, labels);
    const placed = await PlacedValues.place({ rows: given.rows }, this.#device, this.#plan.step);
    this.#placed.push(placed);
    return { ...given, ...(placed.feeds as { rows: ort.Tensor }) };
  }

  /** K steps: in one run, except on a device that keeps parameters and rows in its memory from run to run. */
  async loop(data: LoopData, steps: LoopSteps): Promise<StepResults> {
    const { batch, dropouts } = this.#plan;
    if (this.#device === 'webgpu') return this.#oneByOne(data, steps);
    const count = steps.rates.length;
    const feeds: Record<string, ort.Tensor> = {
      ...this.#carried.feeds,
      [names.rows]: data.rows,
      [names.labels]: data.labels,
      [names.order]: int64(steps.order, [count, batch]),
      [names.sampleWeight]: float32(steps.weights, [count, batch]),
      [names.lr]: float32(steps.rates, [count]),
      [names.step]: int64(BigInt64Array.of(BigInt(steps.firstStep)), []),
    };
    dropouts.forEach(({ name, width }, layer) => {
      feeds[name] = float32(steps.masks[layer] as Float32Array, [count, batch, width]);
    });
    return this.#advance(await this.#run('loop', feeds));
  }

  async #oneByOne({ rows, labels }: LoopData, steps: LoopSteps): Promise<StepResults> {
    const { batch, dropouts, cut } = this.#plan;
    const width = elementCount(cut.shape);
    const results: StepResults[] = [];
    for (const [index, rate] of steps.rates.entries()) {
      const places = steps.order.subarray(index * batch, (index + 1) * batch);
      const one = {
        labels: BigInt64Array.from(places, (place) => labels.data[Number(place)] as bigint),
        weights: steps.weights.subarray(index * batch, (index + 1) * batch),
        rate,
        step: steps.firstStep + index,
        masks: dropouts.map((dropout, layer) => {
          const size = batch * dropout.width;
          return (steps.masks[layer] as Float32Array).slice(index * size, (index + 1) * size);
        }),
      };
      if (rows.location === 'gpu-buffer') {
        const chosen = { [names.rows]: rows, [names.order]: int64(places.slice(), [batch]) };
        results.push(await this.#step('step of rows', chosen, one));
        continue;
      }
      const picked = new Float32Array(batch * width);
      places.forEach((place, at) => {
        const start = Number(place) * width;
        picked.set((rows.data as Float32Array).subarray(start, start + width), at * width);
      });
      results.push(await this.step({ ...one, rows: picked }));
    }
    return joined(results);
  }

  async step({ rows, ...one }: StepBatch): Promise<StepResults> {
    const { batch, cut } = this.#plan;
    return this.#step('step', { [cut.name]: float32(rows, [batch, ...cut.shape]) }, one);
  }

  async #step(
    kind: 'step' | 'step of rows',
    given: Readonly<Record<string, ort.Tensor>>,
    one: Omit<StepBatch, 'rows'>,
  ): Promise<StepResults> {
    const { batch, dropouts } = this.#plan;
    const feeds: Record<string, ort.Tensor> = {
      ...this.#carried.feeds,
      ...given,
      [names.target]: int64(one.labels, [batch]),
      [names.sampleWeight]: float32(one.weights, [batch]),
      [names.lr]: float32(Float32Array.of(one.rate), []),
      [names.step]: int64(BigInt64Array.of(BigInt(one.step)), []),
    };
    dropouts.forEach(({ name, width }, layer) => {
      feeds[name] = float32(one.masks[layer] as Float32Array, [batch, width]);
    });
    return this.#advance(await this.#run(kind, feeds));
  }

  /** Logits [count, classes] of `count` rows, with the parameters as they are or as given. */
  async evaluate(rows: Float32Array, count: number, parameters?: ReadonlyMap<string, Tensor>): Promise<Float32Array> {
    const { batch, cut } = this.#plan;
    const width = elementCount(cut.shape);
    const fixed: Record<string, ort.Tensor> = {};
    const instead = parameters && packed(parameters, this.#form.packs);
    for (const { name } of this.#form.parameters) {
      const given = instead?.get(name);
      fixed[name] = given ? toRuntime(given) : (this.#carried.feeds[this.#result(name)] as ort.Tensor);
    }
    let logits = new Float32Array();
    for (let start = 0; start < count; start += batch) {
      const part = new Float32Array(batch * width);
      part.set(rows.subarray(start * width, Math.min(count, start + batch) * width));
      const results = await this.#run('evaluation', { ...fixed, [cut.name]: float32(part, [batch, ...cut.shape]) });
      const output = results['logits'] as ort.Tensor;
      const classes = output.dims[1] as number;
      if (logits.length === 0) logits = new Float32Array(count * classes);
      const wanted = Math.min(batch, count - start) * classes;
      logits.set((output.data as Float32Array).subarray(0, wanted), start * classes);
    }
    return logits;
  }

  async release(): Promise<void> {
    const sessions = Object.values(this.#sessions);
    this.#sessions = {};
    for (const placed of this.#placed.splice(0)) await placed.release();
    for (const session of sessions) await session.release();
  }

  async #run(kind: SessionKind, feeds: Readonly<Record<string, ort.Tensor>>): Promise<Record<string, ort.Tensor>> {
    const session = await this.#session(kind);
    try {
      return await session.run(feeds);
    } catch (error) {
      throw sessionError(error, this.#device);
    }
  }

  #advance(results: Record<string, ort.Tensor>): StepResults {
    this.#carried.advance(results);
    const overflow = results[names.overflow]?.data as Float32Array | undefined;
    return {
      losses: (results[names.loss] as ort.Tensor).data as Float32Array,
      correct: (results[names.correct] as ort.Tensor).data as Float32Array,
      ...(overflow ? { overflow } : {}),
    };
  }
}
