import { describe, expect, it } from 'vitest';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { producers, type Model } from '#shared/ir/graph.ts';
import { GraftError } from '#shared/messages/error.ts';
import { backbone } from '#test/support/backbones.ts';

/** Operator that makes the features, and whether a classifier was left off. */
function featuresOf(model: Model): [string | undefined, boolean] {
  const view = viewBackbone(model, 'm.onnx');
  return [producers(model.graph).get(view.features)?.op, view.droppedClassifier];
}

describe('the features of a model', () => {
  it.each([
    ['vectors', 'vector', 'Flatten', false],
    ['maps', 'maps', 'Identity', false],
    ['tokens', 'tokens', 'Identity', false],
    ['what a classifier reads', 'classifier', 'Flatten', true],
    ['what a classifier in two operators reads', 'matmul classifier', 'Flatten', true],
    ['what a classifier with Softmax behind it reads', 'softmax', 'Flatten', true],
  ] as const)('are its %s', (_title, ending, op, dropped) => {
    const model = backbone({ ending });
    const [found, droppedClassifier] = featuresOf(model);
    expect(droppedClassifier).toBe(dropped);
    expect(found).toBe(dropped ? op : 'Identity');
  });

  it('are its output as it is when it is called so', () => {
    for (const output of ['features', 'image_embeds', 'last_pool'])
      expect(viewBackbone(backbone({ ending: 'classifier', output }), 'm.onnx')).toMatchObject({
        features: output,
        droppedClassifier: false,
      });
  });

  it('are its output when the product behind it is of two computed values', () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', ['N', 3, 8, 8]);
    const flat = builder.op('Flatten', ['x']);
    builder.output(builder.op('MatMul', [flat, builder.transpose(flat, [1, 0])]), 'float32', ['N', 'N'], 'y');
    const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    expect(viewBackbone(model, 'm.onnx')).toMatchObject({ features: 'y', droppedClassifier: false });
  });
});

it('tells the size a model wants, and what it leaves open', () => {
  expect(viewBackbone(backbone({ shape: ['N', 3, 8, 16] }), 'm.onnx').size).toEqual([3, 8, 16]);
  expect(viewBackbone(backbone({ shape: ['N', 3, 'h', 'w'] }), 'm.onnx').size).toEqual([3, 0, 0]);
  expect(viewBackbone(backbone({ shape: ['N', 3, -1, -1] }), 'm.onnx').size).toEqual([3, 0, 0]);
});

describe('a model is refused', () => {
  const withInputs = (...inputs: readonly (readonly [string, readonly (number | string)[]])[]): Model => {
    const model = backbone();
    const declared = inputs.map(([name, shape]) => ({ name, dtype: 'float32' as const, shape }));
    return { ...model, graph: { ...model.graph, inputs: declared } };
  };
  const bytes = backbone();
  const ofBytes: Model = {
    ...bytes,
    graph: { ...bytes.graph, inputs: [{ name: 'input', dtype: 'uint8', shape: ['N', 3, 8, 8] }] },
  };
  it.each<[string, Model, string, RegExp]>([
    ['older than opset 7', backbone({ opset: 6 }), 'model.opset-unsupported', /operator set 6; Graft reads 7/],
    [
      'without the standard operators',
      { ...backbone(), opsets: { 'ai.onnx.ml': 3 } },
      'model.opset-unsupported',
      /operator set 0/,
    ],
    ['with one channel', backbone({ shape: ['N', 1, 8, 8] }), 'model.input-unsupported', /1 channels, not 3/],
    [
      'with open channels',
      backbone({ shape: ['N', 'c', 8, 8] }),
      'model.input-unsupported',
      /an unknown number of channels/,
    ],
    ['with channels last', backbone({ shape: ['N', 8, 8, 3] }), 'model.input-unsupported', /8 channels/],
    [
      'with vectors as input',
      backbone({ shape: ['N', 64] }),
      'model.input-unsupported',
      /“input” is float32 with 2 dimensions/,
    ],
    ['with bytes as input', ofBytes, 'model.input-unsupported', /“input” is uint8/],
    [
      'with two inputs',
      withInputs(['a', ['N', 3, 8, 8]], ['b', ['N', 8]]),
      'model.input-unsupported',
      /it has 2 inputs/,
    ],
    ['with no input', withInputs(), 'model.input-unsupported', /it has 0 inputs/],
    [
      'with no output',
      { ...backbone(), graph: { ...backbone().graph, outputs: [] } },
      'model.no-feature-output',
      /no output/,
    ],
  ])('%s', (_title, model, code, message) => {
    let thrown: unknown;
    try {
      viewBackbone(model, 'm.onnx');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GraftError);
    expect(thrown).toMatchObject({ code });
    expect((thrown as GraftError).message).toMatch(message);
  });
});
