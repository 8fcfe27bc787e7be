import { describe, expect, it } from 'vitest';
import { float, GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Graph, Model, Node } from '#shared/ir/graph.ts';
import { printGraph } from '#shared/ir/print.ts';
import { numbers, tensorOf, type Tensor } from '#shared/ir/tensor.ts';
import { upgrade } from '#shared/onnx/upgrade.ts';

const modelOf = (graph: Graph, opset: number, more: Partial<Model> = {}): Model => ({
  graph,
  opsets: { '': opset },
  irVersion: 4,
  metadata: {},
  ...more,
});

/** A model of one node on x [2, 3, 4]. */
function oneNode(
  op: string,
  opset: number,
  attributes: Record<string, AttributeValue> = {},
  inputs: readonly string[] = ['x'],
  outputs = 1,
): Model {
  const builder = new GraphBuilder(opset);
  builder.input('x', 'float32', [2, 3, 4]);
  const made = builder.opN(op, inputs, outputs, attributes);
  builder.output(made[0] as string, 'float32', [null]);
  return modelOf(builder.build('g'), opset);
}

/** Its nodes, one a line, after the graph's own line; constants by their values. */
function after(model: Model, to?: number): string[] {
  const { graph } = upgrade(model, to);
  const values = new Map([...graph.initializers].map(([name, tensor]) => [name, numbers(tensor).join(' ')]));
  const nodes = graph.nodes.map((node): Node => ({
    ...node,
    inputs: node.inputs.map((name) => (values.has(name) ? `<${values.get(name)}>` : name)),
  }));
  return printGraph({ ...graph, nodes, initializers: new Map<string, Tensor>() })
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line.includes('='));
}

describe('a model', () => {
  it('of the newest forms, or without standard operators, is left alone', () => {
    for (const opset of [17, 18, 26]) {
      const model = oneNode('Relu', opset);
      expect(upgrade(model)).toBe(model);
    }
    const other = { ...oneNode('Relu', 9), opsets: { 'ai.onnx.ml': 3 } };
    expect(upgrade(other)).toBe(other);
  });

  it('older than broadcasting is refused', () => {
    expect(() => upgrade(oneNode('Relu', 6), 17, 'old.onnx')).toThrow(/old\.onnx uses operator set 6; Graft reads 7/);
  });

  it('says what it is written in, and keeps what it is otherwise', () => {
    const model = { ...oneNode('Relu', 9), opsets: { '': 9, 'com.microsoft': 1 }, metadata: { a: 'b' } };
    const upgraded = upgrade(model);
    expect(upgraded).toMatchObject({ opsets: { '': 17, 'com.microsoft': 1 }, irVersion: 8, metadata: { a: 'b' } });
    expect(upgraded.graph).toBe(model.graph);
  });

  it('keeps the very nodes that mean the same, and the names of all values', () => {
    const builder = new GraphBuilder(9);
    builder.input('x', 'float32', [2, 3]);
    const relu = builder.op('Relu', ['x']);
    const squeezed = builder.op('Squeeze', [builder.op('Unsqueeze', [relu], { axes: [0] })], { axes: [0] });
    builder.initializer('const', tensorOf('float32', [], [1]));
    builder.output(builder.op('Add', [squeezed, 'const']), 'float32', [2, 3]);
    const model = modelOf(builder.build('g'), 9);
    const { graph } = upgrade(model);
    expect(graph.nodes.map((node) => model.graph.nodes.indexOf(node))).toEqual([0, -1, -1, 3]);
    expect(graph.nodes.flatMap((node) => node.outputs)).toEqual(model.graph.nodes.flatMap((node) => node.outputs));
    expect([...graph.initializers.keys()]).toEqual(['const', 'const_1']);
    expect(model.graph.initializers.size).toBe(1);
  });
});

describe('forms', () => {
  it.each<[string, Model, string[]]>([
    ['axes', oneNode('Unsqueeze', 12, { axes: [0] }), ['unsqueeze = Unsqueeze(x, <0>)']],
    ['no axes', oneNode('Squeeze', 12), ['squeeze = Squeeze(x)']],
    ['sizes', oneNode('Split', 12, { split: [1, 2], axis: 1 }), ['split = Split(x, <1 2>) {axis=1}']],
    ['upper limit', oneNode('Clip', 10, { max: float(6) }), ['clip = Clip(x, -, <6>)']],
    ['limits that say nothing', oneNode('Clip', 10, { min: float(-3.4028235e38) }), ['clip = Clip(x)']],
    ['border', oneNode('Pad', 10, { pads: [0, 0, 0, 1, 0, 0], value: float(2) }), ['pad = Pad(x, <0 0 0 1 0 0>, <2>)']],
    ['cut', oneNode('Slice', 9, { starts: [1], ends: [2], axes: [1] }), ['slice = Slice(x, <1>, <2>, <1>)']],
    ['count', oneNode('TopK', 9, { k: 2, axis: 1 }), ['topk = TopK(x, <2>) {axis=1}']],
    ['ratio', oneNode('Dropout', 9, { ratio: 0.3 }), ['dropout = Dropout(x)']],
    ['rows of one axis', oneNode('Softmax', 9, { axis: 2 }), ['softmax = Softmax(x) {axis=2}']],
    [
      'rows of several axes',
      oneNode('Softmax', 9),
      [
        'flatten = Flatten(x) {axis=1}',
        'softmax_1 = Softmax(flatten) {axis=-1}',
        'shape = Shape(x)',
        'softmax = Reshape(softmax_1, shape) {allowzero=1}',
      ],
    ],
    [
      'scales',
      oneNode('Upsample', 7, { scales: { type: 'floats', value: [1, 2, 2] } }),
      [
        'upsample = Resize(x, -, <1 2 2>) {mode=nearest, coordinate_transformation_mode=asymmetric, nearest_mode=floor}',
      ],
    ],
    [
      'regions',
      oneNode('RoiAlign', 10, { output_width: 2 }, ['x', 'r', 'b']),
      ['roialign = RoiAlign(x, r, b) {output_width=2, coordinate_transformation_mode=output_half_pixel}'],
    ],
    [
      'unused statistics',
      oneNode('BatchNormalization', 9, {}, ['x', 's', 'b', 'm', 'v'], 5),
      [
        'batchnormalization, batchnormalization_1, batchnormalization_2 = BatchNormalization(x, s, b, m, v) {training_mode=1}',
      ],
    ],
    ['writing', oneNode('Scatter', 9, {}, ['x', 'i', 'u']), ['scatter = ScatterElements(x, i, u)']],
  ])('%s', (_, model, expected) => {
    expect(after(model)).toEqual(expected);
  });

  it('of a target in between are those of that one', () => {
    const regions = oneNode('RoiAlign', 10, {}, ['x', 'r', 'b']);
    expect(upgrade(regions, 13).graph).toBe(regions.graph);
    expect(after(oneNode('Softmax', 9), 13).at(-1)).toBe('softmax = Reshape(softmax_1, shape)');
    expect(after(oneNode('Scatter', 9, {}, ['x', 'i', 'u']), 13)).toEqual(['scatter = ScatterElements(x, i, u)']);
    expect(upgrade(oneNode('Clip', 10), 13).opsets['']).toBe(13);
  });

  it('of a Softmax on what a linear layer gives stay one node', () => {
    const builder = new GraphBuilder(9);
    builder.input('x', 'float32', ['N', 3, 8, 8]);
    builder.initializer(
      'w',
      tensorOf(
        'float32',
        [192, 2],
        Array.from({ length: 384 }, () => 0),
      ),
    );
    builder.initializer('b', tensorOf('float32', [2], [0, 0]));
    const scores = builder.op('Gemm', [builder.op('Flatten', ['x']), 'w', 'b']);
    builder.output(builder.op('Softmax', [scores]), 'float32', ['N', 2]);
    expect(after(modelOf(builder.build('g'), 9)).at(-1)).toContain('Softmax(gemm) {axis=-1}');
  });

  it('of a Softmax behind a hundred branches that come together again', () => {
    const builder = new GraphBuilder(9);
    builder.input('x', 'float32', ['N', 3]);
    let value = 'x';
    for (let layer = 0; layer < 100; layer++) value = builder.op('Add', [value, builder.op('Relu', [value])]);
    builder.output(builder.op('Softmax', [value]), 'float32', ['N', 3]);
    expect(after(modelOf(builder.build('g'), 9))).toHaveLength(201);
  });

  it('reach into bodies, whose new constants shadow nothing', () => {
    const inner = new GraphBuilder(9);
    inner.output(inner.op('Unsqueeze', ['x'], { axes: [0] }), 'float32', [1, 2], 'inner');
    const branch = { type: 'graph', value: inner.build('branch') } as const;
    const outer = new GraphBuilder(9);
    outer.reserve(branch.value);
    outer.input('x', 'float32', [2]);
    outer.input('yes', 'bool', []);
    const before = outer.op('Unsqueeze', ['x'], { axes: [1] });
    outer.op('If', ['yes'], { then_branch: branch, else_branch: branch });
    outer.output(outer.op('Squeeze', [before], { axes: [1] }), 'float32', [2]);
    const { graph } = upgrade(modelOf(outer.build('g'), 9));
    const body = graph.nodes.find(({ op }) => op === 'If')?.attributes['then_branch'];
    if (body?.type !== 'graph') throw new Error('the branch is gone');
    expect(body.value.nodes[0]?.inputs).toHaveLength(2);
    expect([...body.value.initializers.keys()].filter((name) => graph.initializers.has(name))).toEqual([]);
    expect(body.value.initializers.size).toBe(1);
  });
});
