/** What gradients are taken to be where there is none: at ties of maxima and at zeros of norms. */
import type * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { appendGradient } from '#shared/compiler/5-grad.ts';
import type { Shape } from '#shared/core/shape.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import type { OperatorName } from '#shared/ops/names.ts';
import { InferenceSession, Tensor } from '#electron/engine/runtime/onnxruntime.ts';

interface Tensor {
  readonly shape: Shape;
  readonly data: readonly number[];
}

const opset = 21;

/** dx of one operator with one input, given the cotangent of its output. */
async function gradient(
  op: OperatorName,
  x: Tensor,
  dy: Tensor,
  attributes: Record<string, AttributeValue> = {},
): Promise<number[]> {
  const builder = new GraphBuilder(opset);
  builder.input('x', 'float32', x.shape);
  const y = builder.op(op, ['x'], attributes);
  builder.input('dy', 'float32', dy.shape);
  const types = new Map<string, TensorType>([
    ['x', { dtype: 'float32', shape: x.shape }],
    [y, { dtype: 'float32', shape: dy.shape }],
  ]);
  const gradients = appendGradient(builder, { ...builder.build('one'), types }, new Map([[y, 'dy']]), ['x']);
  const result = gradients.get('x') as string;
  const model = { graph: builder.build('gradient'), opsets: { '': opset }, irVersion: 8, metadata: {} };
  const session = await InferenceSession.create(encodeModel(model, [result]), { intraOpNumThreads: 1 });
  const feeds = Object.fromEntries(
    Object.entries({ x, dy }).map(([name, { shape, data }]) => [
      name,
      new Tensor('float32', Float32Array.from(data), shape),
    ]),
  );
  const { data } = (await session.run(feeds))[result] as ort.Tensor;
  await session.release();
  return Array.from(data as Float32Array, (value) => value + 0);
}

test('of equal elements in a window the first takes the gradient', async () => {
  const x = { shape: [1, 1, 2, 4], data: [1, 3, 0, 0, 3, 3, 0, 0] };
  const dy = { shape: [1, 1, 1, 2], data: [5, 7] };
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
  expect(await gradient('MaxPool', x, dy, attributes)).toEqual([0, 5, 7, 0, 0, 0, 0, 0]);
});

test('equal maxima of a whole plane share the gradient', async () => {
  const x = { shape: [1, 2, 3], data: [2, 1, 2, 0, 0, 0] };
  const dy = { shape: [1, 2, 1], data: [4, 6] };
  expect(await gradient('GlobalMaxPool', x, dy)).toEqual([2, 0, 2, 2, 2, 2]);
});

test.each([1, 2, 3])('the %i-norm of zeros gives no gradient', async (p) => {
  const x = { shape: [1, 1, 4], data: [0, 0, 0, -2] };
  const dy = { shape: [1, 1, 2], data: [5, 7] };
  expect(await gradient('LpPool', x, dy, { kernel_shape: [2], strides: [2], p })).toEqual([0, 0, 0, -7]);
  const whole = { shape: [1, 1, 4], data: [0, 0, 0, 0] };
  expect(await gradient('GlobalLpPool', whole, { shape: [1, 1, 1], data: [5] }, { p })).toEqual([0, 0, 0, 0]);
});

test.each([1, 2])('a vector of zeros stays as it is under the %i-norm', async (p) => {
  const zeros = { shape: [1, 3], data: [0, 0, 0] };
  expect(await gradient('LpNormalization', zeros, { shape: [1, 3], data: [1, 2, 3] }, { p })).toEqual([0, 0, 0]);
});
