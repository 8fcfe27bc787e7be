import { describe, expect, it } from 'vitest';
import { trainableInitializers } from '#shared/compiler/trainable.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { float32Tensor, int64Tensor, tensorOf } from '#shared/ir/tensor.ts';

/** Names of float vectors called by the letters given, and a builder that has them. */
function withWeights(...names: string[]): GraphBuilder {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2, 2]);
  for (const name of names) builder.initializer(name, float32Tensor([2], [1, 2]));
  return builder;
}
const found = (builder: GraphBuilder): string[] => trainableInitializers(builder.build('g'));

describe('learned weights', () => {
  it('are the weights of layers, in order of first use, each once', () => {
    const builder = withWeights('a', 'b', 'c');
    builder.op('Gemm', [builder.op('Conv', ['x', 'b', 'c']), 'a', 'c']);
    expect(found(builder)).toEqual(['b', 'c', 'a']);
  });

  it('are found in the fused layers of transformers', () => {
    const builder = withWeights('words', 'places', 'gain', 'shift', 'w', 'b', 'gain2', 'bias', 'cosine', 'sine');
    const embedded = builder.op(
      'EmbedLayerNormalization',
      ['ids', '', 'words', 'places', '', 'gain', 'shift'],
      {},
      'com.microsoft',
    );
    const attended = builder.op('Attention', [embedded, 'w', 'b'], { num_heads: 2 }, 'com.microsoft');
    builder.op('SkipSimplifiedLayerNormalization', [attended, embedded, 'gain2', 'bias'], {}, 'com.microsoft');
    builder.op('RotaryEmbedding', [attended, 'cosine', 'sine']);
    expect(found(builder)).toEqual(['words', 'places', 'gain', 'shift', 'w', 'b', 'gain2', 'bias']);
  });

  it('leave the running statistics of batch normalisation out', () => {
    const builder = withWeights('scale', 'shift', 'mean', 'variance');
    builder.op('BatchNormalization', ['x', 'scale', 'shift', 'mean', 'variance']);
    expect(found(builder)).toEqual(['scale', 'shift']);
  });

  it('leave what pictures are normalised with out', () => {
    const builder = withWeights('mean', 'deviation', 'w');
    const scaled = builder.op('Div', [builder.op('Sub', ['x', 'mean']), 'deviation']);
    builder.op('MatMul', [scaled, 'w']);
    expect(found(builder)).toEqual(['w']);
  });

  it('leave single numbers out, which are constants of the architecture', () => {
    const builder = withWeights('offset');
    builder.initializer('half', float32Tensor([], [0.5]));
    builder.initializer('one', float32Tensor([1, 1], [1]));
    builder.op('Add', [builder.op('Mul', [builder.op('Add', ['x', 'one']), 'half']), 'offset']);
    expect(found(builder)).toEqual(['offset']);
  });

  it('take in a token that is put before all others, but no border', () => {
    const builder = withWeights('token', 'mask');
    builder.initializer('border', float32Tensor([1, 2], [0, 0]));
    builder.initializer('shape', int64Tensor([2], [3, 2]));
    builder.op('Concat', [builder.op('Expand', ['token', 'shape']), 'x', 'border', 'shape']);
    builder.op('Add', ['x', builder.op('Expand', ['mask', 'shape'])]);
    expect(found(builder)).toEqual(['token']);
  });

  it('leave the frequencies of position embeddings out', () => {
    const builder = withWeights('frequencies', 'w', 'b');
    const angles = builder.op('Transpose', [builder.op('MatMul', ['frequencies', 'x'])]);
    const both = builder.op('Concat', [angles, angles]);
    builder.op('MatMul', [builder.op('Mul', [builder.op('Cos', [both]), builder.op('Sin', [both])]), 'w']);
    builder.op('Sin', [builder.op('Add', [builder.op('MatMul', ['x', 'w']), 'w'])]);
    builder.op('Relu', [builder.op('Mul', ['x', 'b'])]);
    expect(found(builder)).toEqual(['w', 'b']);
  });

  it('leave what is no float out', () => {
    const builder = withWeights();
    builder.initializer('ids', int64Tensor([2], [1, 2]));
    builder.initializer('bytes', tensorOf('uint8', [2], [1, 2]));
    builder.op('Add', ['ids', 'ids']);
    builder.op('Mul', ['bytes', 'bytes']);
    expect(found(builder)).toEqual([]);
  });

  it('leave inputs that hold no weight out: shapes, limits, gates', () => {
    const builder = withWeights('w', 'low', 'high', 'shape');
    builder.op('Clip', ['x', 'low', 'high']);
    builder.op('Reshape', ['x', 'shape']);
    builder.op('Conv', ['w', 'x']);
    expect(found(builder)).toEqual([]);
  });

  it('are found behind what exporters put between', () => {
    const builder = withWeights('a', 'b', 'c', 'd');
    const through = (name: string, ...ops: string[]): string =>
      ops.reduce((value, op) => builder.op(op, [value]), name);
    builder.op('MatMul', ['x', through('a', 'Identity')]);
    builder.op('MatMul', ['x', through('b', 'Transpose', 'Cast', 'Identity')]);
    builder.op('MatMul', ['x', through('c', 'Unsqueeze', 'Squeeze', 'Reshape')]);
    builder.op('MatMul', ['x', through('d', 'Relu')]);
    builder.op('MatMul', ['x', through('x', 'Identity')]);
    expect(found(builder)).toEqual(['a', 'b', 'c']);
  });

  it('of recurrent layers are found where their gates are put into another order', () => {
    const builder = withWeights('w', 'r', 'b', 'c', 'p', 'h');
    const reordered = (name: string): string => {
      const halves = [builder.slice(name, [0], [1], [2]), builder.slice(name, [0], [0], [1])];
      return builder.op('Unsqueeze', [builder.op('Concat', halves, { axis: 0 }), builder.ints([0])]);
    };
    const biases = builder.op('Concat', [reordered('b'), reordered('c')], { axis: 1 });
    builder.op('LSTM', ['x', reordered('w'), reordered('r'), biases, '', 'h', 'h', 'p']);
    expect(found(builder)).toEqual(['w', 'r', 'b', 'c', 'p']);
    builder.op('MatMul', ['x', reordered('h')]);
    expect(found(builder)).toEqual(['w', 'r', 'b', 'c', 'p']);
  });
});
