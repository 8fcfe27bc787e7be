/** Attention rows that are masked as a whole: the softmax there is not a number, and models put zeros in its place. */
import { expect, it } from 'vitest';
import { buildGradientGraph } from '#shared/compiler/gradient-graph.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { float32Tensor, numbers } from '#shared/ir/tensor.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { createSession } from '#electron/engine/runtime/session.ts';
import { fromRuntime, toRuntime } from '#electron/engine/runtime/tensors.ts';
import type * as ort from 'onnxruntime-node';

it.each(['plain', 'through a cast'])('the gradient of a replaced softmax row is zero, %s', async (way) => {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2, 2]);
  builder.input('mask', 'float32', [2, 2]);
  const softmax = builder.op('Softmax', [builder.op('Add', ['x', 'mask'])]);
  const probabilities = way === 'plain' ? softmax : builder.cast(softmax, 'float32');
  const missing = builder.op('IsNaN', [probabilities]);
  const safe = builder.op('Where', [missing, builder.scalar('float32', 0), probabilities]);
  builder.output(safe, 'float32', [2, 2], 'y');
  const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
  const session = await createSession(await buildGradientGraph(model, { of: 'y', wrt: ['x'] }, oracle), 'cpu');
  const feeds = {
    x: [0, 0, 1, 2],
    mask: [0, 0, -Infinity, -Infinity],
    'grad/y': [1, -1, 3, 4],
  };
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, toRuntime(float32Tensor([2, 2], values))])),
  );
  await session.release();
  const found = numbers(fromRuntime(results['grad/x'] as ort.Tensor));
  // Of the first row: y = ½, so dx = ½ · (dy − 0).
  expect(found).toEqual([0.5, -0.5, 0, 0]);
});
