/**
 * Mixed precision against float32, on the processor, where values of float16 are rounded as their type says
 * (cpu/rounded-halves.ts). Overflow is forced with weights or scales so large that float16 cannot hold what comes of them.
 */
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import { carriedValues, emitStep, names } from '#shared/compiler/7-emit.ts';
import { chooseCheckpoints } from '#shared/compiler/checkpoint-cuts.ts';
import { scalingNames, usualScaling, type LossScaling } from '#shared/compiler/loss-scaling.ts';
import { defaultDecay, optimizerKinds } from '#shared/compiler/optimizers/registry.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import type { StepSpec } from '#shared/compiler/training-step.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor, numbers, type Tensor } from '#shared/ir/tensor.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { float32, fromRuntime, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';
import { precisionsOf } from '#test/engine/compiler/support.ts';
import { randomTensor } from '#test/support/backbones.ts';
import { transformer } from '#test/support/transformer.ts';

const [batch, classes] = [4, 3];

interface Subject {
  readonly model: Model;
  readonly input: Shape;
}

function modelOf(builder: GraphBuilder, logits: string): Model {
  builder.output(logits, 'float32', [batch, classes], 'logits');
  return { graph: builder.build('subject'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

function perceptron(): Subject {
  const builder = new GraphBuilder(17);
  const widths = [12, 16, 16, classes];
  let value = builder.input('input', 'float32', [batch, 12]);
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [from, to] = [widths[layer] as number, widths[layer + 1] as number];
    const weight = builder.initializer(`weight${layer}`, randomTensor([to, from], layer + 1, 1 / Math.sqrt(from)));
    const bias = builder.initializer(`bias${layer}`, randomTensor([to], layer + 9, 0.1));
    value = builder.op('Gemm', [value, weight, bias], { transB: 1 });
    if (layer + 2 < widths.length) value = builder.op('Relu', [value]);
  }
  return { model: modelOf(builder, value), input: [batch, 12] };
}

/** Convolutions with and without a bias, normalizations that fold and one that does not, a skip, x·σ(x) and pooling. */
function convolutions(): Subject {
  const builder = new GraphBuilder(17);
  const vector = (name: string, size: number, value: number): string =>
    builder.initializer(name, float32Tensor([size], new Float32Array(size).fill(value)));
  const norm = (value: string, name: string): string =>
    builder.op('BatchNormalization', [
      value,
      builder.initializer(
        `${name}.weight`,
        float32Tensor(
          [8],
          Float32Array.from({ length: 8 }, (_, at) => 1 + at / 20),
        ),
      ),
      vector(`${name}.bias`, 8, 0.1),
      vector(`${name}.mean`, 8, 0.2),
      vector(`${name}.variance`, 8, 1.5),
    ]);
  const convolution = (value: string, name: string, from: number): string =>
    builder.op(
      'Conv',
      [
        value,
        builder.initializer(
          `${name}.weight`,
          randomTensor([8, from, 3, 3], from + name.length, Math.sqrt(1 / (9 * from))),
        ),
      ],
      { pads: [1, 1, 1, 1] },
    );
  const input = builder.input('input', 'float32', [batch, 3, 8, 8]);
  const first = builder.op('Relu', [norm(convolution(input, 'first', 3), 'norm1')]);
  const inner = norm(convolution(first, 'second', 8), 'norm2');
  const swish = builder.op('Mul', [inner, builder.op('Sigmoid', [inner])]);
  const skip = builder.op('Relu', [norm(builder.op('Add', [first, swish]), 'norm3')]);
  const small = builder.op('MaxPool', [skip], { kernel_shape: [2, 2], strides: [2, 2] });
  const pooled = builder.op('Flatten', [builder.op('GlobalAveragePool', [convolution(small, 'third', 8)])]);
  const head = builder.initializer('head.weight', randomTensor([classes, 8], 77, 0.5));
  return { model: modelOf(builder, builder.op('Gemm', [pooled, head], { transB: 1 })), input: [batch, 3, 8, 8] };
}

function encoder(): Subject {
  const options = { layers: 2, width: 16, heads: 2, batch, tokens: 8, classes };
  return { model: transformer(options), input: [batch, 8, 16] };
}

/** By name how it is made, and a rate and a number of steps in which it learns. */
const subjects: Readonly<Record<string, readonly [() => Subject, number, number]>> = {
  'a perceptron': [perceptron, 0.02, 40],
  convolutions: [convolutions, 0.03, 60],
  'a transformer': [encoder, 0.02, 40],
};

function specOf(trained: readonly string[], optimizer: OptimizerSpec, scaling?: LossScaling): StepSpec {
  const groups = [{ parameters: trained, rate: 1, decay: optimizer.weight_decay ?? defaultDecay(optimizer.kind) }];
  return { loss: { kind: 'cross_entropy' }, optimizer, groups, ...(scaling ? { scaling } : {}) };
}

interface Training {
  readonly losses: number[];
  readonly overflow: number[];
  /** Parameters and state after each step. */
  readonly values: ReadonlyMap<string, Tensor>[];
}

interface Inputs {
  readonly rate?: number;
  /** How many batches take turns. */
  readonly batches?: number;
  /** Factor of the input of each step. */
  readonly loudness?: (step: number) => number;
  /** Values that differ from the usual start. */
  readonly start?: ReadonlyMap<string, Tensor>;
}

async function train(model: TypedModel, spec: StepSpec, steps: number, given: Inputs = {}): Promise<Training> {
  const step = emitStep(model, spec, { ofSamples: false });
  expect(violations(step)).toEqual([]);
  const session = await createTrainingSession(step, 'cpu');
  const { parameters, slots } = carriedValues(model, spec);
  let values = new Map<string, Tensor>([
    ...parameters.map(({ name }): [string, Tensor] => [name, model.graph.initializers.get(name) as Tensor]),
    ...slots.map(({ name, shape, initial }): [string, Tensor] => [
      name,
      float32Tensor(shape, new Float32Array(elementCount(shape)).fill(initial)),
    ]),
    ...(given.start ?? []),
  ]);
  const { shape } = model.graph.inputs[0] as { shape: Shape };
  const training: Training = { losses: [], overflow: [], values: [] };
  for (let index = 1; index <= steps; index++) {
    const loudness = given.loudness?.(index) ?? 1;
    const turn = index % (given.batches ?? 3);
    const each = elementCount(shape) / batch;
    const wave = (_: unknown, at: number): number =>
      loudness * Math.sin(at * (1.3 + turn + 0.7 * Math.floor(at / each)));
    const results = await session.run({
      ...Object.fromEntries([...values].map(([name, tensor]) => [name, toRuntime(tensor)])),
      input: float32(Float32Array.from({ length: elementCount(shape) }, wave), shape),
      [names.target]: int64(
        BigInt64Array.from({ length: batch }, (_, at) => BigInt((at + turn) % classes)),
        [batch],
      ),
      [names.lr]: float32(Float32Array.of(given.rate ?? 0.02), []),
      [names.step]: int64(BigInt64Array.of(BigInt(index)), []),
    });
    const scalar = (name: string): number => (results[name] as ort.Tensor).data[0] as number;
    training.losses.push(scalar(names.loss));
    if (spec.scaling) training.overflow.push(scalar(names.overflow));
    values = new Map(
      [...values.keys()].map((name) => {
        const { data, ...type } = fromRuntime(results[names.next(name)] as ort.Tensor);
        return [name, { ...type, data: Uint8Array.from(data) }];
      }),
    );
    training.values.push(values);
  }
  await session.release();
  return training;
}

const scalarOf = (values: ReadonlyMap<string, Tensor> | undefined, name: string): number =>
  numbers(values?.get(name) as Tensor)[0] as number;
const scaleAfter = ({ values }: Training): number[] => values.map((one) => scalarOf(one, scalingNames.scale));
const adam: OptimizerSpec = { kind: 'adamw' };
// Steps in proportion to the gradient, and small ones: where training is chaotic, nothing follows anything.
const momentum: OptimizerSpec = { kind: 'sgd', momentum: 0.9 };
/** Too small for any of these to overflow. */
const modest: LossScaling = { initial: 2 ** 10, growthInterval: 2000 };

/** Largest difference over all elements, relative to the largest of what is expected. */
function distance(found: readonly number[], expected: readonly number[]): number {
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((value, at) => Math.abs(value - (expected[at] as number)))) / size;
}

describe.each(Object.entries(subjects))('%s', (_name, [make, rate, steps]) => {
  it('learns in float16 what it learns in float32', async () => {
    const { full, half, trained } = await precisionsOf(make());
    const exact = await train(full, specOf(trained, momentum), steps, { rate, batches: 1 });
    const mixed = await train(half, specOf(trained, momentum, modest), steps, { rate, batches: 1 });
    expect(mixed.overflow).not.toContain(1);
    expect(mixed.losses).not.toEqual(exact.losses);
    expect(mixed.losses.at(-1)).toBeLessThan((mixed.losses[0] as number) * 0.8);
    mixed.losses.forEach((loss, step) => expect(Math.abs(loss - (exact.losses[step] as number))).toBeLessThan(0.001));
  });

  it('has the gradient of float32 within what float16 can tell', async () => {
    const { full, half, trained } = await precisionsOf(make());
    // With SGD at rate 1 a step moves every parameter by its gradient.
    const sgd: OptimizerSpec = { kind: 'sgd', weight_decay: 0 };
    const moved = async (model: TypedModel, scaling?: LossScaling): Promise<number[][]> => {
      const { values } = await train(model, specOf(trained, sgd, scaling), 1, { rate: 1 });
      return trained.map((name) => {
        const before = numbers(model.graph.initializers.get(name) as Tensor);
        return numbers(values[0]?.get(name) as Tensor).map((value, at) => value - (before[at] as number));
      });
    };
    const exact = await moved(full);
    const mixed = await moved(half, modest);
    // Some roundings to eleven bits.
    const distances = exact.map((gradient, at) =>
      gradient.some((value) => Math.abs(value) > 1e-6) ? distance(mixed[at] as number[], gradient) : 0,
    );
    expect(Math.max(...distances)).toBeLessThan(0.01);
  });

  it('is checkpointed to the same losses', async () => {
    const { half, trained } = await precisionsOf(make());
    const spec = specOf(trained, adam, usualScaling);
    const chosen = await chooseCheckpoints(half, () => emitStep(half, spec, { ofSamples: false }), 1, oracle);
    const whole = await train(half, spec, 3);
    const again = await train(
      half,
      { ...spec, cuts: chosen?.cuts ?? [1, 2].map((part) => Math.floor((part * half.graph.nodes.length) / 3)) },
      3,
    );
    expect(again).toEqual(whole);
  });
});

describe('an overflow', () => {
  const patient: LossScaling = { initial: 2 ** 16, growthInterval: 100 };

  it('of gradients halves the scale and leaves everything else bit for bit, until it fits', async () => {
    const { half, trained } = await precisionsOf(perceptron());
    const spec = specOf(trained, { ...adam, ema_decay: 0.9, clip_norm: 1 }, patient);
    const start = new Map([[scalingNames.scale, float32Tensor([], [2 ** 24])]]);
    const { values, overflow, losses } = await train(half, spec, 14, { start });
    const scales = values.map((one) => scalarOf(one, scalingNames.scale));
    const skipped = overflow.indexOf(0);
    expect(skipped).toBeGreaterThan(1);
    expect(scales.slice(0, skipped)).toEqual(Array.from({ length: skipped }, (_, at) => 2 ** (23 - at)));
    const own = (one: ReadonlyMap<string, Tensor> | undefined) =>
      [...(one ?? [])].filter(([name]) => !name.startsWith('state/loss-scaling/'));
    for (const name of trained) expect(values[0]?.get(name)).toEqual(half.graph.initializers.get(name));
    expect(own(values[skipped - 1])).toEqual(own(values[0]));
    expect(own(values[skipped])).not.toEqual(own(values[0]));
    expect(scalarOf(values[skipped], scalingNames.skipped)).toBe(skipped);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('leaves no trace: what follows is what would have been without, bit for bit', async () => {
    const { half, trained } = await precisionsOf(perceptron());
    const spec = specOf(trained, { ...adam, ema_decay: 0.9 }, patient);
    const start = new Map([[scalingNames.scale, float32Tensor([], [2 ** 24])]]);
    const disturbed = await train(half, spec, 10, { start, batches: 1 });
    const skipped = disturbed.overflow.indexOf(0);
    const fitting = { ...spec, scaling: { ...patient, initial: scaleAfter(disturbed)[skipped] as number } };
    const undisturbed = await train(half, fitting, 10 - skipped, { batches: 1 });
    const own = ({ values }: Training) => [...(values.at(-1) ?? [])].filter(([name]) => name !== scalingNames.skipped);
    expect(skipped).toBeGreaterThan(1);
    expect(own(disturbed)).toEqual(own(undisturbed));
  });

  it('of the forward pass is not the end either', async () => {
    const { half, trained } = await precisionsOf(perceptron());
    const spec = specOf(trained, { kind: 'adam' }, { initial: 2 ** 10, growthInterval: 100 });
    const loud = (step: number): number => (step === 2 || step === 4 ? 1e9 : 1);
    const disturbed = await train(half, spec, 6, { loudness: loud });
    expect(disturbed.overflow).toEqual([0, 1, 0, 1, 0, 0]);
    expect(scaleAfter(disturbed)).toEqual([1024, 512, 512, 256, 256, 256]);
    expect(Number.isFinite(disturbed.losses[1])).toBe(false);
    expect(disturbed.losses.filter((_, at) => at !== 1 && at !== 3).every(Number.isFinite)).toBe(true);
    for (const name of trained) {
      expect(disturbed.values[1]?.get(name)).toEqual(disturbed.values[0]?.get(name));
      expect(disturbed.values[2]?.get(name)).not.toEqual(disturbed.values[1]?.get(name));
      expect(numbers(disturbed.values[5]?.get(name) as Tensor).every(Number.isFinite)).toBe(true);
    }
  });

  it('at the smallest scale is none that a smaller one could help', async () => {
    const { half, trained } = await precisionsOf(perceptron());
    const spec = specOf(trained, adam, { initial: 4, growthInterval: 100 });
    const { overflow, ...training } = await train(half, spec, 5, { loudness: () => 1e9 });
    expect(overflow).toEqual([1, 1, 0, 0, 0]);
    expect(scaleAfter({ overflow, ...training })).toEqual([2, 1, 1, 1, 1]);
    for (const name of trained) expect(training.values[4]?.get(name)).toEqual(half.graph.initializers.get(name));
  });

  it('in one of several accumulated batches costs that update alone', async () => {
    const { half, trained } = await precisionsOf(perceptron());
    const spec = specOf(trained, { kind: 'sgd', accumulate_steps: 2 }, { initial: 64, growthInterval: 2 });
    const { overflow, values, ...rest } = await train(half, spec, 8, { loudness: (step) => (step === 3 ? 1e9 : 1) });
    expect(overflow).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(scaleAfter({ overflow, values, ...rest })).toEqual([64, 64, 64, 32, 32, 32, 32, 64]);
    const name = trained[0] as string;
    const after = values.map((one) => one.get(name));
    expect(after[0]).toEqual(half.graph.initializers.get(name));
    expect(after[1]).not.toEqual(after[0]);
    expect(after[3]).toEqual(after[1]);
    expect(after[5]).not.toEqual(after[3]);
    expect(numbers(after[7] as Tensor).every(Number.isFinite)).toBe(true);
  });
});

it('the scale grows after as many good steps as it takes, and no further than it may', async () => {
  const { half, trained } = await precisionsOf(perceptron());
  const spec = specOf(trained, adam, { initial: 256, growthInterval: 3 });
  expect(scaleAfter(await train(half, spec, 7))).toEqual([256, 256, 512, 512, 512, 1024, 1024]);
  const start = new Map([[scalingNames.scale, float32Tensor([], [2 ** 24])]]);
  const { values } = await train(half, spec, 3, {
    start,
    // Gradients as good as zero overflow at no scale.
    loudness: () => 0,
  });
  expect(Math.max(...values.map((one) => scalarOf(one, scalingNames.scale)))).toBeLessThanOrEqual(2 ** 24);
});

it.each(optimizerKinds)('%s learns in float16 as in float32', async (kind) => {
  const { full, half, trained } = await precisionsOf(perceptron());
  const optimizer: OptimizerSpec = { kind, clip_norm: 0.5, clip_value: 0.2 };
  const exact = await train(full, specOf(trained, optimizer), 6, { rate: 0.01 });
  const mixed = await train(half, specOf(trained, optimizer, modest), 6, { rate: 0.01 });
  expect(mixed.overflow).toEqual([0, 0, 0, 0, 0, 0]);
  mixed.losses.forEach((loss, step) => expect(Math.abs(loss - (exact.losses[step] as number))).toBeLessThan(0.02));
});
