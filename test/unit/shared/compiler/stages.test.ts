import { describe, expect, it } from 'vitest';
import { findStages, type StageCut } from '#shared/compiler/stages.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { producers, type Model } from '#shared/ir/graph.ts';
import { backbone, named, randomTensor } from '#test/support/backbones.ts';

function stagesOf({ graph }: Model): StageCut[] {
  return findStages(graph, graph.inputs[0]?.name as string, graph.outputs[0]?.name as string);
}
const weights = (...layers: number[]): string[] => layers.flatMap((layer) => [`w${layer}_weight`, `w${layer}_bias`]);

describe('stages by name', () => {
  it('follow PyTorch’s node names', () => {
    const model = backbone({ names: 'nodes' });
    const stages = stagesOf(model);
    expect(stages.map(({ stage }) => stage)).toEqual(['stage1', 'stage2', 'stage3']);
    expect(stages.map(({ parameters }) => parameters)).toEqual([weights(1), weights(2), weights(3)]);
    // 3·4·9 + 4, 4·4·9 + 4, 4·6·9 + 6 parameters.
    expect(stages.map(({ parametersBelow, parametersAbove }) => [parametersBelow, parametersAbove])).toEqual([
      [0, 112 + 148 + 222],
      [112, 148 + 222],
      [260, 222],
    ]);
  });

  it('are cut at the one tensor that carries everything', () => {
    const { graph } = backbone({ names: 'nodes' });
    const producer = producers(graph);
    const [first, ...others] = findStages(graph, 'input', 'output');
    expect(first?.tensor).toBe('input');
    expect(others.map(({ tensor }) => producer.get(tensor)?.op)).toEqual(['Relu', 'Relu']);
  });

  it('follow the names of the weights where nodes have none', () => {
    const stages = stagesOf(backbone({ names: 'weights' }));
    expect(stages.map(({ stage }) => stage)).toEqual(['stage1', 'stage2', 'stage3']);
    expect(stages[1]?.parameters).toEqual(['stage2.conv.weight', 'stage2.conv.bias']);
  });

  it('go as deep into the names as it takes to find three', () => {
    const builder = new GraphBuilder(17);
    let value = builder.input('input', 'float32', [1, 3, 4, 4]);
    for (const layer of ['0', '1', '2', '3']) {
      const weight = builder.initializer(`model.features.${layer}.weight`, randomTensor([3, 3, 1, 1], 1));
      value = builder.op('Relu', [builder.op('Conv', [value, weight])]);
    }
    builder.output(value, 'float32', [1, 3, 4, 4], 'output');
    const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    expect(stagesOf(model).map(({ stage }) => stage)).toEqual([
      'model.features.0',
      'model.features.1',
      'model.features.2',
      'model.features.3',
    ]);
  });

  it('do not begin inside a skip connection', () => {
    const builder = new GraphBuilder(17);
    let value = builder.input('input', 'float32', [1, 3, 4, 4]);
    const layer = (scope: string, from: string): string =>
      named(builder, `/${scope}/Conv`, 'Conv', [
        from,
        builder.initializer(`${scope}_w`, randomTensor([3, 3, 1, 1], 1)),
      ]);
    value = builder.op('Relu', [layer('first', value)]);
    const inside = layer('right', layer('left', value));
    value = builder.op('Relu', [builder.op('Add', [inside, value])]);
    value = layer('last', value);
    builder.output(value, 'float32', [1, 3, 4, 4], 'output');
    const model = { graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
    const stages = stagesOf(model);
    expect(stages.map(({ stage }) => stage)).toEqual(['first', 'left', 'last']);
    expect(stages[1]?.parameters).toEqual(['left_w', 'right_w']);
  });

  it('keep a norm with the layer before it', () => {
    const builder = new GraphBuilder(17);
    let value = builder.input('input', 'float32', [1, 3, 4, 4]);
    for (const scope of ['a', 'b', 'c']) {
      value = named(builder, `/${scope}/Conv`, 'Conv', [
        value,
        builder.initializer(`${scope}_w`, randomTensor([3, 3, 1, 1], 1)),
      ]);
      const statistics = ['scale', 'shift', 'mean', 'var'].map((part) =>
        builder.initializer(`${scope}_${part}`, randomTensor([3], 2)),
      );
      value = named(builder, `/norm-${scope}/BatchNormalization`, 'BatchNormalization', [value, ...statistics]);
    }
    builder.output(value, 'float32', [1, 3, 4, 4], 'output');
    const stages = stagesOf({ graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} });
    expect(stages.map(({ stage }) => stage)).toEqual(['a', 'b', 'c']);
    expect(stages[0]?.parameters).toEqual(['a_w', 'a_scale', 'a_shift']);
  });
});

describe('stages without names', () => {
  it('are numbered, one for each layer', () => {
    const stages = stagesOf(backbone({ names: 'none' }));
    expect(stages.map(({ stage }) => stage)).toEqual(['stage1', 'stage2', 'stage3']);
    expect(stages.map(({ parameters }) => parameters)).toEqual([weights(1), weights(2), weights(3)]);
  });

  it.each([
    [8, [1, 1, 1, 1, 1, 1, 1, 1]],
    [17, [3, 3, 3, 3, 3, 2]],
    [20, [3, 3, 3, 3, 3, 3, 2]],
  ])('of %i layers are at most eight, evenly spread, and leave no weight out', (layers, expected) => {
    const stages = stagesOf(backbone({ names: 'none', widths: Array.from({ length: layers }, () => 3) }));
    expect(stages.map(({ stage }) => stage)).toEqual(expected.map((_, index) => `stage${index + 1}`));
    expect(stages.map(({ parameters }) => parameters.length / 2)).toEqual(expected);
  });

  it('are none where there is nothing to train', () => {
    const builder = new GraphBuilder(17);
    builder.input('input', 'float32', [1, 3, 4, 4]);
    builder.output(builder.op('Relu', ['input']), 'float32', [1, 3, 4, 4], 'output');
    expect(stagesOf({ graph: builder.build('g'), opsets: { '': 17 }, irVersion: 8, metadata: {} })).toEqual([]);
  });
});

it('what lies beside the way to the output belongs to no stage', () => {
  const model = backbone({ names: 'nodes' });
  const builder = new GraphBuilder(17, model.graph);
  const unused = builder.initializer('unused', randomTensor([2, 3, 1, 1], 1));
  builder.op('Conv', ['input', unused]);
  const stages = stagesOf({ ...model, graph: builder.build('g') });
  expect(stages.flatMap(({ parameters }) => parameters)).not.toContain('unused');
  expect(stages[0]?.parametersAbove).toBe(112 + 148 + 222);
});
