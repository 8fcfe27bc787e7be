/** How long the training step of any model takes on random input: what `graft bench` asks for. */
import type * as ort from 'onnxruntime-node';
import { caseInputShape, inputName, type TrainingCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { names } from '#shared/compiler/7-emit.ts';
import { repeatedStep, repetitions } from '#shared/compiler/repeated-step.ts';
import { randomInput, randomTarget } from '#shared/compiler/random-batch.ts';
import { ChoiceRecorder, type Place } from '#shared/compiler/tuning/choices.ts';
import type { Shape } from '#shared/core/shape.ts';
import type { Dimension, Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { filledTensor, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { EngineInput, EngineOutput } from '#shared/protocol/engine.ts';
import { readCase } from '#electron/engine/case-file.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { CarriedValues } from '#electron/engine/runtime/carried-values.ts';
import { chooseDevice } from '#electron/engine/runtime/devices.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { sessionError, type ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';
import { machineOf, notedBy, type Machine } from '#electron/engine/tuning/tuner.ts';

/** Steps before the ones that are timed: the first of a session plans its memory, too. */
const warmUp = 2;

/** Times the step on one random batch, with parameters and optimizer state carried from each step into the next. */
export async function benchStep(request: EngineInput<'bench'>): Promise<EngineOutput<'bench'>> {
  const training = readCase(request.casePath);
  const device = await chooseDevice(request.device);
  const began = performance.now();
  const { model } = readModel(request.path);
  try {
    const machine = await machineOf(device);
    const recorder = new ChoiceRecorder(machine.channelBlock, machine.table.choices);
    const step = await buildStep(model, training, request.batch, notedBy(recorder, machine));
    const buildMilliseconds = performance.now() - began;
    const tuning = tuned(recorder.places, machine);
    return { ...(await timeStep(step, training, request.steps, device)), tuning, build_ms: buildMilliseconds };
  } catch (error) {
    throw explained(error, model.graph.inputs[0]?.shape[0], request.batch);
  }
}

/** Exporters may write the number of samples into constants, too, where the runtime stumbles over it. */
export function explained(error: unknown, own: Dimension | undefined, batch: number): unknown {
  const isAnswer = error instanceof GraftError && error.code !== 'run.session-failed';
  if (isAnswer || typeof own !== 'number' || own === batch) return error;
  const reason = `the model is made for ${own} samples at a time, and does not work with ${batch}.`;
  return Object.assign(new GraftError('input.bad-argument', { argument: '--batch', reason }), { cause: error });
}

/** The step of a batch of so many samples, written for `target`. */
export function buildStep(model: Model, training: TrainingCase, batch: number, target: Target): Promise<CaseStep> {
  const { shape, batches } = sizedFor(batch, model, training);
  return buildCaseStep(model, { ...training, batches }, shape, oracle, target);
}

function tuned(places: readonly Place[], { table }: Machine): EngineOutput<'bench'>['tuning'] {
  const known = places.flatMap(({ name, point }) => {
    const entry = table.get(name);
    return entry ? [entry.choice !== point.usual] : [];
  });
  return { places: places.length, measured: known.length, unusual: known.filter(Boolean).length };
}

async function timeStep(
  step: CaseStep,
  training: TrainingCase,
  steps: number,
  device: ConcreteDevice,
): Promise<Omit<EngineOutput<'bench'>, 'build_ms' | 'tuning'>> {
  const batch = randomBatch(step, training);
  const stepping = new Stepping(step, batch.feeds, device);
  try {
    const [, openMilliseconds] = await timed(() => stepping.open());
    for (let index = 0; index < warmUp; index++) await stepping.advance(1);
    const stepsPerRun = Math.min(steps, stepping.stepsPerRun);
    if (stepsPerRun > 1) await stepping.repeat(stepsPerRun);
    const before = stepping.times.length;
    for (let left = steps; left > 0; left -= stepsPerRun) await stepping.advance(Math.min(left, stepsPerRun));
    return {
      device,
      input: [...batch.shape],
      steps,
      stepsPerRun,
      warmUp: stepping.losses.length - steps,
      ms: spread(stepping.times.slice(before)),
      loss: stepping.losses,
      peakRssMiB: process.resourceUsage().maxRSS / 1024,
      open_ms: openMilliseconds,
    };
  } finally {
    await stepping.release();
  }
}

/** Steps one after the other, many of them in one run of the runtime where each is short: as a project's are taken. */
class Stepping {
  /** Milliseconds a step, of each run. */
  readonly times: number[] = [];
  /** Of each step; null where it is not finite. */
  readonly losses: (number | null)[] = [];
  readonly #step: CaseStep;
  readonly #feeds: Readonly<Record<string, ort.Tensor>>;
  readonly #device: ConcreteDevice;
  readonly #carried = new CarriedValues();
  #session: ort.InferenceSession | undefined;
  #repeats = false;

  constructor(step: CaseStep, feeds: Readonly<Record<string, ort.Tensor>>, device: ConcreteDevice) {
    this.#step = step;
    this.#feeds = feeds;
    this.#device = device;
    this.#carried.load(step.parameters);
    this.#carried.load(initialState(step));
  }

  /** As in training, by the last step's time. */
  get stepsPerRun(): number {
    return this.#carried.stepsPerRun(this.times.at(-1) as number);
  }

  open(): Promise<void> {
    return this.#openFor(this.#step.model);
  }

  /** From now on many steps a run, the first run of them being for warming up. */
  async repeat(count: number): Promise<void> {
    await this.release();
    await this.#openFor(repeatedStep(this.#step.model, new Set(Object.keys(this.#carried.feeds))));
    this.#repeats = true;
    await this.advance(count);
  }

  async advance(count: number): Promise<void> {
    const integer = (value: number): ort.Tensor => int64(BigInt64Array.of(BigInt(value)), []);
    const [losses, milliseconds] = await timed(async () => {
      const position = {
        [names.step]: integer(this.losses.length + 1),
        ...(this.#repeats ? { [repetitions]: integer(count) } : {}),
      };
      const session = this.#session as ort.InferenceSession;
      const results = await run(session, { ...this.#carried.feeds, ...this.#feeds, ...position }, this.#device);
      this.#carried.advance(results);
      return Array.from((results[names.loss] as ort.Tensor).data as Float32Array);
    });
    this.losses.push(...losses.map((loss) => (Number.isFinite(loss) ? loss : null)));
    this.times.push(milliseconds / count);
  }

  async release(): Promise<void> {
    await this.#session?.release();
    this.#session = undefined;
  }

  async #openFor(model: Model): Promise<void> {
    const options = { keepOnDevice: this.#carried.nextNames };
    this.#session = await createTrainingSession(model, this.#device, options);
  }
}

/**
 * The shape of an input of `batch` samples, and the case's batches with as many.
 * @throws GraftError `compile.bad-case`
 */
function sizedFor(
  batch: number,
  model: Model,
  training: TrainingCase,
): { shape: Shape; batches: TrainingCase['batches'] } {
  const inputs = model.graph.inputs.map((input) => ({
    ...input,
    shape: input.shape.map((size, axis) => (axis === 0 ? batch : size)),
  }));
  const [recorded, ...sizes] = caseInputShape({ ...model, graph: { ...model.graph, inputs } }, training);
  if (recorded === undefined)
    throw new GraftError('compile.bad-case', { reason: 'the model takes no input with an axis of samples.' });
  const scaled = (size: number, axis: number): number => (axis === 0 ? (size * batch) / recorded : size);
  return {
    shape: [batch, ...sizes],
    batches: training.batches?.map((one) => ({ ...one, shape: one.shape.map(scaled) })),
  };
}

/** All that a step takes and does not carry, but its number; the shape of the model's first input. */
function randomBatch(step: CaseStep, training: TrainingCase): { feeds: Record<string, ort.Tensor>; shape: Shape } {
  const feeds: Record<string, ort.Tensor> = { [names.lr]: float32(Float32Array.of(training.optimizer.lr), []) };
  for (const [name, type] of typesOf(step.model)) {
    const isCarried = step.parameters.has(name) || step.stateShapes.has(name);
    if (isCarried || name === names.lr || name === names.step) continue;
    const drawn =
      name === names.target
        ? randomTarget(training.loss, type, step.predictions)
        : randomInput(type, training.input?.high);
    feeds[name] = toRuntime(drawn);
  }
  return { feeds, shape: feeds[inputName]?.dims ?? [] };
}

function initialState({ model, state }: CaseStep): Map<string, Tensor> {
  const types = typesOf(model);
  return new Map(
    Object.entries(state).map(([name, initial]) => {
      const { dtype, shape } = types.get(name) as TensorType;
      return [name, filledTensor(shape, initial, dtype)];
    }),
  );
}

function typesOf({ graph }: Model): Map<string, TensorType> {
  return new Map(graph.inputs.map(({ name, dtype, shape }) => [name, { dtype, shape: shape.map(Number) }]));
}

async function run(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, ort.Tensor>>,
  device: ConcreteDevice,
): Promise<Readonly<Record<string, ort.Tensor>>> {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw sessionError(error, device);
  }
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

function spread(values: readonly number[]): { min: number; median: number; max: number } {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (place: number): number => sorted[place] as number;
  const last = sorted.length - 1;
  return { min: at(0), median: (at(last >> 1) + at(sorted.length >> 1)) / 2, max: at(last) };
}
