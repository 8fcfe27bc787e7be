/** Models as they come from elsewhere: trained on, quantized, with pictures in other forms. */
import { describe, expect, it, test } from 'vitest';
import { adapt } from '#shared/compiler/adapting/adapt.ts';
import { ownRange } from '#shared/compiler/adapting/expected-range.ts';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { float32Values, type DType } from '#shared/ir/tensor.ts';
import { backbone } from '#test/support/backbones.ts';

function modelOf(builder: GraphBuilder): Model {
  return { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

function pictures(shape: readonly (number | string)[], dtype: DType = 'float32'): GraphBuilder {
  const builder = new GraphBuilder(17);
  builder.input('x', dtype, shape);
  return builder;
}

it('leaves a model alone that wants nothing', () => {
  const model = backbone();
  expect(adapt(model, 'm.onnx')).toEqual({ model, adapted: { trainingMode: 0, integers: 0, halves: 0, input: [] } });
  expect(adapt(model, 'm.onnx').model).toBe(model);
});

test('normalization and Dropout in training mode are used as after training', () => {
  const builder = pictures(['N', 3, 8, 8]);
  const three = (value: number): string => builder.constant('float32', [3], [value, value, value]);
  const outputs = ['y', 'mean', 'variance'];
  builder.append({
    name: '',
    op: 'BatchNormalization',
    domain: '',
    inputs: ['x', three(1), three(0), three(0), three(1)],
    outputs,
    attributes: { training_mode: { type: 'int', value: 1 }, epsilon: { type: 'float', value: 1e-5 } },
  });
  const kept = builder.op('Dropout', ['y', builder.scalar('float32', 0.5), builder.constant('bool', [], [1])]);
  builder.output(kept, 'float32', ['N', 3, 8, 8], 'features');
  builder.output('mean', 'float32', [3]);
  const { model, adapted } = adapt(modelOf(builder), 'm.onnx');
  expect(adapted.trainingMode).toBe(2);
  const [normalization, dropout] = model.graph.nodes;
  expect(normalization).toMatchObject({ outputs: ['y'], attributes: { epsilon: { value: expect.any(Number) } } });
  expect(normalization?.attributes).not.toHaveProperty('training_mode');
  expect(dropout?.inputs).toEqual(['y']);
  expect(model.graph.outputs.map(({ name }) => name)).toEqual(['features']);
});

describe('integer weights', () => {
  test('become the floats they stand for, by channel, and rounding in between is left out', () => {
    const builder = pictures(['N', 3, 8, 8]);
    const scale = builder.scalar('float32', 0.1);
    const zero = builder.constant('uint8', [], [128]);
    const rounded = builder.op('DequantizeLinear', [builder.op('QuantizeLinear', ['x', scale, zero]), scale, zero]);
    const weight = builder.op(
      'DequantizeLinear',
      [
        builder.constant('int8', [2, 3, 1, 1], [-128, 0, 1, 2, 3, 127]),
        builder.constant('float32', [2], [0.5, 2]),
        builder.constant('int8', [2], [0, 1]),
      ],
      { axis: 0 },
    );
    builder.output(builder.op('Conv', [rounded, weight]), 'float32', ['N', 2, 8, 8], 'features');
    const { model, adapted } = adapt(modelOf(builder), 'm.onnx');
    expect(adapted.integers).toBe(2);
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(['Identity', 'Conv', 'Identity']);
    const stored = model.graph.initializers.get(weight);
    expect([...float32Values(stored!)]).toEqual([-64, 0, 0.5, 2, 4, 252]);
  });

  test('rounding alone is left out, and counted', () => {
    const builder = pictures(['N', 3, 8, 8]);
    const scale = builder.scalar('float32', 0.1);
    const rounded = builder.op('DequantizeLinear', [builder.op('QuantizeLinear', ['x', scale]), scale]);
    builder.output(rounded, 'float32', ['N', 3, 8, 8], 'features');
    expect(adapt(modelOf(builder), 'm.onnx').adapted.integers).toBe(1);
  });

  test.each(['ConvInteger', 'QLinearConv', 'DynamicQuantizeLinear'])('that %s computes with are refused', (op) => {
    const builder = pictures(['N', 3, 8, 8]);
    builder.output(builder.op(op, ['x', 'x']), 'float32', ['N', 3, 8, 8], 'y');
    expect(() => adapt(modelOf(builder), 'm.onnx')).toThrow(`computes with integers (operator ${op})`);
  });
});

test('half precision becomes float32, from input to output', () => {
  const builder = pictures(['N', 3, 8, 8], 'float16');
  const weight = builder.constant('float16', [1, 3, 1, 1], [0.5, 1, 2]);
  const back = builder.cast(builder.cast(builder.op('Conv', ['x', weight]), 'float32'), 'float16');
  builder.output(back, 'float16', ['N', 1, 8, 8], 'features');
  const { model, adapted } = adapt(modelOf(builder), 'm.onnx');
  expect(adapted).toEqual({ trainingMode: 0, integers: 0, halves: 1, input: [] });
  expect(model.graph.inputs[0]?.dtype).toBe('float32');
  expect(model.graph.outputs[0]?.dtype).toBe('float32');
  expect([...float32Values(model.graph.initializers.get(weight)!)]).toEqual([0.5, 1, 2]);
  const casts = model.graph.nodes.filter(({ op }) => op === 'Cast');
  expect(casts.map(({ attributes }) => attributes['to'])).toEqual(casts.map(() => ({ type: 'int', value: 1 })));
});

describe('pictures in another form', () => {
  const adapted = (shape: readonly (number | string)[], dtype: DType = 'float32') => {
    const builder = pictures(shape, dtype);
    builder.output(builder.op('Identity', ['x']), dtype, shape, 'features');
    const result = adapt(modelOf(builder), 'm.onnx');
    return { changes: result.adapted.input, view: viewBackbone(result.model, 'm.onnx'), graph: result.model.graph };
  };

  it('are made of float32 [N, 3, H, W]', () => {
    const last = adapted(['N', 16, 8, 3]);
    expect(last.changes).toEqual(['channels-last']);
    expect(last.view).toMatchObject({ size: [3, 16, 8], input: { dtype: 'float32', shape: ['N', 3, 16, 8] } });
    expect(last.graph.nodes.map(({ op }) => op)).toEqual(['Transpose', 'Identity', 'Identity', 'Identity']);
    expect(adapted(['N', 1, 8, 8]).changes).toEqual(['grey']);
    expect(adapted(['N', 3, 8, 8], 'uint8').changes).toEqual(['bytes']);
    expect(adapted(['N', 'h', 'w', 1], 'uint8').changes).toEqual(['channels-last', 'grey', 'bytes']);
  });

  it('of channels left open are as many as are read', () => {
    const builder = pictures(['N', 'c', 'h', 'w']);
    const weight = builder.constant('float32', [1, 3, 1, 1], [1, 2, 3]);
    builder.output(builder.op('Conv', ['x', weight]), 'float32', ['N', 1, 'h', 'w'], 'features');
    const { model, adapted: done } = adapt(modelOf(builder), 'm.onnx');
    expect(done.input).toEqual([]);
    expect(viewBackbone(model, 'm.onnx').size).toEqual([3, 0, 0]);
  });
});

describe('the range of colours', () => {
  const rangeOf = (begin: (builder: GraphBuilder) => string): string | undefined => {
    const builder = pictures(['N', 3, 8, 8]);
    const weight = builder.constant('float32', [1, 3, 1, 1], [1, 2, 3]);
    builder.output(builder.op('Conv', [begin(builder), weight]), 'float32', ['N', 1, 8, 8], 'features');
    return ownRange(modelOf(builder));
  };
  const three = (b: GraphBuilder, values: readonly number[]): string => b.constant('float32', [1, 3, 1, 1], values);
  const one = (b: GraphBuilder, value: number): string => b.scalar('float32', value);

  it.each<[string, string | undefined, (builder: GraphBuilder) => string]>([
    ['is not told by a model that begins with a layer', undefined, () => 'x'],
    ['is 0 to 255 where it is divided by 255', 'bytes', (b) => b.op('Div', ['x', one(b, 255)])],
    ['is 0 to 255 where 127 is taken off', 'bytes', (b) => b.op('Div', [b.op('Sub', ['x', one(b, 127)]), one(b, 128)])],
    ['is 0 to 255 where Caffe’s means are', 'bytes', (b) => b.op('Sub', ['x', three(b, [103.9, 116.8, 123.7])])],
    [
      'is 0 to 255 where ImageNet’s of bytes are',
      'bytes',
      (b) => b.op('Div', [b.op('Sub', ['x', three(b, [123.7, 116.8, 103.9])]), three(b, [58.4, 57.1, 57.4])]),
    ],
    [
      'is 0 to 1 where ImageNet’s are',
      'none',
      (b) => b.op('Div', [b.op('Sub', ['x', three(b, [0.485, 0.456, 0.406])]), three(b, [0.229, 0.224, 0.225])]),
    ],
    [
      'is 0 to 1 where it is multiplied by 255 first',
      'none',
      (b) => b.op('Div', [b.op('Sub', [b.op('Mul', ['x', one(b, 255)]), one(b, 127)]), one(b, 128)]),
    ],
  ])('%s', (_, range, begin) => {
    expect(rangeOf(begin)).toBe(range);
  });
});
