/** An encoder as exporters write one: layers of attention and a feed-forward part, each on a residual stream. */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Model } from '#shared/ir/graph.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';
import { randomTensor } from '#test/support/backbones.ts';

export interface TransformerOptions {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly batch: number;
  readonly tokens: number;
  readonly classes: number;
}

/** Embedded tokens [batch, tokens, width] to logits [batch, classes]. */
export function transformer({ layers, width, heads, batch, tokens, classes }: TransformerOptions): Model {
  const builder = new GraphBuilder(17);
  let seed = 0;
  const weight = (name: string, shape: readonly number[]): string =>
    builder.initializer(name, randomTensor(shape, ++seed, 1 / Math.sqrt(shape[0] as number)));
  const vector = (name: string, size: number, value: number): string =>
    builder.initializer(name, float32Tensor([size], new Float32Array(size).fill(value)));
  const linear = (value: string, name: string, from: number, to: number): string =>
    builder.op('Add', [
      builder.op('MatMul', [value, weight(`${name}.weight`, [from, to])]),
      vector(`${name}.bias`, to, 0),
    ]);
  const norm = (value: string, name: string): string =>
    builder.op('LayerNormalization', [value, vector(`${name}.weight`, width, 1), vector(`${name}.bias`, width, 0)], {
      axis: -1,
    });
  const split = (value: string, permutation: readonly number[]): string =>
    builder.transpose(builder.reshape(value, [batch, tokens, heads, width / heads]), permutation);
  const scalar = (value: number): string => builder.scalar('float32', value);

  const attention = (value: string, name: string): string => {
    const query = split(linear(value, `${name}.query`, width, width), [0, 2, 1, 3]);
    const key = split(linear(value, `${name}.key`, width, width), [0, 2, 3, 1]);
    const content = split(linear(value, `${name}.value`, width, width), [0, 2, 1, 3]);
    const scores = builder.op('Div', [builder.op('MatMul', [query, key]), scalar(Math.sqrt(width / heads))]);
    const mixed = builder.op('MatMul', [builder.op('Softmax', [scores], { axis: -1 }), content]);
    return linear(
      builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]),
      `${name}.output`,
      width,
      width,
    );
  };
  const gelu = (value: string): string => {
    const error = builder.op('Erf', [builder.op('Div', [value, scalar(Math.SQRT2)])]);
    const product = builder.op('Mul', [value, builder.op('Add', [error, scalar(1)])]);
    return builder.op('Mul', [product, scalar(0.5)]);
  };

  let stream = builder.input('input', 'float32', [batch, tokens, width]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    stream = builder.op('Add', [stream, attention(norm(stream, `${name}.norm1`), `${name}.attention`)]);
    const hidden = gelu(linear(norm(stream, `${name}.norm2`), `${name}.inner`, width, 4 * width));
    stream = builder.op('Add', [stream, linear(hidden, `${name}.outer`, 4 * width, width)]);
  }
  const pooled = builder.reduce('ReduceMean', norm(stream, 'norm'), [1], false);
  builder.output(linear(pooled, 'classifier', width, classes), 'float32', [batch, classes], 'logits');
  return { graph: builder.build('transformer'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}
