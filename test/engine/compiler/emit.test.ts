/** The loop is the step, K times over; what a run trains is what it validates and hands over. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '#shared/compiler/compile.ts';
import { handover } from '#shared/compiler/handover.ts';
import { stepOfRows } from '#shared/compiler/step-of-rows.ts';
import { elementCount } from '#shared/core/shape.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { filledTensor, numbers, type Tensor } from '#shared/ir/tensor.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { float32, fromRuntime, int64, toRuntime } from '#electron/engine/runtime/tensors.ts';
import { Network, type StepBatch, type StepResults } from '#electron/engine/training/network.ts';
import { batchesFor, compileModel, type RecipeChanges } from '#test/engine/compiler/support.ts';
import { backbone, recurrentBackbone } from '#test/support/backbones.ts';
import type * as ort from 'onnxruntime-node';

const batch = 4;
const training = { batchSize: batch };
const cases: readonly [string, RecipeChanges, Model?][] = [
  ['the head alone, Adam', { freeze: { mode: 'backbone' }, optimizer: { kind: 'adam' } }],
  [
    'a hidden layer, dropout, AdamW, clipped',
    { head: { hidden: [5], dropout: 0.4 }, optimizer: { kind: 'adamw', clipNorm: 0.5 } },
  ],
  ['from a stage on, SGD with momentum', { freeze: { mode: 'until', stage: 'stage2' }, optimizer: { kind: 'sgd' } }],
  [
    'Muon of three batches, averaged, clipped by value',
    {
      freeze: { mode: 'until', stage: 'stage2' },
      optimizer: { kind: 'muon', clipValue: 0.1 },
      training: { ...training, accumulation: 3, averaging: 0.5 },
    },
  ],
  ['NAdam, focal', { optimizer: { kind: 'nadam' }, loss: { kind: 'focal', classWeights: 'on' } }],
  ['Adafactor', { freeze: { mode: 'none' }, optimizer: { kind: 'adafactor' } }],
  ['everything, with smoothing', { freeze: { mode: 'none' }, loss: { labelSmoothing: 0.1 }, head: { dropout: 0.2 } }],
  [
    'with checkpoints',
    { freeze: { mode: 'none' }, head: { dropout: 0.2 }, training: { ...training, memoryLimit: 1e-6 } },
  ],
  [
    'as many layers as take three rounds to part',
    { freeze: { mode: 'none' }, optimizer: { kind: 'adam', weightDecay: 0 } },
    backbone({ widths: Array.from({ length: 28 }, () => 2) }),
  ],
  ['recurrent layers, whose gradient has a body of its own', { freeze: { mode: 'none' } }, recurrentBackbone()],
];

/** The same batches, as the loop takes them: rows of a table, and which of them each place holds. */
async function asLoop(
  network: Network,
  plan: Plan,
  batches: readonly StepBatch[],
): Promise<Parameters<Network['loop']>> {
  const width = elementCount(plan.cut.shape);
  const rows = new Float32Array(batches.length * batch * width);
  const labels = new BigInt64Array(batches.length * batch);
  const order = new BigInt64Array(batches.length * batch);
  const weights = new Float32Array(batches.length * batch);
  // The table is kept backwards, so that the order has something to say.
  batches.forEach((one, step) => {
    for (let place = 0; place < batch; place++) {
      const row = labels.length - 1 - (step * batch + place);
      rows.set(one.rows.subarray(place * width, (place + 1) * width), row * width);
      labels[row] = one.labels[place] as bigint;
      order[step * batch + place] = BigInt(row);
      weights[step * batch + place] = one.weights[place] as number;
    }
  });
  const masks = plan.dropouts.map((_, layer) =>
    Float32Array.from(batches.flatMap((one) => Array.from(one.masks[layer] as Float32Array))),
  );
  const first = batches[0] as StepBatch;
  const rates = Float32Array.from(batches, ({ rate }) => rate);
  return [await network.keptLoopData(rows, labels), { order, weights, rates, firstStep: first.step, masks }];
}

async function stepByStep(network: Network, batches: readonly StepBatch[]): Promise<StepResults[]> {
  const results: StepResults[] = [];
  for (const one of batches) results.push(await network.step(one));
  return results;
}

describe.each(cases)('%s', (_title, changes, model = backbone()) => {
  it('K steps of the loop are K single steps, bit for bit', async () => {
    const plan = await compileModel(model, { ...changes, training: { ...training, ...changes.training } });
    expect(violations(plan.loop)).toEqual([]);
    const batches = batchesFor(plan, 5);
    const single = new Network(plan, 'cpu');
    const results = await stepByStep(single, batches);
    const looped = new Network(plan, 'cpu');
    // In two runs, as a run of the program has it.
    const parts = [batches.slice(0, 2), batches.slice(2)];
    const losses: number[] = [];
    const correct: number[] = [];
    for (const part of parts) {
      const outcome = await looped.loop(...(await asLoop(looped, plan, part)));
      losses.push(...outcome.losses);
      correct.push(...outcome.correct);
    }
    expect(losses).toEqual(results.flatMap((result) => [...result.losses]));
    expect(correct).toEqual(results.flatMap((result) => [...result.correct]));
    expect(await looped.values()).toEqual(await single.values());
    expect(await single.parameters()).not.toEqual(await new Network(plan, 'cpu').parameters());
    await Promise.all([single.release(), looped.release()]);
  });

  it('small parameters carried together learn what they learn by themselves, bit for bit', async () => {
    const plan = await compileModel(model, {
      ...changes,
      training: { ...training, ...changes.training },
      freeze: { ...changes.freeze, backboneRate: 1, stageDecay: 1 },
    });
    const batches = batchesFor(plan, 5);
    const rows = (batches[0] as StepBatch).rows;
    const [apart, together] = [false, true].map((packs) => new Network(plan, 'cpu', packs)) as [Network, Network];
    const results = await stepByStep(apart, batches.slice(0, 2));
    expect(await stepByStep(together, batches.slice(0, 2))).toEqual(results);
    const alike = changes.optimizer?.clipNorm ? expectNear : expectSame;
    alike(await together.values(), await apart.values());
    // As from a checkpoint.
    together.load(await apart.values());
    const start = new Map(plan.initial);
    expect(await together.evaluate(rows, batch)).toEqual(await apart.evaluate(rows, batch));
    expect(await together.evaluate(rows, batch, start)).toEqual(await apart.evaluate(rows, batch, start));
    await stepByStep(apart, batches.slice(2));
    await stepByStep(together, batches.slice(2));
    alike(await together.values(), await apart.values());
    alike(await together.parameters(), await apart.parameters());
    const looksAtWholes = ['muon', 'nadam', 'adafactor'].includes(changes.optimizer?.kind ?? '');
    const haveCompany = plan.phases.spec.groups.some(({ parameters }) => parameters.length > 1);
    expect(plan.carriedFor({ packs: true }).packs.length > 0).toBe(haveCompany && !looksAtWholes);
    await Promise.all([apart.release(), together.release()]);
  });
});

function expectSame(found: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>): void {
  expect(new Map([...found].toSorted(byName))).toEqual(new Map([...expected].toSorted(byName)));
}

/** A norm's terms are added in another order. */
function expectNear(found: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>): void {
  expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [name, tensor] of expected) {
    const values = numbers(found.get(name) as Tensor);
    numbers(tensor).forEach((value, at) => expect(values[at], `${name}[${at}]`).toBeCloseTo(value, 5));
  }
}

function byName([left]: readonly [string, Tensor], [right]: readonly [string, Tensor]): number {
  return left < right ? -1 : 1;
}

it('a step that picks its batch from all rows is the step, bit for bit', async () => {
  const plan = await compileModel(backbone(), { training, freeze: { mode: 'none' } });
  const picking = stepOfRows(plan.step, plan.cut.name);
  expect(violations(picking)).toEqual([]);
  const one = batchesFor(plan, 1)[0] as StepBatch;
  const initial = [
    ...plan.initial,
    ...plan.slots.map((slot) => [slot.name, filledTensor(slot.shape, slot.initial)] as const),
  ];
  const given = {
    ...Object.fromEntries(initial.map(([name, tensor]) => [name, toRuntime(tensor)])),
    target: int64(one.labels, [batch]),
    weight: float32(one.weights, [batch]),
    lr: float32(Float32Array.of(one.rate), []),
    step: int64(BigInt64Array.of(1n), []),
    ...Object.fromEntries(
      plan.dropouts.map(({ name, width }, layer) => [name, float32(one.masks[layer] as Float32Array, [batch, width])]),
    ),
  };
  // The batch backwards, in the middle of more rows.
  const width = elementCount(plan.cut.shape);
  const rows = new Float32Array((batch + 2) * width);
  for (let place = 0; place < batch; place++)
    rows.set(one.rows.subarray(place * width, (place + 1) * width), (batch - place) * width);
  const order = BigInt64Array.from({ length: batch }, (_, place) => BigInt(batch - place));
  const outcomes = await Promise.all(
    [
      { model: plan.step, rows: { [plan.cut.name]: float32(one.rows, [batch, ...plan.cut.shape]) } },
      { model: picking, rows: { rows: float32(rows, [batch + 2, ...plan.cut.shape]), order: int64(order, [batch]) } },
    ].map(async ({ model, rows: own }) => {
      const session = await createSession(model, 'cpu');
      const results = await session.run({ ...given, ...own });
      await session.release();
      return Object.entries(results).map(([name, tensor]) => [name, fromRuntime(tensor)]);
    }),
  );
  expect(outcomes[1]).toEqual(outcomes[0]);
});

it('averaged weights are what is validated and handed over', async () => {
  const averaged = await compileModel(backbone(), { training: { ...training, averaging: 0.5 } });
  const plain = await compileModel(backbone(), { training });
  const batches = batchesFor(averaged, 3);
  const [network, other] = [new Network(averaged, 'cpu'), new Network(plain, 'cpu')];
  // Before the first step the average is the weights themselves.
  expect(await network.parameters()).toEqual(await other.parameters());
  const weights: number[][] = [];
  for (const one of batches) {
    await network.step(one);
    await other.step(one);
    weights.push([...(await other.parameters()).values()].flatMap(numbers));
  }
  // The average keeps (1 + n)/(10 + n) of itself after n updates, as long as that is below ½.
  const [early, later] = [3 / 12, 4 / 13];
  const [first, second, third] = weights as [number[], number[], number[]];
  const expected = third.map((value, at) => {
    const before = early * (first[at] as number) + (1 - early) * (second[at] as number);
    return later * before + (1 - later) * value;
  });
  const held = await network.parameters();
  expect([...held.keys()]).toEqual(averaged.parameters.map(({ name }) => name));
  const found = [...held.values()].flatMap(numbers);
  found.forEach((value, at) => expect(value).toBeCloseTo(expected[at] as number, 5));
  expect(found).not.toEqual(third);
  const rows = (batches[0] as StepBatch).rows;
  expect(await network.evaluate(rows, batch)).toEqual(await other.evaluate(rows, batch, held));
  expect(await network.evaluate(rows, batch)).not.toEqual(await other.evaluate(rows, batch));
  await Promise.all([network.release(), other.release()]);
});

it('padding weighs nothing: whatever stands in it, the step is the same', async () => {
  const plan = await compileModel(backbone(), { training, freeze: { mode: 'none' } });
  const one = batchesFor(plan, 1)[0] as StepBatch;
  const width = elementCount(plan.cut.shape);
  const rows = one.rows.map((value, at) => (at >= 2 * width ? 1 - value : value));
  const labels = one.labels.map((label, place) => (place >= 2 ? 0n : label));
  const outcomes = await Promise.all(
    [one, { ...one, rows, labels }].map(async (given) => {
      const network = new Network(plan, 'cpu');
      const results = await network.step(given);
      const values = await network.values();
      await network.release();
      return { results, values };
    }),
  );
  expect(outcomes[1]).toEqual(outcomes[0]);
});

it('training, validation and the model handed over see the same network', async () => {
  const plan = await compileModel(backbone(), {
    training,
    freeze: { mode: 'none' },
    head: { hidden: [5], dropout: 0.5 },
    backbone: { normalization: 'half' },
  });
  const network = new Network(plan, 'cpu');
  await stepByStep(network, batchesFor(plan, 3));
  const parameters = await network.parameters();
  const pictures = (batchesFor(plan, 1)[0] as StepBatch).rows;
  // Three pictures: not the batch the graphs are made for.
  const rows = pictures.subarray(0, 3 * elementCount(plan.cut.shape));
  const validated = await network.evaluate(rows, 3);
  await network.release();
  const about = { task: 'image-classification', labels: ['a', 'b', 'c'], size: [8, 8], resize: 'stretch' } as const;
  const model = handover(plan.inference, parameters, { ...about, run: 'r', backbone: 'b', license: 'MIT' });
  const session = await createSession(model, 'cpu');
  const results = await session.run({ input: float32(rows, [3, 3, 8, 8]) });
  await session.release();
  const data = (name: string): number[] => Array.from((results[name] as ort.Tensor).data as Float32Array);
  data('logits').forEach((value, index) => expect(value).toBeCloseTo(validated[index] as number, 5));
  for (let row = 0; row < 3; row++)
    expect(
      data('probabilities')
        .slice(3 * row, 3 * row + 3)
        .reduce((sum, value) => sum + value, 0),
    ).toBeCloseTo(1, 6);
  const before = handover(plan.inference, plan.initial, { ...about, run: 'r', backbone: 'b', license: 'MIT' });
  const weight = (one: typeof model): number[] => numbers(one.graph.initializers.get('w1_weight') as Tensor);
  expect(weight(model)).not.toEqual(weight(before));
  const { 'graft.preprocess': preprocess, ...metadata } = model.metadata;
  expect(metadata).toEqual({
    'graft.version': '1',
    'graft.task': 'image-classification',
    'graft.labels': '["a","b","c"]',
    'graft.run': 'r',
    'graft.backbone': 'b',
    'graft.license': 'MIT',
  });
  expect(JSON.parse(preprocess as string)).toEqual({
    size: [8, 8],
    resize: 'stretch',
    crop: 'none',
    interpolation: 'bilinear',
    antialias: true,
    frames: 'first',
    orientation: 'exif',
    colour: 'rgb',
    colourSpace: 'srgb',
    background: 'white',
    white: { integer: [255, 4095, 16_383, 65_535], float: [1, 255, 4095, 16_383, 65_535] },
    range: [0, 1],
    layout: 'NCHW',
    normalization: 'inside',
  });
});

it('hands a recurrent layer with the batch axis first over in a form that onnxruntime runs', async () => {
  const plan = await compileModel(recurrentBackbone({ layout: 1 }), { training, freeze: { mode: 'none' } });
  const rows = (batchesFor(plan, 1)[0] as StepBatch).rows;
  const network = new Network(plan, 'cpu');
  const validated = await network.evaluate(rows, batch);
  await network.release();
  const session = await createSession(plan.inference, 'cpu');
  const { logits } = await session.run({ input: float32(rows, [batch, 3, 8, 8]) });
  await session.release();
  const handedOver = Array.from((logits as ort.Tensor).data as Float32Array);
  handedOver.forEach((value, index) => expect(value).toBeCloseTo(validated[index] as number, 5));
});
