/** Backbone files as people have them: what is said of them, and that training sees them the same way. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { backboneSource, describeBackbone } from '#electron/engine/backbones.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { compileModel, recipeWith } from '#test/engine/compiler/support.ts';
import { temporaryHome } from '#test/engine/support.ts';
import { builtInBackbones, builtInIds, usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { backbone, randomTensor, type BackboneOptions } from '#test/support/backbones.ts';
import { bytesOf, message, modelBytes, packed } from '#test/support/protobuf.ts';

const home = temporaryHome();
afterAll(() => home.remove());
let files = 0;

function fileOf(model: Model | Uint8Array): string {
  const folder = join(home.path, `models-${files++}`);
  mkdirSync(folder);
  const path = join(folder, 'm.onnx');
  writeFileSync(path, model instanceof Uint8Array ? model : encodeModel(model));
  return path;
}

describe('what is said of a backbone', () => {
  it('is its size, its features, its parameters and its stages', async () => {
    const path = fileOf(backbone({ shape: ['N', 3, 'h', 'w'], ending: 'vector', branches: [2] }));
    const facts = await describeBackbone(path, 'own', 16);
    expect(facts).toMatchObject({
      id: 'own',
      title: 'm',
      input: [3, 16, 16],
      inputName: 'input',
      features: [6],
      parameters: 112 + 148 + 222,
      opset: 17,
    });
    expect(facts.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(facts.stages.map(({ stage, shape, blockedBy }) => [stage, shape, blockedBy])).toEqual([
      ['stage1', [3, 16, 16], 'If'],
      ['stage2', [4, 16, 16], 'If'],
      ['stage3', [4, 16, 16], undefined],
    ]);
  });

  it('is known behind a loop, whose sizes inference leaves open', async () => {
    const facts = await describeBackbone(fileOf(backbone({ shape: ['N', 3, 'h', 'w'], loops: [2] })), 'own', 16);
    expect(facts.features).toEqual([6, 16, 16]);
  });

  it.each([
    ['maps', [6, 8, 8]],
    ['tokens', [64, 6]],
    ['classifier', [6]],
  ] as const)('has the shape of its %s', async (ending, features) => {
    expect((await describeBackbone(fileOf(backbone({ ending })), 'own')).features).toEqual(features);
  });

  it('is the same for a model of an older operator set, which is read in the newer one’s words', async () => {
    const builder = new GraphBuilder(8);
    builder.input('input', 'float32', ['N', 3, 8, 8]);
    const convolution = builder.op('Conv', ['input', builder.initializer('kernel', randomTensor([4, 3, 3, 3], 1))]);
    const clipped = builder.op('Clip', [convolution], { min: 0.5, max: 5.5 });
    const padded = builder.op('Pad', [clipped], { pads: [0, 0, 1, 1, 0, 0, 1, 1] });
    const enlarged = builder.op('Upsample', [padded], { scales: { type: 'floats', value: [1, 1, 2, 2] } });
    const pooled = builder.op('GlobalAveragePool', [enlarged]);
    const features = builder.op('Squeeze', [pooled], { axes: [2, 3] });
    const dropped = builder.op('Dropout', [features], { ratio: 0.3 });
    const [weights, bias] = [randomTensor([4, 2], 2), randomTensor([2], 3)];
    const scores = builder.op('Gemm', [dropped, builder.initializer('w', weights), builder.initializer('b', bias)]);
    builder.output(builder.op('Softmax', [scores]), 'float32', ['N', 2], 'y');
    const path = fileOf({ graph: builder.build('g'), opsets: { '': 8 }, irVersion: 3, metadata: {} });
    const facts = await describeBackbone(path, 'own');
    expect(facts).toMatchObject({ featureTensor: dropped, features: [4], parameters: 108, opset: 17 });
    expect(facts.stages.filter(({ blockedBy }) => blockedBy)).toEqual([]);
  });

  it('is 224 pixels where the model leaves its size open', async () => {
    const facts = await describeBackbone(fileOf(backbone({ shape: ['N', 3, 'h', 'w'], widths: [2] })), 'own');
    expect(facts.input).toEqual([3, 224, 224]);
  });
});

const many = Array.from({ length: 9 }, () => 3);

describe('the stages of the file are those of the project', () => {
  it.each<[string, BackboneOptions]>([
    ['by node names', { names: 'nodes', widths: many }],
    ['by weight names', { names: 'weights', widths: many }],
    ['by number', { names: 'none', widths: many }],
    // One layer more, with the head's, would make sixteen seventeen, and spread them otherwise.
    ['by number, sixteen of them', { names: 'none', widths: [...many, 3, 3, 3, 3, 3, 3, 3] }],
  ])('%s', async (_title, options) => {
    const model = backbone(options);
    const facts = await describeBackbone(fileOf(model), 'own');
    expect(facts.stages.length).toBeGreaterThanOrEqual(5);
    for (const { stage, tensor, shape, parametersBelow } of facts.stages.slice(1)) {
      const freeze = { mode: 'until', stage } as const;
      const plan = await compileModel(model, { freeze, head: { hidden: [4] }, backbone: { normalization: 'half' } });
      expect([stage, plan.cut.name, plan.cut.shape]).toEqual([stage, tensor, shape]);
      expect([stage, plan.counts.frozen]).toEqual([stage, parametersBelow]);
    }
  });
});

describe('a file that is no backbone', () => {
  const giving = (end: (builder: GraphBuilder) => string): Model => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', ['N', 3, 8, 8]);
    builder.output(end(builder), 'float32', [], 'y');
    return { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
  };

  it.each<[string, Model, RegExp]>([
    [
      'with five dimensions',
      giving((builder) => builder.op('Reshape', ['x', builder.ints([0, 3, 2, 4, 8])])),
      /an output of 5 dimensions/,
    ],
    [
      'with one dimension',
      giving((builder) => builder.reduce('ReduceSum', 'x', [1, 2, 3], false)),
      /an output of 1 dimensions/,
    ],
    ['of halves', giving((builder) => builder.cast('x', 'float16')), /features of type float16/],
  ])('gives an output %s and is refused, in a project at its node', async (_title, model, reason) => {
    const path = fileOf(model);
    await expect(describeBackbone(path, 'own')).rejects.toMatchObject({ code: 'model.no-feature-output' });
    const part = recipeWith({ backbone: { model: path } }).backbone;
    await expect(backboneSource(part, home.path)).rejects.toMatchObject({
      code: 'model.no-feature-output',
      node: 'backbone',
      message: expect.stringMatching(reason) as string,
    });
  });

  it('is missing, a folder, changed or unknown: an error each', async () => {
    const sourceOf = (model: string) => backboneSource(recipeWith({ backbone: { model } }).backbone, home.path);
    await expect(sourceOf('nowhere.onnx')).rejects.toMatchObject({ code: 'model.file-missing', node: 'backbone' });
    await expect(sourceOf('models/nowhere')).rejects.toMatchObject({ code: 'model.file-missing', node: 'backbone' });
    for (const id of ['giga', '..']) {
      await expect(sourceOf(id)).rejects.toMatchObject({ code: 'model.unknown-backbone', node: 'backbone' });
    }
    const folder = join(home.path, 'folder.onnx');
    mkdirSync(folder);
    expect(() => readModel(folder)).toThrow(/is not an ONNX model: it is a folder/);
    const part = recipeWith({ backbone: { model: 'm.onnx', hash: 'f'.repeat(64) } }).backbone;
    const base = join(fileOf(backbone()), '..');
    await expect(backboneSource(part, base)).rejects.toMatchObject({ code: 'model.hash-changed', node: 'backbone' });
    const { loaded } = await backboneSource({ ...part, hash: '' }, base);
    expect((await backboneSource({ ...part, hash: loaded.hash }, base)).loaded.hash).toBe(loaded.hash);
  });
});

describe('weights in files beside the model', () => {
  const stored = (name: string, location: string, offset: number): Uint8Array =>
    message(
      ...([
        [1, packed(2)],
        [2, 1],
        [8, name],
        [14, 1],
        [13, message([1, 'location'], [2, location])],
        [13, message([1, 'offset'], [2, String(offset)])],
        [13, message([1, 'length'], [2, '8'])],
      ] as const),
    );
  const model = (location: string): Uint8Array =>
    modelBytes(message([5, stored('a', location, 0)], [5, stored('b', location, 8)]));

  it('are read, and count in the hash', () => {
    const path = fileOf(model('m.data'));
    const beside = join(path, '..', 'm.data');
    writeFileSync(beside, bytesOf(Float32Array.of(1, 2, 3, 4)));
    const first = readModel(path);
    expect(first.model.graph.initializers.get('b')?.data).toEqual(bytesOf(Float32Array.of(3, 4)));
    expect(readModel(path).hash).toBe(first.hash);
    writeFileSync(beside, bytesOf(Float32Array.of(1, 2, 3, 5)));
    expect(readModel(path).hash).not.toBe(first.hash);
  });

  it('are an error when they are missing, elsewhere or a folder', () => {
    const codeOf = (path: string): unknown => {
      try {
        readModel(path);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return undefined;
    };
    expect(codeOf(fileOf(model('m.data')))).toBe('model.external-data-missing');
    writeFileSync(join(home.path, 'outside.data'), bytesOf(Float32Array.of(1, 2, 3, 4)));
    expect(codeOf(fileOf(model('../outside.data')))).toBe('model.external-data-outside');
    expect(codeOf(fileOf(model('.')))).toBe('model.not-onnx');
  });
});

it('the built-in backbone is described by its card', async () => {
  const path = fileURLToPath(new URL('../../resources/backbones/nano/nano.onnx', import.meta.url));
  const card = JSON.parse(readFileSync(join(path, '..', 'card.json'), 'utf8')) as { title: string; license: string };
  const facts = await describeBackbone(path, 'nano');
  expect([facts.title, facts.license]).toEqual([card.title, card.license]);
});

describe('the backbones in the box', () => {
  it('are those of the table, the usual one first', () => {
    const folder = fileURLToPath(new URL('../../resources/backbones', import.meta.url));
    expect(readdirSync(folder).toSorted()).toEqual(builtInIds.toSorted());
    expect(builtInIds[0]).toBe(usualBackbone);
  });

  it.each(builtInIds)('%s is what its card says, and trains from the stage that the table names', async (id) => {
    const folder = fileURLToPath(new URL(`../../resources/backbones/${id}/`, import.meta.url));
    const card = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')) as Record<string, never>;
    const facts = await describeBackbone(join(folder, `${id}.onnx`), id);
    const { input, output } = card as Record<string, { shape: number[] }>;
    expect(facts).toMatchObject({
      title: builtInBackbones[id].title,
      hash: card['sha256'],
      input: input?.shape,
      features: output?.shape,
      license: card['license'],
      trainedOn: card['trainedOn'],
    });
    const stage = facts.stages.find((one) => one.stage === builtInBackbones[id].tunedFrom);
    expect(stage).toBeDefined();
    expect(stage?.blockedBy).toBeUndefined();
  });
});
