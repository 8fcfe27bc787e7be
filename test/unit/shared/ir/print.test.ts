import { expect, it } from 'vitest';
import { float, GraphBuilder } from '#shared/ir/builder.ts';
import type { TypedGraph } from '#shared/ir/graph.ts';
import { printGraph, printModel } from '#shared/ir/print.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';

const golden = new URL('../../../golden/ir/print.txt', import.meta.url).pathname;

it('prints every part of a model, one node a line', async () => {
  const body = new GraphBuilder(17);
  body.input('i', 'int64', []);
  body.input('more', 'bool', []);
  body.inputs.push({ name: 'spare', dtype: 'float32', shape: [], unknown: 'type' });
  body.input('carried', 'float32', []);
  body.output('more', 'bool', [], 'again');
  const sum = body.op('Add', ['carried', 'x']);
  body.outputs.push({ name: sum, dtype: 'float32', shape: [], unknown: 'shape' });
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', []);
  builder.input('pictures', 'float32', ['N', 3, null, 4]);
  builder.initializer('few', float32Tensor([2, 1], [1.5, -2]));
  builder.initializer('many', float32Tensor([9], new Float32Array(9)));
  builder.initializer('none', float32Tensor([0], []));
  builder.initializer('words', { dtype: 'string', shape: [1], data: new Uint8Array(), strings: ['a'] });
  const looped = builder.op('Loop', [builder.scalar('int64', 2), '', 'x'], {
    body: { type: 'graph', value: body.build('body') },
  });
  builder.opN(
    'FusedConv',
    ['pictures', '', 'few'],
    2,
    { pads: [1, 1], activation: 'Relu', alpha: float(1) },
    'com.microsoft',
  );
  builder.op('X', [], {
    rates: { type: 'floats', value: [0.5, 1] },
    names: { type: 'strings', value: ['a', 'b'] },
    table: { type: 'tensor', value: float32Tensor([1], [3]) },
  });
  builder.output(looped, 'float32', [], 'y');
  const graph = builder.build('everything');
  const typed: TypedGraph = { ...graph, types: new Map([[looped, { dtype: 'float32', shape: [] }]]) };
  const model = { graph: typed, opsets: { '': 17, 'com.microsoft': 1 }, irVersion: 8, metadata: {} };
  await expect(`${printModel(model)}\n`).toMatchFileSnapshot(golden);
  expect(printModel(model)).toContain(printGraph(typed));
});
