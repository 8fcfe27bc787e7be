/** Operators without a gradient: the error names the operator, its node, and a freeze line that truly avoids it. */
import { describe, expect, it } from 'vitest';
import { compile } from '#shared/compiler/compile.ts';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import { violations } from '#shared/ir/legality.ts';
import type { Model } from '#shared/ir/graph.ts';
import { GraftError } from '#shared/messages/error.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { Network } from '#electron/engine/training/network.ts';
import { batchesFor, compileModel, modelsOf, recipeWith, type RecipeChanges } from '#test/engine/compiler/support.ts';
import { backbone, type BackboneOptions } from '#test/support/backbones.ts';

const widths = [3, 3, 3, 3, 3];

async function refusalOf(model: Model, changes: RecipeChanges): Promise<GraftError> {
  try {
    await compileModel(model, changes);
  } catch (thrown) {
    if (thrown instanceof GraftError) return thrown;
    throw thrown;
  }
  throw new Error('the model was compiled');
}

/** Trains two steps; every trained value must have moved. */
async function expectTrains(model: Model, changes: RecipeChanges): Promise<void> {
  const plan = await compileModel(model, { training: { batchSize: 4 }, ...changes });
  for (const [phase, made] of Object.entries(modelsOf(plan))) expect(violations(made), phase).toEqual([]);
  const network = new Network(plan, 'cpu');
  for (const batch of batchesFor(plan, 2)) {
    const { losses } = await network.step(batch);
    expect(losses.every(Number.isFinite)).toBe(true);
  }
  const trained = await network.parameters();
  for (const [name, before] of plan.initial) expect(trained.get(name), name).not.toEqual(before);
  await network.release();
}

const namings: readonly NonNullable<BackboneOptions['names']>[] = ['nodes', 'weights', 'none'];

describe.each(namings)('with names from %s, a branch in the middle', (names) => {
  it.each([
    [1, 'stage2'],
    [2, 'stage3'],
    [4, 'stage5'],
  ])('of layer %i is avoided by freezing everything before %s', async (layer, stage) => {
    const model = backbone({ names, widths, branches: [layer] });
    const refusal = await refusalOf(model, { freeze: { mode: 'none' } });
    expect(refusal.code).toBe('compile.not-differentiable');
    expect(refusal.node).toBe('freeze');
    expect(refusal.message).toContain(`Operator If (node “branch${layer}”)`);
    expect(refusal.remedy).toBe(`Freeze everything before “${stage}”: that freeze line avoids it.`);
    await expectTrains(model, { freeze: { mode: 'until', stage } });
    // It is the first that does: the stage before still meets the branch.
    const before = `stage${layer}`;
    expect((await refusalOf(model, { freeze: { mode: 'until', stage: before } })).remedy).toBe(refusal.remedy);
  });
});

describe.each([
  ['Loop', 'loop2', { loops: [2] }],
  ['Scan', 'scan2', { scans: [2] }],
] as const)('a %s in the middle', (op, name, where) => {
  it('runs below the freeze line, and is refused above it with the line that avoids it', async () => {
    const model = backbone({ widths, ...where });
    const refusal = await refusalOf(model, { freeze: { mode: 'none' } });
    expect(refusal.message).toContain(`Operator ${op} (node “${name}”)`);
    expect(refusal.remedy).toBe('Freeze everything before “stage3”: that freeze line avoids it.');
    await expectTrains(model, { freeze: { mode: 'until', stage: 'stage3' } });
    await expectTrains(model, { freeze: { mode: 'backbone' }, head: { hidden: [4] } });
  });
});

describe('several branches', () => {
  it('are avoided behind the last', async () => {
    const model = backbone({ widths, branches: [1, 3] });
    const refusal = await refusalOf(model, { freeze: { mode: 'none' } });
    expect(refusal.message).toContain('branch1');
    expect(refusal.remedy).toContain('“stage4”');
    await expectTrains(model, { freeze: { mode: 'until', stage: 'stage4' } });
  });

  it('up to the end leave freezing the whole backbone, which trains', async () => {
    const model = backbone({ widths, branches: [2, 5] });
    const refusal = await refusalOf(model, { freeze: { mode: 'until', stage: 'stage2' } });
    expect(refusal.remedy).toBe('Freeze the whole backbone: that avoids it.');
    await expectTrains(model, { freeze: { mode: 'backbone' }, head: { hidden: [4] } });
  });
});

it('an operator the runtime has and Graft does not know is named as such', async () => {
  const model = backbone({ widths });
  const at = model.graph.nodes.findIndex(({ op }) => op === 'Relu');
  const nodes = model.graph.nodes.map((node, index) =>
    index === at ? { ...node, name: 'odd', op: 'Binarizer', domain: 'ai.onnx.ml' } : node,
  );
  const odd = { ...model, graph: { ...model.graph, nodes }, opsets: { ...model.opsets, 'ai.onnx.ml': 1 } };
  const refusal = await refusalOf(odd, { freeze: { mode: 'none' } });
  expect(refusal.message).toContain('Operator Binarizer (node “odd”)');
  expect(refusal.message).toContain('Graft does not know this operator');
  expect(refusal.remedy).toContain('“stage2”');
});

describe('what the compiler decides from the recipe', () => {
  const counts = [10, 40, 10];

  it.each([
    ['auto', counts, [2, 0.5, 2]],
    ['auto', [10, 20, 10], undefined],
    ['on', [10, 20, 10], [4 / 3, 2 / 3, 4 / 3]],
    ['off', counts, undefined],
  ] as const)('class weights %s for %s', async (classWeights, classCounts, expected) => {
    const plan = await compileModel(backbone(), { loss: { classWeights } }, [8, 8], classCounts);
    expect(plan.loss.class_weights).toEqual(expected);
  });

  it('a stage that is not there is an error at the freeze node', async () => {
    const refusal = await refusalOf(backbone(), { freeze: { mode: 'until', stage: 'layer4' } });
    expect(refusal).toMatchObject({ code: 'model.unknown-stage', node: 'freeze' });
    expect(refusal.remedy).toContain('stage1, stage2, stage3');
  });

  it('the counts of what is trained and frozen are all weights', async () => {
    const model = backbone({ ending: 'vector' });
    const all = 112 + 148 + 222;
    const head = 6 * 3 + 3;
    const countsOf = async (changes: RecipeChanges) =>
      (await compileModel(model, { head: { hidden: [] }, ...changes })).counts;
    expect(await countsOf({ freeze: { mode: 'backbone' } })).toEqual({ trainable: head, frozen: all });
    expect(await countsOf({ freeze: { mode: 'none' } })).toEqual({ trainable: all + head, frozen: 0 });
    expect(await countsOf({ freeze: { mode: 'until', stage: 'stage3' } })).toEqual({
      trainable: 222 + head,
      frozen: 260,
    });
  });

  it('a backbone at a size it cannot take is an error with a code', async () => {
    const model = backbone({ ending: 'tokens' });
    const view = viewBackbone(model, 'm.onnx');
    const recipe = recipeWith({ freeze: { mode: 'none' } });
    const source = { model, view, featureShape: [64, 6], size: [-1, 8] } as const;
    const attempt = compile({ recipe, backbone: source, classCounts: [1, 1], oracle });
    await expect(attempt).rejects.toBeInstanceOf(GraftError);
  });
});
