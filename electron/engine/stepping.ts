/** A training step taken again and again on one random batch, so that its time can be seen. */
import type * as ort from 'onnxruntime-node';
import { inputName, type TrainingCase } from '#shared/compiler/case-file.ts';
import type { CaseStep } from '#shared/compiler/case-step.ts';
import { names } from '#shared/compiler/7-emit.ts';
import { randomInput, randomTarget } from '#shared/compiler/random-batch.ts';
import { repeatedStep, repetitions } from '#shared/compiler/repeated-step.ts';
import type { Shape } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { filledTensor, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { CarriedValues } from '#electron/engine/runtime/carried-values.ts';
import { PlacedValues, type Feeds } from '#electron/engine/runtime/placed-values.ts';
import { sessionError, type ConcreteDevice, type SessionOptions } from '#electron/engine/runtime/session.ts';
import { float32, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';

/** Steps one after the other, many of them in one run of the runtime where each is short: as a project's are taken. */
export class Stepping {
  /** Milliseconds a step, of each run. */
  readonly times: number[] = [];
  /** Of each step; null where it is not finite. */
  readonly losses: (number | null)[] = [];
  /** Of the model's first input. */
  readonly shape: Shape;
  readonly #step: CaseStep;
  readonly #rate: ort.Tensor;
  readonly #batch: Feeds;
  /** The batch where it is read; its way there is not part of a step. */
  #placed: PlacedValues | undefined;
  readonly #device: ConcreteDevice;
  readonly #carried = new CarriedValues();
  #session: ort.InferenceSession | undefined;
  #repeats = false;

  constructor(step: CaseStep, training: TrainingCase, device: ConcreteDevice) {
    this.#step = step;
    this.#rate = float32(Float32Array.of(training.optimizer.lr), []);
    this.#batch = randomBatch(step, training);
    this.shape = this.#batch[inputName]?.dims ?? [];
    this.#device = device;
    this.#carried.load(step.parameters);
    this.#carried.load(initialState(step));
  }

  /** As in training, by the last step's time. */
  get stepsPerRun(): number {
    return this.#device === 'webgpu' ? 1 : this.#carried.stepsPerRun(this.times.at(-1) as number);
  }

  async open(options: SessionOptions = {}): Promise<void> {
    this.#placed = await PlacedValues.place(this.#batch, this.#device, this.#step.model);
    await this.#openFor(this.#step.model, options);
  }

  /** From now on many steps a run, the first run of them being for warming up. */
  async repeat(count: number): Promise<void> {
    await this.#close();
    await this.#openFor(repeatedStep(this.#step.model, new Set(Object.keys(this.#carried.feeds))));
    this.#repeats = true;
    await this.advance(count);
  }

  async advance(count: number): Promise<void> {
    const integer = (value: number): ort.Tensor => int64(BigInt64Array.of(BigInt(value)), []);
    const position = {
      [names.lr]: this.#rate,
      [names.step]: integer(this.losses.length + 1),
      ...(this.#repeats ? { [repetitions]: integer(count) } : {}),
    };
    const began = performance.now();
    const results = await this.#run({ ...this.#carried.feeds, ...this.#batch, ...this.#placed?.feeds, ...position });
    this.#carried.advance(results);
    const losses = Array.from((results[names.loss] as ort.Tensor).data as Float32Array);
    this.times.push((performance.now() - began) / count);
    this.losses.push(...losses.map((loss) => (Number.isFinite(loss) ? loss : null)));
  }

  /** Writes what a session that was opened to be profiled has seen. */
  endProfiling(): void {
    this.#session?.endProfiling();
  }

  async release(): Promise<void> {
    await this.#placed?.release();
    this.#placed = undefined;
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#session?.release();
    this.#session = undefined;
  }

  async #openFor(model: Model, options: SessionOptions = {}): Promise<void> {
    const kept = { ...options, keepOnDevice: this.#carried.nextNames };
    this.#session = await createTrainingSession(model, this.#device, kept);
  }

  async #run(feeds: Readonly<Record<string, ort.Tensor>>): Promise<Readonly<Record<string, ort.Tensor>>> {
    try {
      return await (this.#session as ort.InferenceSession).run(feeds);
    } catch (error) {
      throw sessionError(error, this.#device);
    }
  }
}

/** All that a step takes and does not carry, but its number and its rate. */
function randomBatch(step: CaseStep, training: TrainingCase): Feeds {
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, type] of typesOf(step.model)) {
    const isCarried = step.parameters.has(name) || step.stateShapes.has(name);
    if (isCarried || name === names.lr || name === names.step) continue;
    const drawn =
      name === names.target
        ? randomTarget(training.loss, type, step.predictions)
        : randomInput(type, training.input?.high);
    feeds[name] = toRuntime(drawn);
  }
  return feeds;
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
