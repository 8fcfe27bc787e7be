import { describe, expect, it } from 'vitest';
import { normalizationOf, resolve, type Assembly } from '#shared/compiler/1-resolve.ts';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import { handover } from '#shared/compiler/handover.ts';
import { rename } from '#shared/compiler/subgraph.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import type { Graph, Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { backbone } from '#test/support/backbones.ts';
import { project } from '#test/support/documents.ts';

const usual = resolveRecipe(project());
const recipeWith = (backbonePart: Partial<Recipe['backbone']>, head: Partial<Recipe['head']> = {}): Recipe => ({
  ...usual,
  backbone: { ...usual.backbone, ...backbonePart },
  head: { ...usual.head, ...head },
});

function assemble(model: Model, recipe = recipeWith({ normalization: 'none' }), width = 6): Assembly {
  const view = viewBackbone(model, 'm.onnx');
  return resolve(recipe, { model, view, featureShape: [width, 8, 8], size: [8, 8] }, 3);
}

function expectLegal({ training, inference }: Assembly): void {
  expect(violations(training)).toEqual([]);
  expect(violations(inference)).toEqual([]);
  for (const { graph } of [training, inference]) {
    expect(graph.inputs[0]).toEqual({ name: 'input', dtype: 'float32', shape: ['N', 3, 8, 8] });
    expect(graph.outputs).toEqual([{ name: 'logits', dtype: 'float32', shape: ['N', 3] }]);
  }
}

/** The graph with every value renamed that the map names. */
function renamed(model: Model, names: Readonly<Record<string, string>>): Model {
  return { ...model, graph: rename(model.graph, new Map(Object.entries(names))) };
}

describe('normalisation', () => {
  const inside = { ...backbone(), metadata: { 'graft.preprocess': '{"normalization":"inside"}' } };
  const before = (assembly: Assembly): string[] => assembly.inference.graph.nodes.map(({ op }) => op).slice(0, 3);

  it('of “auto” is ImageNet’s, unless the model has its own inside', () => {
    const { backbone: part } = recipeWith({ normalization: 'auto' });
    expect(normalizationOf(part, backbone())).toBe('imagenet');
    expect(normalizationOf(part, inside)).toBe('none');
    expect(normalizationOf({ ...part, normalization: 'half' }, inside)).toBe('half');
  });

  it.each([
    ['imagenet', [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]],
    ['half', [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
  ] as const)('%s takes off the mean and divides by the deviation', (normalization, mean, deviation) => {
    const assembly = assemble(backbone(), recipeWith({ normalization }));
    expectLegal(assembly);
    const [sub, div] = assembly.inference.graph.nodes;
    expect([sub?.op, sub?.inputs[0], div?.op, div?.inputs[0]]).toEqual(['Sub', 'input', 'Div', sub?.outputs[0]]);
    const constants = [sub, div].map((node) =>
      numbers(assembly.inference.graph.initializers.get(node?.inputs[1] ?? '') as Tensor),
    );
    expect(constants).toEqual([mean.map(Math.fround), deviation.map(Math.fround)]);
  });

  it('of “none” gives the pictures to the backbone as they are', () => {
    expect(before(assemble(backbone()))).toEqual(['Conv', 'Relu', 'Conv']);
    expect(before(assemble(inside, recipeWith({ normalization: 'auto' })))).toEqual(['Conv', 'Relu', 'Conv']);
  });
});

describe('names of the backbone that are needed', () => {
  it.each(['logits', 'target', 'weight', 'rows', 'labels', 'order', 'lr', 'step', 'loss', 'pixel_values'])(
    'do not clash when its input is called %s',
    (input) => {
      for (const normalization of ['none', 'imagenet'] as const)
        expectLegal(assemble(backbone({ input }), recipeWith({ normalization })));
    },
  );

  it('do not clash when its values and weights are called so', () => {
    const model = renamed(backbone(), { conv: 'target', relu: 'loss', w1_weight: 'weight', w2_weight: 'labels' });
    const assembly = assemble(model);
    expectLegal(assembly);
    expect(Object.fromEntries(assembly.renamed)).toMatchObject({
      target: 'backbone/target',
      loss: 'backbone/loss',
      weight: 'backbone/weight',
      labels: 'backbone/labels',
    });
    const names = assembly.training.graph.nodes.flatMap(({ outputs }) => outputs);
    expect(names).not.toContain('target');
    expect(assembly.training.graph.initializers.get('backbone/weight')).toBe(model.graph.initializers.get('weight'));
  });

  it('do not clash with each other’s new names', () => {
    expectLegal(assemble(renamed(backbone(), { conv: 'target', relu: 'backbone/target' })));
  });

  it('do not clash when the backbone was itself trained here, time and again', () => {
    const recipe = recipeWith({ normalization: 'imagenet' }, { hidden: [7], dropout: 0.5 });
    let model = backbone();
    let width = 6;
    for (let generation = 1; generation <= 3; generation++) {
      const assembly = assemble(model, recipe, width);
      expectLegal(assembly);
      const about = { task: 't', labels: ['a', 'b', 'c'], run: '', backbone: '', license: '' };
      model = handover(assembly.inference, assembly.head, { ...about, size: [8, 8], resize: 'stretch' });
      expect(violations(model)).toEqual([]);
      // The layer that was hidden is now the features.
      width = 7;
    }
  });

  it('are followed into the bodies of branches', () => {
    const model = renamed(backbone({ branches: [2] }), { relu: 'step', relu_1: 'target' });
    const assembly = assemble(model);
    expectLegal(assembly);
    const branch = assembly.training.graph.nodes.find(({ op }) => op === 'If');
    const body = branch?.attributes['then_branch'] as { value: Graph };
    expect(body.value.nodes[0]?.inputs[0]).toBe('backbone/target');
  });
});

describe('the assembled model', () => {
  it('has dropout in training alone, and the same weights in both forms', () => {
    const assembly = assemble(backbone(), recipeWith({ normalization: 'none' }, { hidden: [4], dropout: 0.5 }));
    expectLegal(assembly);
    expect(assembly.dropouts.map(({ name }) => name)).toEqual(['dropout/0', 'dropout/1']);
    expect(assembly.training.graph.inputs).toHaveLength(3);
    expect(assembly.inference.graph.inputs).toHaveLength(1);
    expect(assembly.training.graph.initializers).toEqual(assembly.inference.graph.initializers);
  });

  it('leaves the classifier that the backbone came with out', () => {
    const { graph } = assemble(backbone({ ending: 'classifier' })).inference;
    expect(graph.initializers.has('fc.weight')).toBe(false);
  });
});

it('an omitted input stays omitted when values are renamed', () => {
  const graph: Graph = {
    name: 'g',
    inputs: [{ name: 'x', dtype: 'float32', shape: [] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [] }],
    nodes: [{ name: '', op: 'Clip', domain: '', inputs: ['x', '', 'm'], outputs: ['y', ''], attributes: {} }],
    initializers: new Map(),
  };
  expect(rename(graph, new Map([['x', 'z']])).nodes[0]).toMatchObject({ inputs: ['z', '', 'm'], outputs: ['y', ''] });
});
