import { describe, expect, it } from 'vitest';
import { cutTensor, parameterGroups, partition } from '#shared/compiler/4-partition.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';
import { pooledFeatures } from '#shared/compiler/head.ts';
import { findStages } from '#shared/compiler/stages.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import { violations } from '#shared/ir/legality.ts';
import type { TensorType } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { FreezePart } from '#shared/nodes/recipe.ts';
import { backbone, randomTensor } from '#test/support/backbones.ts';

const freeze = (changes: Partial<FreezePart> = {}): FreezePart => ({
  node: 'freeze',
  mode: 'until',
  stage: 'stage2',
  backboneRate: 0.1,
  stageDecay: 2.6,
  ...changes,
});

/** Backbone of three stages, pooled, with a mask and a linear head: as phase 1 makes it, typed for a batch of 2. */
function assembled(): TypedModel {
  const { graph } = backbone({ ending: 'vector', shape: [2, 3, 8, 8] });
  const builder = new GraphBuilder(17, { ...graph, outputs: [] });
  builder.append({
    name: '',
    op: 'Identity',
    domain: '',
    inputs: ['output'],
    outputs: [pooledFeatures],
    attributes: {},
  });
  builder.input('dropout/0', 'float32', [2, 6]);
  const weight = builder.initializer('head/0/weight', randomTensor([5, 6], 1));
  const bias = builder.initializer('head/0/bias', randomTensor([5], 2));
  const dropped = builder.op('Mul', [pooledFeatures, 'dropout/0']);
  builder.output(builder.op('Gemm', [dropped, weight, bias], { transB: 1 }), 'float32', [2, 5], 'logits');
  const built = builder.build('graft');
  const types = new Map<string, TensorType>(built.initializers);
  for (const node of built.nodes) for (const name of node.outputs) types.set(name, { dtype: 'float32', shape: [2, 6] });
  types.set('input', { dtype: 'float32', shape: [2, 3, 8, 8] });
  return { graph: { ...built, types }, opsets: { '': 17 }, irVersion: 8, metadata: {} };
}

const model = assembled();
const stages = findStages(model.graph, 'input', pooledFeatures);
const head = new Set(['head/0/weight', 'head/0/bias']);

describe('the freeze line', () => {
  it('stands at the input, behind the backbone, or before a stage', () => {
    expect(cutTensor(freeze({ mode: 'none' }), stages)).toBe('input');
    expect(cutTensor(freeze({ mode: 'backbone' }), stages)).toBe(pooledFeatures);
    expect(cutTensor(freeze(), stages)).toBe(stages[1]?.tensor);
  });

  it('is in front of the last stage where none was chosen', () => {
    expect(cutTensor(freeze({ stage: '' }), stages)).toBe(cutTensor(freeze({ stage: 'stage3' }), stages));
  });

  it('names the stages there are when asked for another', () => {
    let thrown: unknown;
    try {
      cutTensor(freeze({ stage: 'stage9' }), stages);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GraftError);
    expect(thrown).toMatchObject({
      code: 'model.unknown-stage',
      node: 'freeze',
      remedy: 'Choose one of: stage1, stage2, stage3.',
    });
  });

  it.each([
    ['none', 'input', 0, ['w1_weight', 'w2_weight', 'w3_weight']],
    ['until', stages[1]?.tensor as string, 2, ['w2_weight', 'w3_weight']],
    ['backbone', pooledFeatures, 6, []],
  ])('with %s parts the graph in two', (_mode, tensor, frozenWeights, trainedWeights) => {
    const { cut, prefix, suffix } = partition(model, tensor);
    expect(cut.name).toBe(tensor);
    expect(prefix?.graph.initializers.size ?? 0).toBe(frozenWeights);
    expect([...suffix.graph.initializers.keys()].filter((name) => /^w\d_weight/.test(name))).toEqual(trainedWeights);
    expect(suffix.graph.inputs.map(({ name }) => name)).toEqual([tensor, 'dropout/0']);
    expect(suffix.graph.outputs.map(({ name }) => name)).toEqual(['logits']);
    const nodes = (prefix?.graph.nodes.length ?? 0) + suffix.graph.nodes.length;
    expect(nodes).toBe(model.graph.nodes.length);
    expect(violations(suffix)).toEqual([]);
    if (prefix) {
      expect(violations(prefix)).toEqual([]);
      expect(prefix.graph.outputs.map(({ name }) => name)).toEqual([tensor]);
    }
  });
});

describe('parameter groups', () => {
  const groupsOf = (tensor: string, changes: Partial<FreezePart> = {}, decay = 0.01) =>
    parameterGroups(partition(model, tensor), head, stages, freeze(changes), decay);
  const rateOf = (groups: ReturnType<typeof groupsOf>, name: string): number =>
    groups.find(({ parameters }) => parameters.includes(name))?.rate ?? Number.NaN;

  it('slow every stage before the last by the decay, and leave the head at the full rate', () => {
    const groups = groupsOf('input');
    expect(rateOf(groups, 'head/0/weight')).toBe(1);
    expect(rateOf(groups, 'w3_weight')).toBeCloseTo(0.1, 12);
    expect(rateOf(groups, 'w2_weight')).toBeCloseTo(0.1 / 2.6, 12);
    expect(rateOf(groups, 'w1_weight')).toBeCloseTo(0.1 / 2.6 ** 2, 12);
  });

  it('take no decay off vectors', () => {
    for (const { parameters, decay } of groupsOf('input'))
      for (const name of parameters) expect([name, decay]).toEqual([name, name.endsWith('bias') ? 0 : 0.01]);
  });

  it('hold every trained parameter once, and nothing frozen', () => {
    const names = groupsOf(stages[1]?.tensor as string).flatMap(({ parameters }) => parameters);
    expect(names.toSorted()).toEqual(
      ['head/0/bias', 'head/0/weight', 'w2_bias', 'w2_weight', 'w3_bias', 'w3_weight'].toSorted(),
    );
  });

  it('are one for all that share a rate and a decay', () => {
    expect(groupsOf('input', { backboneRate: 1, stageDecay: 1 }, 0)).toHaveLength(1);
    expect(groupsOf('input', { backboneRate: 1, stageDecay: 1 }, 0.01)).toHaveLength(2);
    expect(groupsOf(pooledFeatures, {}, 0)).toEqual([
      { parameters: ['head/0/weight', 'head/0/bias'], rate: 1, decay: 0 },
    ]);
  });
});
