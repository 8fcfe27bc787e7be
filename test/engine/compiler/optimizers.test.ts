/** Update graphs over several steps against the same rules in float64, as torch.optim states them. */
import { describe, expect, it } from 'vitest';
import { appendUpdate, stateSlots, type ParameterGroup } from '#shared/compiler/6-update.ts';
import { defaultDecay, optimizerRule, type OptimizerSpec } from '#shared/compiler/optimizers.ts';
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

const shapes = new Map<string, Shape>([
  ['a', [3]],
  ['b', [2, 2]],
  ['c', []],
]);
const steps = 6;
const rates = [0.1, 0.1, 0.05, 0.2, 0.02, 0.1];

const draw = (counter: number, shape: Shape): number[] =>
  Array.from({ length: elementCount(shape) }, (_, index) =>
    Math.fround(randomNormal(3, randomStreams.sample, counter, index)),
  );
const names = [...shapes.keys()];
const start = new Map(names.map((name, index) => [name, draw(index, shapes.get(name) as Shape)]));
const gradientOf = (step: number, name: string): number[] =>
  draw(100 * step + names.indexOf(name), shapes.get(name) as Shape);

/** One parameter element's history under a rule; gradients come clipped. */
function follow(spec: OptimizerSpec, decay: number, rate: number, first: number, gradients: readonly number[]): number {
  let p = first;
  let velocity = 0;
  let [m, v] = [0, 0];
  const [beta1, beta2] = spec.betas ?? [0.9, 0.999];
  gradients.forEach((gradient, index) => {
    const lr = rate * (rates[index] as number);
    if (spec.kind === 'sgd') {
      const g = gradient + decay * p;
      const { momentum = 0, dampening = 0 } = spec;
      if (momentum === 0) {
        p -= lr * g;
        return;
      }
      velocity = index === 0 ? g : momentum * velocity + (1 - dampening) * g;
      p -= lr * (spec.nesterov ? g + momentum * velocity : velocity);
      return;
    }
    if (spec.kind === 'adamw') p *= 1 - lr * decay;
    const g = spec.kind === 'adam' ? gradient + decay * p : gradient;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const corrected = m / (1 - beta1 ** (index + 1));
    p -= (lr * corrected) / (Math.sqrt(v / (1 - beta2 ** (index + 1))) + (spec.eps ?? 1e-8));
  });
  return p;
}

function reference(spec: OptimizerSpec, groups: readonly ParameterGroup[]): Map<string, number[]> {
  const trained = groups.flatMap(({ parameters }) => parameters);
  const scales = Array.from({ length: steps }, (_, index) => {
    const squares = trained.flatMap((name) => gradientOf(index + 1, name)).reduce((sum, g) => sum + g * g, 0);
    return spec.clip_norm ? Math.min(1, spec.clip_norm / (Math.sqrt(squares) + 1e-6)) : 1;
  });
  return new Map(
    groups.flatMap(({ parameters, rate, decay }) =>
      parameters.map((name): [string, number[]] => [
        name,
        (start.get(name) as number[]).map((first, element) => {
          const gradients = scales.map((scale, index) => scale * (gradientOf(index + 1, name)[element] as number));
          return follow(spec, decay, rate, first, gradients);
        }),
      ]),
    ),
  );
}

async function run(spec: OptimizerSpec, groups: readonly ParameterGroup[]): Promise<Map<string, number[]>> {
  const trained = groups.flatMap(({ parameters }) => parameters);
  const shapeOf = (name: string): Shape => shapes.get(name) as Shape;
  const builder = new GraphBuilder(17);
  builder.input('lr', 'float32', []);
  builder.input('step', 'int64', []);
  const gradients = new Map(trained.map((name) => [name, builder.input(`gradient/${name}`, 'float32', shapeOf(name))]));
  for (const name of trained) builder.input(name, 'float32', shapeOf(name));
  const slots = stateSlots(spec, groups);
  for (const { name, parameter } of slots) builder.input(name, 'float32', shapeOf(parameter));
  const updated = appendUpdate(builder, spec, groups, gradients, shapes, 'lr', 'step');
  const carriedShape = new Map([
    ...trained.map((name): [string, Shape] => [name, shapeOf(name)]),
    ...slots.map(({ name, parameter }): [string, Shape] => [name, shapeOf(parameter)]),
  ]);
  for (const [name, shape] of carriedShape) {
    const next = updated.parameters.get(name) ?? updated.state.get(name);
    builder.output(next as string, 'float32', shape, `next/${name}`);
  }
  const graph = builder.build('update');
  const session = await createSession({ graph, opsets: { '': 17 }, irVersion: 8, metadata: {} }, 'cpu');
  let carried: Record<string, ort.Tensor> = {};
  for (const name of trained) carried[name] = float32(Float32Array.from(start.get(name) as number[]), shapeOf(name));
  for (const { name, parameter, initial } of slots)
    carried[name] = float32(new Float32Array(elementCount(shapeOf(parameter))).fill(initial), shapeOf(parameter));
  for (let step = 1; step <= steps; step++) {
    const feeds: Record<string, ort.Tensor> = {
      ...carried,
      lr: float32(Float32Array.of(rates[step - 1] as number), []),
      step: int64(BigInt64Array.of(BigInt(step)), []),
    };
    for (const name of trained)
      feeds[`gradient/${name}`] = float32(Float32Array.from(gradientOf(step, name)), shapeOf(name));
    const results = await session.run(feeds);
    carried = Object.fromEntries([...carriedShape.keys()].map((name) => [name, results[`next/${name}`] as ort.Tensor]));
  }
  await session.release();
  return new Map(trained.map((name) => [name, Array.from((carried[name] as ort.Tensor).data as Float32Array)]));
}

const together: ParameterGroup[] = [{ parameters: names, rate: 1, decay: 0 }];
const decayed: ParameterGroup[] = [{ parameters: names, rate: 1, decay: 0.1 }];
const apart: ParameterGroup[] = [
  { parameters: ['b'], rate: 0.1, decay: 0.1 },
  { parameters: ['a', 'c'], rate: 1, decay: 0 },
];

describe('updates agree with float64', () => {
  it.each<[string, OptimizerSpec, ParameterGroup[]]>([
    ['SGD', { kind: 'sgd' }, together],
    ['SGD with decay', { kind: 'sgd' }, decayed],
    ['SGD with momentum', { kind: 'sgd', momentum: 0.9 }, together],
    ['SGD with momentum, dampening and decay', { kind: 'sgd', momentum: 0.8, dampening: 0.5 }, decayed],
    ['SGD with Nesterov’s momentum and decay', { kind: 'sgd', momentum: 0.9, nesterov: true }, decayed],
    ['SGD in two groups, clipped', { kind: 'sgd', momentum: 0.9, clip_norm: 0.5 }, apart],
    ['Adam', { kind: 'adam' }, together],
    ['Adam with decay', { kind: 'adam' }, decayed],
    ['Adam with other settings', { kind: 'adam', betas: [0.5, 0.9], eps: 0.1 }, together],
    ['AdamW with decay', { kind: 'adamw' }, decayed],
    ['AdamW in two groups, clipped', { kind: 'adamw', clip_norm: 1 }, apart],
    ['AdamW with a limit no gradient reaches', { kind: 'adamw', clip_norm: 1e6 }, together],
  ])('%s', async (_title, spec, groups) => {
    const expected = reference(spec, groups);
    for (const [name, values] of await run(spec, groups)) {
      values.forEach((value, element) => {
        const right = (expected.get(name) as number[])[element] as number;
        expect(Math.abs(value - right), `${name}[${element}]`).toBeLessThan(3e-6 * Math.max(1, Math.abs(right)));
      });
    }
  });

  it('and clipping, dampening and decay change something', async () => {
    const plain = await run({ kind: 'sgd', momentum: 0.8 }, together);
    for (const [spec, groups] of [
      [{ kind: 'sgd', momentum: 0.8, clip_norm: 0.5 }, together],
      [{ kind: 'sgd', momentum: 0.8, dampening: 0.5 }, together],
      [{ kind: 'sgd', momentum: 0.8 }, decayed],
    ] as const)
      expect(await run(spec, groups)).not.toEqual(plain);
  });
});

it('PyTorch’s default decay is AdamW’s alone; an unknown optimizer is refused by its name', () => {
  expect(['sgd', 'adam', 'adamw'].map(defaultDecay)).toEqual([0, 0, 0.01]);
  expect(() => optimizerRule('lion')).toThrow('optimizer “lion” is not known');
});
