import { expect, it } from 'vitest';
import { timeFirst } from '#shared/compiler/time-first.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { float32Tensor } from '#shared/ir/tensor.ts';

const modelOf = (builder: GraphBuilder): Model => ({
  graph: builder.build('g'),
  opsets: { '': builder.opset },
  irVersion: 8,
  metadata: {},
});

/** Every node as its operator, inputs and outputs, and the order a Transpose puts axes in. */
const written = (graph: Graph): string[] =>
  graph.nodes.map(({ op, inputs, outputs, attributes: { perm } }) => {
    const order = perm?.type === 'ints' ? ` ${perm.value.join('')}` : '';
    return `${outputs.join(' ')} = ${op}${order} ${inputs.join(' ')}`;
  });

/** Appends an LSTM of x without Y_h and sequence lengths. */
function appendLayer(builder: GraphBuilder, layout: number): void {
  const inputs = ['x', 'w', 'r', '', '', 'h', 'c'];
  const attributes = { hidden_size: { type: 'int', value: 4 }, layout: { type: 'int', value: layout } } as const;
  builder.append({ name: 'layer', op: 'LSTM', domain: '', inputs, outputs: ['y', '', 'last'], attributes });
}

function withInputs(): GraphBuilder {
  const builder = new GraphBuilder(17);
  builder.input('x', 'float32', [2, 5, 3]);
  builder.initializer('w', float32Tensor([1], [0]));
  builder.initializer('r', float32Tensor([1], [0]));
  builder.initializer('h', float32Tensor([1], [0]));
  builder.initializer('c', float32Tensor([1], [0]));
  return builder;
}

it('puts every axis where it belongs, and back', () => {
  const builder = withInputs();
  appendLayer(builder, 1);
  const model = timeFirst(modelOf(builder));
  expect(violations(model)).toEqual([]);
  expect(written(model.graph)).toEqual([
    'x/time = Transpose 102 x',
    'h/time = Transpose 102 h',
    'c/time = Transpose 102 c',
    'y/time  last/time = LSTM x/time w r   h/time c/time',
    'y = Transpose 2013 y/time',
    'last = Transpose 102 last/time',
  ]);
  expect(model.graph.nodes[3]?.attributes).toEqual({ hidden_size: { type: 'int', value: 4 } });
});

it('reaches layers within bodies', () => {
  const builder = withInputs();
  const body = builder.body();
  appendLayer(body, 1);
  body.outputs.push({ name: 'y', dtype: 'float32', shape: [2, 5, 1, 4] });
  const condition = builder.constant('bool', [], [1]);
  const branch = { type: 'graph', value: body.build('branch') } as const;
  builder.op('If', [condition], { then_branch: branch });
  const model = timeFirst(modelOf(builder));
  expect(violations(model)).toEqual([]);
  const attribute = model.graph.nodes[0]?.attributes['then_branch'];
  expect(attribute?.type === 'graph' && written(attribute.value)).toHaveLength(6);
});

it('leaves a model without such layers as it is', () => {
  const builder = withInputs();
  appendLayer(builder, 0);
  const model = modelOf(builder);
  expect(timeFirst(model)).toBe(model);
});
