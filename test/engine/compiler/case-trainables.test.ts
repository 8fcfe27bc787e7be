/** What a step trains: any initializer, of any float type, whatever a rule would make of it as a constant. */
import { describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep, type CaseStep } from '#shared/compiler/case-step.ts';
import { rename } from '#shared/compiler/subgraph.ts';
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { violations } from '#shared/ir/legality.ts';
import type { Model } from '#shared/ir/graph.ts';
import { int64Tensor, numbers, tensorOf, type DType, type Tensor } from '#shared/ir/tensor.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { fromRuntime, toRuntime } from '#electron/engine/runtime/tensors.ts';

const wave = (count: number, phase: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.sin(1.3 * index + phase));

type Values = Readonly<Record<string, readonly number[]>>;
type Run = (changed?: Values) => Promise<Map<string, Tensor>>;

/** The model with inputs of float32 in place of float16, which the binding cannot hand over. */
function withoutHalves({ graph, ...model }: Model): Model {
  const builder = new GraphBuilder(model.opsets[''] as number);
  const halves = graph.inputs.filter(({ dtype }) => dtype === 'float16').map(({ name }) => name);
  const inner = rename(graph, new Map(halves.map((name) => [name, `half/${name}`])));
  for (const { name, dtype, shape } of graph.inputs)
    builder.input(name, halves.includes(name) ? 'float32' : dtype, shape);
  for (const name of halves)
    builder.append({
      name: '',
      op: 'Cast',
      domain: '',
      inputs: [name],
      outputs: [`half/${name}`],
      attributes: { to: { type: 'int', value: 10 } },
    });
  const nodes = [...builder.nodes, ...inner.nodes];
  return { ...model, graph: { ...inner, inputs: builder.inputs, nodes } };
}

/** A step with its parameters, state and a batch at hand; `changed` puts other values in their place. */
async function inSession(step: CaseStep, batch: Readonly<Record<string, Tensor>>, check: (run: Run) => Promise<void>) {
  expect(violations(step.model)).toEqual([]);
  const model = withoutHalves(step.model);
  const session = await createSession(model, 'cpu');
  const fixed: Record<string, Tensor> = {
    ...batch,
    lr: tensorOf('float32', [], [1]),
    step: int64Tensor([], [1]),
    ...Object.fromEntries(step.parameters),
  };
  await check(async (changed = {}) => {
    const feeds = model.graph.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape.map(Number);
      const state = step.state[name];
      const given = state === undefined ? undefined : Array.from({ length: elementCount(sizes) }, () => state);
      const values = changed[name] ?? given;
      return [
        name,
        toRuntime(
          dtype === fixed[name]?.dtype && !values
            ? fixed[name]
            : tensorOf(dtype, sizes, values ?? numbers(fixed[name] as Tensor)),
        ),
      ];
    });
    const results = await session.run(Object.fromEntries(feeds));
    return new Map(Object.entries(results).map(([name, tensor]) => [name, fromRuntime(tensor)]));
  });
  await session.release();
}

const numberOf = (results: Map<string, Tensor>, name: string): number[] => numbers(results.get(name) as Tensor);

function modelOf(builder: GraphBuilder): Model {
  return { graph: builder.build('model'), opsets: { '': builder.opset }, irVersion: 8, metadata: {} };
}

/** y = PRelu(Clip(exp(x·w)ᵖ, low, high) − table[1], slope), as ⟨dtype⟩; `spare` leads nowhere. */
function ofConstants(dtype: DType): Model {
  const builder = new GraphBuilder(17);
  const weight = (name: string, shape: number[], values: number[]): string =>
    builder.initializer(name, tensorOf(dtype, shape, values));
  builder.input('x', dtype, ['N', 4]);
  const product = builder.op('MatMul', ['x', weight('w', [4, 3], wave(12, 0.5))]);
  const power = builder.op('Pow', [builder.op('Exp', [product]), weight('p', [], [1.5])]);
  const clipped = builder.op('Clip', [power, weight('low', [], [0.3]), weight('high', [], [2])]);
  const row = builder.op('Gather', [weight('table', [2, 3], [0, 0, 0, 0.5, 1, 1.5]), builder.scalar('int64', 1)], {
    axis: 0,
  });
  builder.op('Neg', [weight('spare', [2], [5, 6])]);
  builder.output(
    builder.op('PRelu', [builder.op('Sub', [clipped, row]), weight('slope', [3], [0.1, 0.2, 0.3])]),
    dtype,
    ['N', 3],
    'y',
  );
  return modelOf(builder);
}

const everything = ['w', 'p', 'low', 'high', 'table', 'slope'];
const usual = { loss: { kind: 'mse' }, optimizer: { kind: 'sgd', lr: 1 }, trainable: everything };
const build = (model: Model, changes: object = {}, shape = [2, 4]): Promise<CaseStep> =>
  buildCaseStep(model, parseCase({ ...usual, ...changes }), shape, oracle);
const batchOf = (dtype: DType): Readonly<Record<string, Tensor>> => ({
  input: tensorOf(dtype, [2, 4], wave(8, 0)),
  target: tensorOf(dtype, [2, 3], wave(6, 2)),
});

/** p − next p at a rate of 1, beside the slope of the loss along each element of each parameter. */
async function expectSlopes(step: CaseStep, batch: Readonly<Record<string, Tensor>>): Promise<void> {
  await inSession(step, batch, async (run) => {
    // Not the values they have in the model: those could stand in the step as constants.
    const start = Object.fromEntries(
      [...step.parameters].map(([name, tensor]) => [name, numbers(tensor).map((value) => value + 0.07)]),
    );
    const results = await run(start);
    for (const [name, values] of Object.entries(start)) {
      const next = numberOf(results, `next/${name}`);
      for (const index of values.keys()) {
        const moved = async (by: number): Promise<number> =>
          numberOf(
            await run({ ...start, [name]: values.with(index, (values[index] as number) + by) }),
            'loss',
          )[0] as number;
        const slope = ((await moved(1e-5)) - (await moved(-1e-5))) / 2e-5;
        expect((values[index] as number) - (next[index] as number), `${name}[${index}]`).toBeCloseTo(slope, 7);
      }
    }
  });
}

describe('what a rule would take for a constant', () => {
  it('is trained like any other weight: an exponent, limits, a slope, a table', async () => {
    await expectSlopes(await build(ofConstants('float64')), batchOf('float64'));
  });

  it('is trained in a normalization, its statistics included', async () => {
    const builder = new GraphBuilder(17);
    const weight = (name: string, values: number[]): string =>
      builder.initializer(name, tensorOf('float64', [3], values));
    builder.input('x', 'float64', [2, 3, 2]);
    const normal = ['scale', 'shift', 'mean', 'variance'].map((name, index) =>
      weight(
        name,
        wave(3, index).map((value) => value + 1.5),
      ),
    );
    const [normalized] = builder.opN('BatchNormalization', ['x', ...normal], 1);
    builder.output(builder.op('Tanh', [normalized as string]), 'float64', [2, 3, 2], 'y');
    const trainable = ['scale', 'shift', 'mean', 'variance'];
    await expectSlopes(await build(modelOf(builder), { trainable }, [2, 3, 2]), {
      input: tensorOf('float64', [2, 3, 2], wave(12, 0)),
      target: tensorOf('float64', [2, 3, 2], wave(12, 2)),
    });
  });
});

describe('what is trained', () => {
  it('stays as it is where the loss does not depend on it, whatever the decay', async () => {
    const optimizer = { kind: 'adamw', lr: 1, weight_decay: 0.5, clip_norm: 1, ema_decay: 0.9 };
    const step = await build(ofConstants('float32'), { optimizer, trainable: ['slope', 'spare'] });
    expect(step.model.graph.inputs.map(({ name }) => name)).toContain('spare');
    expect(Object.keys(step.state).some((name) => name.includes('spare'))).toBe(false);
    await inSession(step, batchOf('float32'), async (run) => {
      const results = await run();
      expect(numberOf(results, 'next/spare')).toEqual([5, 6]);
      expect(numberOf(results, 'next/slope')).not.toEqual(numbers(step.parameters.get('slope') as Tensor));
    });
  });

  it('stays as it is behind an operator that stops gradients, though the predictions need its value', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2, 2]);
    builder.initializer('w', tensorOf('float32', [2], [2, 3]));
    builder.initializer('bound', tensorOf('float32', [2], [0.5, 5]));
    const above = builder.cast(builder.op('Greater', ['w', 'bound']), 'float32');
    builder.output(builder.op('Mul', [builder.op('Mul', ['x', 'w']), above]), 'float32', [2, 2], 'y');
    const optimizer = { kind: 'sgd', lr: 1, weight_decay: 0.5 };
    const step = await build(modelOf(builder), { optimizer, trainable: ['w', 'bound'] }, [2, 2]);
    const batch = {
      input: tensorOf('float32', [2, 2], [1, 1, 1, 1]),
      target: tensorOf('float32', [2, 2], [0, 0, 0, 0]),
    };
    await inSession(step, batch, async (run) => {
      expect(numberOf(await run(), 'next/bound')).toEqual([0.5, 5]);
      // The value that is given counts: nothing is above these.
      expect(numberOf(await run({ bound: [9, 9] }), 'loss')).toEqual([0]);
    });
  });

  it('may be named twice', async () => {
    const step = await build(ofConstants('float32'), { trainable: ['w', 'p', 'w'] });
    expect([...step.parameters.keys()]).toEqual(['w', 'p']);
    expect(violations(step.model)).toEqual([]);
  });

  it.each([
    ['nothing', { trainable: [] }, 'compile.bad-case', 'nothing is trained'],
    ['nothing that the predictions depend on', { trainable: ['spare'] }, 'compile.bad-case', '“y”'],
    ['an input', { trainable: ['x'] }, 'compile.unknown-tensor', 'x'],
    ['a name that is not there', { trainable: ['w', 'weight'] }, 'compile.unknown-tensor', 'weight'],
  ])('cannot be %s', async (_, changes, code, culprit) => {
    await expect(build(ofConstants('float32'), changes)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(culprit) as string,
    });
  });
});

describe('other float types', () => {
  it('of float16, parameters are float16, and loss, state and updates float32', async () => {
    const optimizer = { kind: 'adam', lr: 0.01, clip_norm: 1, accumulate_steps: 2 };
    const [narrow, wide] = await Promise.all([
      build(ofConstants('float16'), { optimizer }),
      build(ofConstants('float32'), { optimizer }),
    ]);
    const typeOf = (name: string): string | undefined =>
      [...narrow.model.graph.inputs, ...narrow.model.graph.outputs].find((value) => value.name === name)?.dtype;
    expect(['w', 'next/w', 'target'].map(typeOf)).toEqual(['float16', 'float16', 'float16']);
    expect(['loss', 'state/w/exp_avg', 'next/state/w/exp_avg', 'lr'].map(typeOf)).toEqual([
      'float32',
      'float32',
      'float32',
      'float32',
    ]);
    await inSession(wide, batchOf('float32'), async (runWide) => {
      const expected = await runWide();
      await inSession(narrow, batchOf('float16'), async (run) => {
        for (const [name, tensor] of await run())
          numbers(tensor).forEach((value, index) =>
            expect(value, name).toBeCloseTo(numberOf(expected, name)[index] as number, 2),
          );
      });
    });
  });

  it.each(['sgd', 'adamw', 'adafactor', 'muon', 'nadam', 'radam', 'lamb', 'lion', 'adagrad'])(
    'of float64, everything but the rate is float64: %s',
    async (kind) => {
      const step = await build(ofConstants('float64'), { optimizer: { kind, lr: 1, clip_value: 1 } });
      const types = [...step.model.graph.inputs, ...step.model.graph.outputs].map(({ name, dtype }) => [name, dtype]);
      const others = types.filter(([, dtype]) => dtype !== 'float64').map(([name]) => name);
      expect(others).toEqual(['lr', 'step']);
      await inSession(step, batchOf('float64'), async (run) => {
        for (const [name, tensor] of await run()) expect(numbers(tensor).every(Number.isFinite), name).toBe(true);
      });
    },
  );
});

describe('a batch in which no sample counts', () => {
  it.each<DType>(['float32', 'float16', 'float64'])('changes nothing, of %s', async (dtype) => {
    for (const kind of ['cross_entropy', 'dice_cross_entropy']) {
      const loss = { kind, ignore_index: -100, class_weights: [1, 2, 3] };
      const step = await build(ofConstants(dtype), { loss, optimizer: { kind: 'adam', lr: 1 }, trainable: ['w', 'p'] });
      const batch = { ...batchOf(dtype), target: int64Tensor([2], [-100, -100]) };
      await inSession(step, batch, async (run) => {
        const results = await run();
        expect(Number.isFinite(numberOf(results, 'loss')[0]), kind).toBe(true);
        for (const [name, tensor] of step.parameters)
          expect(numberOf(results, `next/${name}`), `${kind} ${name}`).toEqual(numbers(tensor));
      });
    }
  });
});

describe('names and inputs', () => {
  it('inside bodies give way to those of the step', async () => {
    const builder = new GraphBuilder(17);
    const branch = (op: string, result: string): GraphBuilder => {
      const body = new GraphBuilder(17);
      body.append({ name: '', op, domain: '', inputs: ['x'], outputs: [result], attributes: {} });
      body.output(result, 'float32', [2, 2]);
      return body;
    };
    builder.input('x', 'float32', [2, 2]);
    builder.initializer('w', tensorOf('float32', [2, 2], [1, 2, 3, 4]));
    const sum = builder.op('ReduceSum', ['x'], { keepdims: 0 });
    const chosen = builder.op('If', [builder.op('Greater', [sum, builder.scalar('float32', 0)])], {
      then_branch: { type: 'graph', value: branch('Neg', 'target').build('then') },
      else_branch: { type: 'graph', value: branch('Exp', 'next/w').build('else') },
    });
    builder.output(builder.op('MatMul', [chosen, 'w']), 'float32', [2, 2], 'y');
    const step = await build(modelOf(builder), { trainable: ['w'] }, [2, 2]);
    const batch = {
      input: tensorOf('float32', [2, 2], [1, 1, 1, 1]),
      target: tensorOf('float32', [2, 2], [0, 0, 0, 0]),
    };
    await inSession(step, batch, async (run) => {
      // y = −(1+3, 2+4) in both rows.
      expect(numberOf(await run(), 'loss')).toEqual([(16 + 36) / 2]);
    });
  });

  it('of parameters that the step needs for itself are refused', async () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', [2, 2]);
    builder.initializer('target', tensorOf('float32', [2], [1, 2]));
    builder.output(builder.op('Mul', ['x', 'target']), 'float32', [2, 2], 'y');
    await expect(build(modelOf(builder), { trainable: ['target'] }, [2, 2])).rejects.toMatchObject({
      code: 'compile.not-trainable',
      message: expect.stringContaining('target') as string,
    });
  });

  const masked = (size: string): Model => {
    const builder = new GraphBuilder(17);
    builder.input('tokens', 'float32', ['N', 2]);
    builder.input('mask', 'float32', [size, 2]);
    builder.initializer('w', tensorOf('float32', [2], [1, 2]));
    builder.output(builder.op('Mul', [builder.op('Mul', ['tokens', 'w']), 'mask']), 'float32', ['N', 2], 'y');
    return modelOf(builder);
  };

  it('of further inputs stay, and their sizes follow from the first input or the batches', async () => {
    const expected = { name: 'mask', dtype: 'float32', shape: [3, 2] };
    const alike = await build(masked('N'), { trainable: ['w'] }, [3, 2]);
    expect(violations(alike.model)).toEqual([]);
    expect(alike.model.graph.inputs).toContainEqual(expected);
    await expect(build(masked('M'), { trainable: ['w'] }, [3, 2])).rejects.toMatchObject({
      code: 'compile.bad-case',
      message: expect.stringContaining('mask') as string,
    });
    const batches = [{ name: 'mask', dtype: 'float32', shape: [3, 2] }];
    expect((await build(masked('M'), { trainable: ['w'], batches }, [3, 2])).model.graph.inputs).toContainEqual(
      expected,
    );
  });
});
