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

function modelOf(builder: GraphBuilder): Model {
  return { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
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

  it.each<[string, (builder: GraphBuilder, logits: string) => string]>([
    ['a Sigmoid', (b, y) => b.op('Sigmoid', [y])],
    ['a temperature and Softmax', (b, y) => b.op('Softmax', [b.op('Div', [y, b.scalar('float32', 1.5)])])],
    ['a Cast', (b, y) => b.cast(b.op('Softmax', [y]), 'float16')],
    ['the best class', (b, y) => b.op('ArgMax', [y], { axis: 1, keepdims: 0 })],
  ])('are what a classifier reads that has %s behind it', (_, behind) => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', ['N', 3, 8, 8]);
    const flat = builder.op('Flatten', ['x']);
    const weight = builder.constant(
      'float32',
      [192, 2],
      Array.from({ length: 384 }, () => 0.1),
    );
    builder.output(behind(builder, builder.op('Gemm', [flat, weight])), 'float32', ['N', 2], 'y');
    expect(viewBackbone(modelOf(builder), 'm.onnx')).toMatchObject({ features: flat, droppedClassifier: true });
  });

  it.each([
    ['before the pooling', true],
    ['behind it', false],
  ])('are what a convolution of single pixels reads that is the classifier, %s', (_, isBefore) => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', ['N', 3, 8, 8]);
    const body = builder.op('Relu', ['x']);
    const weight = builder.constant('float32', [2, 3, 1, 1], [1, 2, 3, 4, 5, 6]);
    const pooled = isBefore ? body : builder.op('GlobalAveragePool', [body]);
    const scores = builder.op('Conv', [pooled, weight]);
    const last = isBefore ? builder.op('GlobalAveragePool', [scores]) : scores;
    builder.output(builder.op('Flatten', [last]), 'float32', ['N', 2], 'y');
    expect(viewBackbone(modelOf(builder), 'm.onnx')).toMatchObject({ features: pooled, droppedClassifier: true });
  });

  it('are its maps when it ends in a convolution of single pixels, and nothing pools them', () => {
    const builder = new GraphBuilder(17);
    builder.input('x', 'float32', ['N', 3, 8, 8]);
    const weight = builder.constant('float32', [2, 3, 1, 1], [1, 2, 3, 4, 5, 6]);
    builder.output(builder.op('Conv', ['x', weight]), 'float32', ['N', 2, 8, 8], 'y');
    expect(viewBackbone(modelOf(builder), 'm.onnx')).toMatchObject({ features: 'y', droppedClassifier: false });
  });

  it('are of the output called so among several, else of the deepest', () => {
    const build = (names: readonly [string, string]): string => {
      const builder = new GraphBuilder(17);
      builder.input('x', 'float32', ['N', 3, 8, 8]);
      const early = builder.op('GlobalAveragePool', ['x']);
      const deep = builder.op('GlobalAveragePool', [builder.op('Relu', [builder.op('Relu', ['x'])])]);
      builder.output(early, 'float32', ['N', 3, 1, 1], names[0]);
      builder.output(deep, 'float32', ['N', 3, 1, 1], names[1]);
      return viewBackbone(modelOf(builder), 'm.onnx').features;
    };
    expect(build(['aux', 'logits'])).toBe('logits');
    expect(build(['last_hidden_state', 'logits'])).toBe('last_hidden_state');
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
    ['with two channels', backbone({ shape: ['N', 2, 8, 8] }), 'model.input-channels', /of 2 channels/],
    [
      'with open channels',
      backbone({ shape: ['N', 'c', 8, 8] }),
      'model.input-channels',
      /an unknown number of channels/,
    ],
    ['with 8 channels', backbone({ shape: ['N', 8, 8, 8] }), 'model.input-channels', /8 channels/],
    [
      'with vectors as input',
      backbone({ shape: ['N', 64] }),
      'model.not-for-pictures',
      /“input” of m.onnx has 2 dimensions/,
    ],
    ['with bytes as input, which are adapted before', ofBytes, 'model.input-type', /takes uint8/],
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
