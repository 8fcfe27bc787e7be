/**
 * Steps in mixed precision beside steps in float32, taking turns, with their losses beside each other. Run by hand on
 * the device in question, which the processor is not: it computes in float32 and rounds.
 *
 *     npx node test/bench/precision.ts [--device cpu|webgpu|cuda|dml|coreml] [--steps N] [--small]
 */
import { parseArgs } from 'node:util';
import type * as ort from 'onnxruntime-node';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import { carriedValues, emitStep, names } from '#shared/compiler/7-emit.ts';
import { usualScaling } from '#shared/compiler/loss-scaling.ts';
import { peakMemory } from '#shared/compiler/memory.ts';
import type { StepSpec } from '#shared/compiler/training-step.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { filledTensor, type Tensor, type TensorType } from '#shared/ir/tensor.ts';
import { requirePrecision } from '#electron/engine/runtime/devices.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import type { ConcreteDevice } from '#electron/engine/runtime/session.ts';
import { float32, int64 } from '#electron/engine/runtime/tensors.ts';
import { CarriedValues } from '#electron/engine/runtime/carried-values.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';
import { precisionsOf } from '#test/engine/compiler/support.ts';
import { backbone, randomTensor } from '#test/support/backbones.ts';
import { transformer } from '#test/support/transformer.ts';

const classes = 10;

interface Subject {
  readonly name: string;
  readonly model: Model;
  readonly input: Shape;
  /** Learning rate. */
  readonly rate: number;
}

function subjects(small: boolean): Subject[] {
  const [layers, width, batch, tokens] = small ? [2, 64, 4, 32] : [6, 256, 8, 128];
  const side = small ? 16 : 64;
  const widths = small ? [16, 16, 32] : [64, 64, 64, 128, 128, 128];
  return [
    {
      name: `transformer of ${layers} layers, ${width} wide, ${batch} × ${tokens} tokens`,
      model: transformer({ layers, width, heads: 4, batch, tokens, classes }),
      input: [batch, tokens, width],
      rate: 0.01,
    },
    {
      name: `convolutions of ${widths.join(', ')} channels, ${batch} pictures of ${side}²`,
      model: settled(backbone({ widths, ending: 'classifier' })),
      input: [batch, 3, side, side],
      rate: 0.001,
    },
  ];
}

/** The model with kernels as He et al. (2015) begin with them: each layer gives numbers of the size it takes. */
function settled(model: Model): Model {
  const initializers = [...model.graph.initializers].map(([name, tensor], seed): [string, Tensor] => {
    const inputs = elementCount(tensor.shape.slice(1));
    return [name, tensor.shape.length === 4 ? randomTensor(tensor.shape, seed, Math.sqrt(2 / inputs)) : tensor];
  });
  return { ...model, graph: { ...model.graph, initializers: new Map(initializers) } };
}

/** One precision of a model, a step at a time. */
class Side {
  readonly milliseconds: number[] = [];
  readonly losses: number[] = [];
  overflows = 0;
  readonly #session: ort.InferenceSession;
  readonly #carried: CarriedValues;
  readonly #shape: Shape;
  readonly peak: number;

  private constructor(session: ort.InferenceSession, carried: CarriedValues, shape: Shape, peak: number) {
    this.#session = session;
    this.#carried = carried;
    this.#shape = shape;
    this.peak = peak;
  }

  static async open(model: TypedModel, spec: StepSpec, device: ConcreteDevice): Promise<Side> {
    const step = emitStep(model, spec, { ofSamples: false });
    const { parameters, slots } = carriedValues(model, spec);
    const carried = new CarriedValues();
    carried.load(
      new Map<string, Tensor>([
        ...parameters.map(({ name }): [string, Tensor] => [name, model.graph.initializers.get(name) as Tensor]),
        ...slots.map(({ name, shape, initial }): [string, Tensor] => [name, filledTensor(shape, initial)]),
      ]),
    );
    const session = await createTrainingSession(step, device, { keepOnDevice: carried.nextNames });
    return new Side(session, carried, (model.graph.inputs[0] as { shape: Shape }).shape, await peakOf(step));
  }

  async step(index: number, rate: number): Promise<void> {
    const [batch] = this.#shape as [number];
    const each = elementCount(this.#shape) / batch;
    const wave = (_: unknown, at: number): number => Math.sin(at * (1.3 + 0.7 * Math.floor(at / each)));
    const feeds = {
      ...this.#carried.feeds,
      input: float32(Float32Array.from({ length: elementCount(this.#shape) }, wave), this.#shape),
      [names.target]: int64(
        BigInt64Array.from({ length: batch }, (_, at) => BigInt(at % classes)),
        [batch],
      ),
      [names.lr]: float32(Float32Array.of(rate), []),
      [names.step]: int64(BigInt64Array.of(BigInt(index)), []),
    };
    const began = performance.now();
    const results = await this.#session.run(feeds);
    this.milliseconds.push(performance.now() - began);
    this.#carried.advance(results);
    this.losses.push((results[names.loss] as ort.Tensor).data[0] as number);
    this.overflows += Number(results[names.overflow]?.data[0] ?? 0);
  }

  async release(): Promise<void> {
    for (const tensor of Object.values(this.#carried.feeds)) if (tensor.location === 'gpu-buffer') tensor.dispose();
    await this.#session.release();
  }
}

/** Estimated bytes of a step at its worst moment. */
async function peakOf(step: Model): Promise<number> {
  const values = step.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  const inferred = await oracle.infer({ ...step, graph: { ...step.graph, outputs: [] } }, values);
  const types = new Map<string, TensorType>(step.graph.initializers);
  for (const { name, dtype, shape } of [...inferred.values(), ...step.graph.inputs])
    types.set(name, { dtype, shape: shape.filter((size) => typeof size === 'number') });
  return peakMemory(step.graph, types);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] as number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    steps: { type: 'string', default: '20' },
    small: { type: 'boolean', default: false },
  },
});
const device = values.device as ConcreteDevice;
await requirePrecision(device, { precision: 'float16', node: 'training' });
for (const { name, model, input, rate } of subjects(values.small)) {
  const { full, half, trained } = await precisionsOf({ model, input });
  const spec: StepSpec = {
    loss: { kind: 'cross_entropy' },
    optimizer: { kind: 'sgd', momentum: 0.9 },
    groups: [{ parameters: trained, rate: 1, decay: 0 }],
  };
  const exact = await Side.open(full, spec, device);
  const mixed = await Side.open(half, { ...spec, scaling: usualScaling }, device);
  for (let index = 1; index <= Number(values.steps); index++) {
    await exact.step(index, rate);
    await mixed.step(index, rate);
  }
  // The first steps compile kernels.
  const [wide, narrow] = [exact, mixed].map((side) => median(side.milliseconds.slice(2))) as [number, number];
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  say(`${name}, on ${device}`);
  say(`  float32 ${wide.toFixed(1)} ms, float16 ${narrow.toFixed(1)} ms a step: ${(narrow / wide).toFixed(2)}`);
  say(`  memory by estimate ${mib(exact.peak)} → ${mib(mixed.peak)} MiB; updates left out: ${mixed.overflows}`);
  const curve = exact.losses.map((loss, index) => `${loss.toFixed(4)}/${(mixed.losses[index] as number).toFixed(4)}`);
  say(`  losses ${curve.filter((_, index) => index % 4 === 0 || index === curve.length - 1).join('  ')}`);
  await exact.release();
  await mixed.release();
}
