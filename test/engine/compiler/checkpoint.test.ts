/** Checkpoints change what is held in memory, and not one bit of what is learned. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import type { Plan } from '#shared/compiler/compile.ts';
import { explain } from '#shared/compiler/explain.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { float, GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { violations } from '#shared/ir/legality.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, fromRuntime, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { Network, type StepBatch } from '#electron/engine/training/network.ts';
import { batchesFor, compileModel, modelsOf, type RecipeChanges } from '#test/engine/compiler/support.ts';
import { backbone, randomTensor } from '#test/support/backbones.ts';
import { transformer } from '#test/support/transformer.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

const encoder = { layers: 4, width: 8, heads: 2, batch: 4, tokens: 32, classes: 5 };
const tokens = [encoder.batch, encoder.tokens, encoder.width];
const pictures = [4, 3, 16, 16];
const widths = [4, 4, 4, 4, 4, 4];

function build(model: Model, shape: Shape, limit?: number, kind = 'adamw', target: Target = {}): Promise<CaseStep> {
  const bound = limit === undefined ? {} : { memory_limit_mib: limit };
  const training = { loss: { kind: 'cross_entropy' }, optimizer: { kind, lr: 0.01 }, trainable: 'all' };
  return buildCaseStep(model, parseCase({ ...training, ...bound }), shape, oracle, target);
}

function feedsOf(shape: Shape, index: number): Record<string, ort.Tensor> {
  const wave = (_: unknown, at: number): number => Math.sin(at * index);
  return {
    input: float32(Float32Array.from({ length: elementCount(shape) }, wave), shape),
    target: int64(BigInt64Array.of(0n, 3n, 1n, 2n), [4]),
    lr: float32(Float32Array.of(0.01), []),
    step: int64(BigInt64Array.of(BigInt(index)), []),
  };
}

function initialOf(step: CaseStep): Record<string, ort.Tensor> {
  const carried = Object.fromEntries([...step.parameters].map(([name, tensor]) => [name, toRuntime(tensor)]));
  for (const [name, shape] of step.stateShapes)
    carried[name] = float32(new Float32Array(elementCount(shape)).fill(step.state[name] as number), shape);
  return carried;
}

/** Losses, and parameters and state after the last step. */
async function learn(step: CaseStep, shape: Shape): Promise<{ losses: number[]; carried: Record<string, Tensor> }> {
  const session = await createSession(step.model, 'cpu');
  let carried = initialOf(step);
  const losses: number[] = [];
  for (let index = 1; index <= 3; index++) {
    const results = await session.run({ ...carried, ...feedsOf(shape, index) });
    losses.push((results['loss'] as ort.Tensor).data[0] as number);
    carried = Object.fromEntries(Object.keys(carried).map((name) => [name, results[`next/${name}`] as ort.Tensor]));
  }
  await session.release();
  return {
    losses,
    carried: Object.fromEntries(Object.entries(carried).map(([name, value]) => [name, fromRuntime(value)])),
  };
}

/** Layers that draw random numbers, and turn their weights around before they use them. */
function withRandomNumbers(): Model {
  const builder = new GraphBuilder(17);
  let value = builder.input('input', 'float32', [4, 64, 8]);
  for (let layer = 0; layer < 6; layer++) {
    const weight = builder.initializer(`weight${layer}`, randomTensor([8, 8], layer, 0.5));
    const noise = builder.op('RandomNormalLike', [value], { scale: 0.5, seed: float(7) });
    const noisy = builder.op('Mul', [value, builder.op('Exp', [noise])]);
    value = builder.op('Tanh', [builder.op('MatMul', [noisy, builder.transpose(weight, [1, 0])])]);
  }
  builder.output(builder.reduce('ReduceMean', value, [1], false), 'float32', [4, 8], 'output');
  return { graph: builder.build('noisy'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

/** Recurrent layers on top of each other; the gradient of each is a loop that reads what the layer made. */
function recurrent(): Model {
  const builder = new GraphBuilder(17);
  const [time, width] = [128, 8];
  let value = builder.transpose(builder.input('input', 'float32', [4, time, width]), [1, 0, 2]);
  for (let layer = 0; layer < 4; layer++) {
    const gates = (name: string): string =>
      builder.initializer(`${name}${layer}`, randomTensor([1, 4 * width, width], layer, 0.4));
    const states = builder.op('LSTM', [value, gates('w'), gates('r')], { hidden_size: width });
    value = builder.op('Tanh', [builder.op('Squeeze', [states, builder.ints([1])])]);
  }
  builder.output(builder.reduce('ReduceMean', value, [0], false), 'float32', [4, width], 'output');
  return { graph: builder.build('recurrent'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

describe.each<[string, Model, Shape]>([
  ['a transformer', transformer(encoder), tokens],
  ['convolutions', backbone({ ending: 'classifier', widths }), pictures],
  ['convolutions with residuals', backbone({ ending: 'classifier', widths, skips: [2, 4, 6] }), pictures],
  ['recurrent layers', recurrent(), [4, 128, 8]],
  ['layers that draw random numbers', withRandomNumbers(), [4, 64, 8]],
])('%s', (_title, model, shape) => {
  it('learns the same, bit for bit, with the least memory there can be', async () => {
    const whole = await build(model, shape);
    const least = await build(model, shape, 1e-6);
    expect(whole.checkpointing).toBeUndefined();
    expect(least.checkpointing?.repeated).toBeGreaterThan(0);
    expect(least.checkpointing?.after).toBeLessThan(least.checkpointing?.before as number);
    expect(violations(least.model)).toEqual([]);
    expect(await learn(least, shape)).toEqual(await learn(whole, shape));
  });

  it('repeats no more than a limit asks for', async () => {
    const least = (await build(model, shape, 1e-6)).checkpointing as NonNullable<CaseStep['checkpointing']>;
    const between = (least.before + least.after) / 2;
    const some = await build(model, shape, between / 2 ** 20);
    expect(some.checkpointing?.after).toBeLessThanOrEqual(between);
    expect(some.checkpointing?.repeated).toBeLessThanOrEqual(least.repeated);
    const enough = await build(model, shape, least.before / 2 ** 20);
    expect(enough.checkpointing).toBeUndefined();
    expect(enough.model).toEqual((await build(model, shape)).model);
  });
});

it('learns the same where the backward pass asks the last node, and others, for one output more', async () => {
  const builder = new GraphBuilder(17);
  let value = builder.input('input', 'float32', [4, 64, 8]);
  const scale = (name: string, size: number): string => builder.initializer(name, randomTensor([size], name.length, 1));
  for (let layer = 0; layer < 4; layer++) {
    const weight = builder.initializer(`w${layer}`, randomTensor([8, 8], layer + 1, 0.3));
    const wide = builder.op('Tanh', [builder.op('MatMul', [value, weight])]);
    value = builder.op('LayerNormalization', [wide, scale(`scale${layer}`, 8)], { axis: -1 });
  }
  const mean = builder.reduce('ReduceMean', value, [1], false);
  const last = builder.op('LayerNormalization', [mean, scale('scale', 8)], { axis: -1 });
  builder.output(last, 'float32', [4, 8], 'logits');
  const model: Model = { graph: builder.build('normal'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
  const target: Target = { spellings: () => 'kept statistics' };
  const [whole, least] = await Promise.all(
    [undefined, 1e-6].map((limit) => build(model, [4, 64, 8], limit, 'sgd', target)),
  );
  const kept = (step: CaseStep | undefined): number =>
    step?.model.graph.nodes.filter(({ op, outputs }) => op === 'LayerNormalization' && outputs.length === 3).length ??
    0;
  expect([kept(whole), least?.checkpointing?.repeated]).toEqual([5, expect.any(Number)]);
  expect(violations((least as CaseStep).model)).toEqual([]);
  expect(await learn(least as CaseStep, [4, 64, 8])).toEqual(await learn(whole as CaseStep, [4, 64, 8]));
});

describe('a project', () => {
  const changes: RecipeChanges = { freeze: { mode: 'none' }, head: { hidden: [5], dropout: 0.4 } };

  it('learns the same with a limit, and says in phase 5 what was chosen', async () => {
    const plans = await Promise.all(
      [0, 1e-6].map((memoryLimit) =>
        compileModel(backbone({ widths, skips: [3] }), { ...changes, training: { batchSize: 4, memoryLimit } }),
      ),
    );
    const [whole, least] = plans as [Plan, Plan];
    for (const [phase, made] of Object.entries(modelsOf(least))) expect(violations(made), phase).toEqual([]);
    const outcomes = plans.map(async (plan) => {
      const network = new Network(plan, 'cpu');
      const losses: number[] = [];
      for (const one of batchesFor(plan, 3)) losses.push(...(await network.step(one)).losses);
      const values = await network.values();
      await network.release();
      return { losses, values };
    });
    expect(await outcomes[1]).toEqual(await outcomes[0]);
    expect(explain(whole, 5)).not.toContain('checkpoints');
    expect(explain(least, 5)).toMatch(/checkpoints: .*, which no choice .* segments, \d+ forward nodes computed again/);
  });

  it.each(['resnet18-17-bn', 'mobilenet_v3_small-17-bn'])('trains %s the same with a limit', async (name) => {
    const file = fileURLToPath(new URL(`../../fixtures/models/${name}.onnx`, import.meta.url));
    const model = decodeModel(readFileSync(file));
    const results: unknown[] = [];
    for (const memoryLimit of [0, 1e-6]) {
      const plan = await compileModel(model, { ...changes, training: { batchSize: 4, memoryLimit } }, [64, 64]);
      expect(plan.phases.checkpointing === undefined).toBe(memoryLimit === 0);
      const network = new Network(plan, 'cpu');
      const { losses } = await network.step(batchesFor(plan, 1)[0] as StepBatch);
      results.push({ losses, values: await network.values() });
      await network.release();
    }
    expect(results[1]).toEqual(results[0]);
  });
});

/** What the runtime itself says it held at most while it ran the step once. */
async function heldByRuntime(step: CaseStep, shape: Shape): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  const session = await InferenceSession.create(encodeModel(step.model), {
    enableProfiling: true,
    profileFilePrefix: join(folder, 'profile'),
    logSeverityLevel: 3,
  });
  await session.run({ ...initialOf(step), ...feedsOf(shape, 1) });
  session.endProfiling();
  await session.release();
  const [file] = readdirSync(folder);
  const events = JSON.parse(readFileSync(join(folder, file as string), 'utf8')) as ProfileEvent[];
  rmSync(folder, { recursive: true });
  return Math.max(...events.map(({ args }) => Number(args?.mem_in_use_peak ?? 0)));
}

interface ProfileEvent {
  readonly args?: { readonly mem_in_use_peak?: string };
}

it('the runtime holds as much less as was estimated', async () => {
  const deep = transformer({ ...encoder, layers: 12, tokens: 128 });
  const shape = [encoder.batch, 128, encoder.width];
  const whole = await build(deep, shape, undefined, 'sgd');
  const least = await build(deep, shape, 1e-6, 'sgd');
  const { before, after } = least.checkpointing as NonNullable<CaseStep['checkpointing']>;
  expect(after).toBeLessThan(0.4 * before);
  const [held, heldLess] = [await heldByRuntime(whole, shape), await heldByRuntime(least, shape)];
  expect(heldLess).toBeLessThan(0.5 * held);
  expect(held / before).toBeGreaterThan(0.8);
  expect(held / before).toBeLessThan(1.25);
});
