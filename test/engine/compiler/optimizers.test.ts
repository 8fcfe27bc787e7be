/**
 * Update graphs over six steps, parameters and every slot: against PyTorch (test/fixtures/make-references.py), and where
 * PyTorch lacks the optimizer against its paper in float64.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { appendUpdate, stateSlots, type ParameterGroup } from '#shared/compiler/6-update.ts';
import { defaultDecay, optimizerKinds, optimizerRule } from '#shared/compiler/optimizers/registry.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';
import { elementCount, type Shape } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, int64 } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

// As in make-references.py.
const shapes = new Map<string, Shape>([
  ['matrix', [4, 3]],
  ['vector', [3]],
  ['kernel', [2, 3, 2]],
]);
const names = [...shapes.keys()];
const steps = 6;
const rates = [1, 1, 0.5, 2, 0.2, 1];
const filled = (name: string, formula: (element: number) => number): number[] =>
  Array.from({ length: elementCount(shapes.get(name) as Shape) }, (_, element) => Math.fround(formula(element)));
const startOf = (name: string): number[] => filled(name, (i) => Math.cos(1.3 * i + names.indexOf(name)));
const gradientOf = (step: number, name: string): number[] =>
  filled(name, (i) => Math.sin(1.7 * i + 2.3 * step + 0.9 * names.indexOf(name)) * (1 + 0.1 * i));

interface Outcome {
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly state: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

type Spec = OptimizerSpec & { readonly lr: number };

async function run(
  spec: Spec,
  groups: readonly ParameterGroup[],
  gradients: (step: number, name: string) => readonly number[] = gradientOf,
): Promise<Outcome> {
  const trained = groups.flatMap(({ parameters }) => parameters);
  const shapeOf = (name: string): Shape => shapes.get(name) as Shape;
  const builder = new GraphBuilder(17);
  builder.input('lr', 'float32', []);
  builder.input('step', 'int64', []);
  const given = new Map(trained.map((name) => [name, builder.input(`gradient/${name}`, 'float32', shapeOf(name))]));
  const types = new Map([...shapes].map(([name, shape]) => [name, { dtype: 'float32' as const, shape }]));
  const slots = stateSlots(spec, groups, types);
  const carriedShapes = new Map([
    ...trained.map((name): [string, Shape] => [name, shapeOf(name)]),
    ...slots.map(({ name, shape }): [string, Shape] => [name, shape]),
  ]);
  for (const [name, shape] of carriedShapes) builder.input(name, 'float32', shape);
  const updated = appendUpdate(builder, spec, groups, given, types, 'lr', 'step');
  for (const [name, shape] of carriedShapes) {
    const next = updated.parameters.get(name) ?? updated.state.get(name);
    builder.output(next as string, 'float32', shape, `next/${name}`);
  }
  const graph = builder.build('update');
  const session = await createSession({ graph, opsets: { '': 17 }, irVersion: 8, metadata: {} }, 'cpu');
  const tensor = (values: readonly number[], shape: Shape): ort.Tensor => float32(Float32Array.from(values), shape);
  let carried: Record<string, ort.Tensor> = {};
  for (const name of trained) carried[name] = tensor(startOf(name), shapeOf(name));
  for (const { name, shape, initial } of slots)
    carried[name] = float32(new Float32Array(elementCount(shape)).fill(initial), shape);
  for (let step = 1; step <= steps; step++) {
    const feeds: Record<string, ort.Tensor> = {
      ...carried,
      lr: tensor([spec.lr * (rates[step - 1] as number)], []),
      step: int64(BigInt64Array.of(BigInt(step)), []),
    };
    for (const name of trained) feeds[`gradient/${name}`] = tensor(gradients(step, name), shapeOf(name));
    const results = await session.run(feeds);
    carried = Object.fromEntries(
      [...carriedShapes.keys()].map((name) => [name, results[`next/${name}`] as ort.Tensor]),
    );
  }
  await session.release();
  const values = (name: string): number[] => Array.from((carried[name] as ort.Tensor).data as Float32Array);
  return {
    parameters: Object.fromEntries(trained.map((name) => [name, values(name)])),
    state: Object.fromEntries(
      trained.map((name) => [
        name,
        Object.fromEntries(
          slots.filter((slot) => slot.parameter === name).map((slot) => [slot.slot, values(slot.name)]),
        ),
      ]),
    ),
  };
}

const together = (spec: Spec): ParameterGroup[] => [
  { parameters: names, rate: 1, decay: spec.weight_decay ?? defaultDecay(spec.kind) },
];

function expectClose(found: readonly number[], expected: readonly number[], what: string): void {
  expect(found, what).toHaveLength(expected.length);
  found.forEach((value, element) => {
    const right = expected[element] as number;
    expect(Math.abs(value - right), `${what}[${element}]`).toBeLessThan(1e-5 * Math.max(1, Math.abs(right)));
  });
}

function expectSame(found: Outcome, expected: Outcome): void {
  for (const name of Object.keys(found.parameters)) {
    expectClose(found.parameters[name] as number[], expected.parameters[name] as number[], name);
    const [own, theirs] = [found.state[name] ?? {}, expected.state[name] ?? {}];
    expect(Object.keys(own).toSorted(), `slots of ${name}`).toEqual(Object.keys(theirs).toSorted());
    for (const slot of Object.keys(own))
      expectClose(own[slot] as number[], theirs[slot] as number[], `${name}’s ${slot}`);
  }
}

const file = fileURLToPath(new URL('../../fixtures/optimizers/references.json', import.meta.url));
const cases = JSON.parse(readFileSync(file, 'utf8')) as (Outcome & { title: string; spec: Spec })[];

describe('updates agree with PyTorch', () => {
  it.each(cases)('$title', async ({ spec, ...expected }) => {
    expectSame(await run(spec, together(spec)), expected);
  });

  it('has every optimizer but those PyTorch lacks', () => {
    const known = new Set(cases.map(({ spec }) => spec.kind));
    expect(optimizerKinds.filter((kind) => !known.has(kind))).toEqual(['lion', 'lamb']);
  });
});

/** A parameter's history under a rule that takes all its elements at once. */
type Rule = (p: number[], g: readonly number[], lr: number, step: number) => number[];

function follow(rule: () => { update: Rule; state: () => Record<string, number[]> }): Outcome {
  const ends = names.map((name) => {
    const { update, state } = rule();
    let p = startOf(name);
    rates.forEach((rate, index) => {
      p = update(p, gradientOf(index + 1, name), rate, index + 1);
    });
    return { name, p, state: state() };
  });
  return {
    parameters: Object.fromEntries(ends.map(({ name, p }) => [name, p])),
    state: Object.fromEntries(ends.map(({ name, state }) => [name, state])),
  };
}

const blended = (share: number, before: readonly number[], value: readonly number[]): number[] =>
  value.map((one, i) => share * (before[i] ?? 0) + (1 - share) * one);
const length = (values: readonly number[]): number => Math.hypot(...values);

describe('updates agree with their papers', () => {
  it.each([
    { kind: 'lion', lr: 0.1, weight_decay: 0.2 },
    { kind: 'lion', lr: 0.1, betas: [0.5, 0.8] as [number, number] },
  ])('Lion %j', async (spec: Spec) => {
    const [beta1, beta2] = spec.betas ?? [0.9, 0.99];
    const expected = follow(() => {
      let m: number[] = [];
      return {
        update(p, g, rate) {
          const lr = spec.lr * rate;
          const signs = blended(beta1, m, g).map(Math.sign);
          m = blended(beta2, m, g);
          return p.map((one, i) => one - lr * ((signs[i] as number) + (spec.weight_decay ?? 0) * one));
        },
        state: () => ({ exp_avg: m }),
      };
    });
    expectSame(await run(spec, together(spec)), expected);
  });

  it.each([
    { kind: 'lamb', lr: 0.1, weight_decay: 0.2 },
    { kind: 'lamb', lr: 0.1, betas: [0.5, 0.8] as [number, number], eps: 0.01 },
  ])('LAMB %j', async (spec: Spec) => {
    const [beta1, beta2] = spec.betas ?? [0.9, 0.999];
    const expected = follow(() => {
      let [m, v]: [number[], number[]] = [[], []];
      return {
        update(p, g, rate, step) {
          m = blended(beta1, m, g);
          v = blended(
            beta2,
            v,
            g.map((one) => one * one),
          );
          const u = m.map((one, i) => {
            const corrected = one / (1 - beta1 ** step);
            const spread = Math.sqrt((v[i] as number) / (1 - beta2 ** step));
            return corrected / (spread + (spec.eps ?? 1e-6)) + (spec.weight_decay ?? 0) * (p[i] as number);
          });
          const size = (spec.lr * rate * length(p)) / length(u);
          return p.map((one, i) => one - size * (u[i] as number));
        },
        state: () => ({ exp_avg: m, exp_avg_sq: v }),
      };
    });
    expectSame(await run(spec, together(spec)), expected);
  });

  it('LAMB of a parameter whose gradient is 0 moves nothing', async () => {
    const still = await run({ kind: 'lamb', lr: 0.1 }, together({ kind: 'lamb', lr: 0.1 }), (_step, name) =>
      gradientOf(1, name).map(() => 0),
    );
    for (const name of names) expect(still.parameters[name]).toEqual(startOf(name));
  });
});

it('a norm that is not a number is not clipped away', async () => {
  const spec: Spec = { kind: 'sgd', lr: 0.1, clip_norm: 1 };
  const broken = (step: number, name: string): number[] =>
    gradientOf(step, name).map((value, element) => (name === 'vector' && element === 0 ? Number.NaN : value));
  const { parameters } = await run(spec, together(spec), broken);
  for (const name of names) expect(parameters[name]?.every(Number.isNaN), name).toBe(true);
});

describe('groups', () => {
  it.each(optimizerKinds)('%s takes each at its own rate and decay', async (kind) => {
    const spec: Spec = { kind, lr: 0.1 };
    const apart = await run(spec, [
      { parameters: ['kernel'], rate: 0.1, decay: 0.1 },
      { parameters: ['matrix', 'vector'], rate: 1, decay: 0 },
    ]);
    const slow: Spec = { kind, lr: 0.01, weight_decay: 0.1 };
    const fast: Spec = { kind, lr: 0.1, weight_decay: 0 };
    const [one, other] = [await run(slow, together(slow)), await run(fast, together(fast))];
    expectClose(apart.parameters['kernel'] as number[], one.parameters['kernel'] as number[], 'kernel');
    expectClose(apart.parameters['matrix'] as number[], other.parameters['matrix'] as number[], 'matrix');
    expect(apart.parameters['kernel']).not.toEqual(other.parameters['kernel']);
  });
});

describe('around any optimizer', () => {
  const everyKind = optimizerKinds.map((kind): Spec => ({ kind, lr: 0.1 }));

  it.each(everyKind)('$kind: nothing moves before the last step of an update', async (spec) => {
    const accumulated = await run({ ...spec, accumulate_steps: 2 }, together(spec));
    const waiting = await run({ ...spec, accumulate_steps: 7 }, together(spec));
    for (const name of names) {
      expect(accumulated.parameters[name]).not.toEqual(startOf(name));
      expect(accumulated.state[name]?.['accumulated']).toEqual(startOf(name).map(() => 0));
      expect(waiting.parameters[name]).toEqual(startOf(name));
      expect(waiting.state[name]?.['accumulated']).not.toEqual(startOf(name).map(() => 0));
    }
  });

  it.each(everyKind)('$kind: the average stands between the first update and the last', async (spec) => {
    const averaged = await run({ ...spec, ema_decay: 0.5 }, together(spec));
    const plain = await run(spec, together(spec));
    expect(averaged.parameters).toEqual(plain.parameters);
    const none = await run({ ...spec, ema_decay: 1e-9 }, together(spec));
    for (const name of names) {
      expectClose(none.state[name]?.['ema'] as number[], plain.parameters[name] as number[], name);
      expect(averaged.state[name]?.['ema']).not.toEqual(plain.parameters[name]);
    }
  });

  it.each([0.999, 0.4])(
    'an average of decay %d that warms up keeps at most (1 + n)/(10 + n) of itself',
    async (decay) => {
      const rate = 0.1;
      const plain: Spec = { kind: 'sgd', lr: rate, weight_decay: 0 };
      const found = await run({ ...plain, ema_decay: decay, ema_warm_up: true }, together(plain));
      for (const name of names) {
        let parameter = startOf(name);
        let average: number[] = [];
        for (let step = 1; step <= steps; step++) {
          const gradient = gradientOf(step, name);
          parameter = parameter.map((p, i) => p - rate * (rates[step - 1] as number) * (gradient[i] as number));
          const kept = step === 1 ? 0 : Math.min(decay, (1 + step) / (10 + step));
          average = parameter.map((p, i) => kept * (average[i] ?? 0) + (1 - kept) * p);
        }
        expectClose(found.state[name]?.['ema'] as number[], average, name);
      }
    },
  );
});

it('the default decay is PyTorch’s; an unknown optimizer is refused by its name', () => {
  expect(['sgd', 'adam', 'adamw', 'nadam', 'lion', 'muon'].map(defaultDecay)).toEqual([0, 0, 0.01, 0, 0, 0.1]);
  expect(() => optimizerRule('eve')).toThrow('optimizer “eve” is not known');
  expect(() => optimizerRule('toString')).toThrow('optimizer “toString” is not known');
});
