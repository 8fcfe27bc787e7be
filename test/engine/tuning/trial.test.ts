/** Places of a training step by themselves: every way to write one runs there, and gives what the others give. */
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { parseCase } from '#shared/compiler/case-file.ts';
import { buildCaseStep } from '#shared/compiler/case-step.ts';
import { randomInput } from '#shared/compiler/random-batch.ts';
import { ChoiceRecorder, spellingsOf, type Place } from '#shared/compiler/tuning/choices.ts';
import { trialOf } from '#shared/compiler/tuning/trial.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import type { Target } from '#shared/ir/target.ts';
import { numbers, tensorOf } from '#shared/ir/tensor.ts';
import { channelBlock } from '#electron/engine/runtime/channel-block.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';
import { createTrainingSession } from '#electron/engine/runtime/training-session.ts';

const block = (await channelBlock()) ?? 16;
const channels = 2 * block;
const batch = 3;

function weight(builder: GraphBuilder, name: string, shape: number[]): string {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, index) => Math.sin(index + 1) / 4);
  return builder.initializer(name, tensorOf('float32', shape, values));
}

/** Convolutions of all kinds, poolings, a normalization, a softmax, and reads by index. */
function network(): Model {
  const builder = new GraphBuilder(17);
  const conv = (x: string, name: string, shape: number[], attributes: Record<string, number | number[]>): string =>
    builder.op('Conv', [x, weight(builder, name, shape)], attributes);
  const x = builder.input('x', 'float32', [batch, 3, 16, 16]);
  const same = { pads: [1, 1, 1, 1] };
  const stem = builder.op('Relu', [conv(x, 'stem', [channels, 3, 3, 3], same)]);
  const inner = builder.op('Relu', [conv(stem, 'inner', [channels, channels, 3, 3], same)]);
  const deep = conv(inner, 'depthwise', [channels, 1, 3, 3], { ...same, group: channels, strides: [2, 2] });
  const mixed = conv(deep, 'mixed', [block, channels, 1, 1], {});
  const peaks = builder.op('MaxPool', [mixed], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const means = builder.op('AveragePool', [peaks], { kernel_shape: [2, 2], strides: [2, 2] });
  const words = builder.transpose(builder.reshape(means, [batch, block, 4]), [0, 2, 1]);
  const ones = builder.initializer('scale', tensorOf('float32', [block], Array<number>(block).fill(1)));
  const normal = builder.op('LayerNormalization', [words, ones], { axis: -1 });
  const shares = builder.op('Softmax', [builder.op('MatMul', [normal, weight(builder, 'query', [block, 5])])]);
  const first = builder.op('Gather', [shares, builder.scalar('int64', 0)], { axis: 1 });
  const table = weight(builder, 'table', [600, 5]);
  const read = builder.op('Gather', [table, builder.constant('int64', [batch], [1, 599, 1])]);
  builder.output(builder.op('Add', [first, read]), 'float32', [batch, 5], 'y');
  return { graph: builder.build('network'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

const training = parseCase({
  loss: { kind: 'cross_entropy' },
  optimizer: { kind: 'sgd', lr: 0.1 },
  trainable: 'all',
});

const recorder = new ChoiceRecorder(block);
const build = (spellings = recorder.spellings) =>
  buildCaseStep(network(), training, [batch, 3, 16, 16], oracle, { channelBlock: block, spellings });
const { model: like } = await build();

async function outputsOf(
  place: Place,
  candidate: string,
  target: Target = { channelBlock: block },
): Promise<Record<string, number[]>> {
  const { model, inputs } = trialOf(place, candidate, {}, target, like);
  const feeds = Object.fromEntries(
    inputs.map(({ name, type, below }): [string, ort.Tensor] => [name, toRuntime(randomInput(type, below))]),
  );
  const session = await createTrainingSession(model, 'cpu');
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    model.graph.outputs.map(({ name }, index) => [
      `${index}`,
      Array.from((results[name] as ort.Tensor).data as Float32Array),
    ]),
  );
}

describe('the places of a step', () => {
  it('are found by kind, with those around them in blocks or not', () => {
    const found = recorder.places.map(({ point: { kind, node }, fromBlocks, intoBlocks }) => [
      kind.replace('Gradient', ''),
      node.inputs[1] ?? '',
      fromBlocks,
      intoBlocks,
    ]);
    expect(found).toContainEqual(['ConvWeight', 'stem', false, true]);
    expect(found).toContainEqual(['ConvInput', 'inner', true, true]);
    expect(found).toContainEqual(['ConvWeight', 'depthwise', true, false]);
    expect(found).toContainEqual(['ConvWeight', 'mixed', true, false]);
    expect(new Set(found.map(([kind]) => kind))).toEqual(
      new Set(['ConvWeight', 'ConvInput', 'MaxPool', 'AveragePool', 'LayerNormalization', 'Softmax', 'Gather']),
    );
  });

  it.each(recorder.places.map((place) => [place.name, place] as const))('%s', async (_, place) => {
    const { candidates, usual } = place.point;
    expect(candidates.length).toBeGreaterThan(1);
    const expected = await outputsOf(place, usual);
    expect(Object.keys(expected).length).toBeGreaterThan(1);
    for (const candidate of candidates) expectAlike(await outputsOf(place, candidate), expected, candidate);
  });
});

function expectAlike(
  found: Readonly<Record<string, readonly number[]>>,
  expected: Readonly<Record<string, readonly number[]>>,
  what: string,
): void {
  for (const [output, values] of Object.entries(expected)) {
    const scale = Math.max(...values.map(Math.abs));
    expect(scale).toBeGreaterThan(0);
    values.forEach((value, index) =>
      expect(Math.abs((found[output]?.[index] as number) - value) / scale, what).toBeLessThan(1e-4),
    );
  }
}

it('what a graphics card is given is what any runtime is given, in parts', async () => {
  const onCard = { onCard: true };
  const places = new ChoiceRecorder(undefined);
  // Planes large enough to be parted.
  const given = { ...onCard, spellings: places.spellings };
  await buildCaseStep(network(), training, [batch, 3, 32, 32], oracle, given);
  const weights = places.places.filter(({ point: { kind } }) => kind === 'ConvWeightGradient');
  expect(weights.map(({ point }) => point.usual)).toEqual(
    expect.arrayContaining(['one product', 'channel convolution']),
  );
  let parted = 0;
  for (const place of weights) {
    const expected = await outputsOf(place, 'tap products', {});
    for (const candidate of place.point.candidates)
      expectAlike(await outputsOf(place, candidate, onCard), expected, candidate);
    if (!place.point.candidates.includes('one product')) continue;
    const { model } = trialOf(place, 'one product', {}, onCard, like);
    parted += Number(model.graph.nodes.some(({ op, inputs }) => op === 'ReduceSum' && isOverParts(model, inputs[1])));
  }
  expect(parted).toBeGreaterThan(0);
});

/** Over samples and parts of their positions. */
function isOverParts({ graph }: Model, axes = ''): boolean {
  const tensor = graph.initializers.get(axes);
  return tensor !== undefined && numbers(tensor).join() === '0,2';
}

it('a step is written as chosen, and elsewhere as usual', async () => {
  const place = recorder.places.find(({ point }) => point.kind === 'MaxPoolGradient') as Place;
  // The maxima are found a second time.
  const scatters = ({ graph }: Model): boolean => graph.nodes.filter(({ op }) => op === 'MaxPool').length === 2;
  const usual = await build(spellingsOf({}));
  const chosen = await build(spellingsOf({ [place.name]: 'taps', 'MaxPoolGradient: of another size': 'scattered' }));
  const unknown = await build(spellingsOf({ [place.name]: 'a way that no longer is' }));
  expect([usual, chosen, unknown].map(({ model }) => scatters(model))).toEqual([true, false, true]);
});
