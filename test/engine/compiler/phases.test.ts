/** Every phase leaves a legal graph, for every family of backbone and every place of the freeze line. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findStages } from '#shared/compiler/stages.ts';
import { handover } from '#shared/compiler/handover.ts';
import { explain } from '#shared/compiler/explain.ts';
import { viewBackbone } from '#shared/compiler/backbone.ts';
import type { Model } from '#shared/ir/graph.ts';
import { violations } from '#shared/ir/legality.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { compileModel, modelsOf, type RecipeChanges } from '#test/engine/compiler/support.ts';
import { backbone } from '#test/support/backbones.ts';

const folder = fileURLToPath(new URL('../../fixtures/models/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
const about = { task: 't', labels: ['a', 'b', 'c'], run: '', backbone: '', license: '', resize: 'crop' } as const;

async function expectLegal(model: Model, changes: RecipeChanges, size: readonly [number, number]): Promise<void> {
  const plan = await compileModel(model, { training: { batchSize: 2 }, ...changes }, size);
  const models = { ...modelsOf(plan), handover: handover(plan.inference, plan.initial, { ...about, size }) };
  for (const [phase, made] of Object.entries(models)) expect(violations(made), phase).toEqual([]);
  const { prefix, suffix } = plan.phases.partition;
  // What is trained and what is frozen are all of the lowered graph, and nothing twice.
  const nodes = (prefix?.graph.nodes.length ?? 0) + suffix.graph.nodes.length;
  expect(nodes).toBe(plan.phases.lowered.graph.nodes.length);
  expect(plan.parameters.map(({ name }) => name).toSorted()).toEqual([...plan.initial.keys()].toSorted());
}

describe('exported backbones', () => {
  it.each(files)('%s', async (file) => {
    const model = decodeModel(readFileSync(folder + file));
    const size = [32, 32] as const;
    const { input, features } = viewBackbone(model, file);
    const stages = findStages(model.graph, input.name, features);
    const middle = stages[Math.floor(stages.length / 2)]?.stage as string;
    const head = { hidden: [4], dropout: 0.5 };
    await expectLegal(model, { freeze: { mode: 'backbone' } }, size);
    await expectLegal(model, { freeze: { mode: 'until', stage: middle }, head, optimizer: { clipNorm: 1 } }, size);
    if (file.includes('-17-bn')) await expectLegal(model, { freeze: { mode: 'none' } }, size);
  });
});

describe('generated backbones', () => {
  it.each([
    ['skip connections', backbone({ widths: [4, 4, 4, 4], skips: [2, 3] })],
    ['tokens', backbone({ ending: 'tokens' })],
    ['a classifier', backbone({ ending: 'softmax' })],
    ['opset 13', backbone({ opset: 13 })],
    ['opset 18', backbone({ opset: 18, ending: 'tokens' })],
    ['opset 21', backbone({ opset: 21 })],
    ['opset 26', backbone({ opset: 26 })],
  ])('with %s', async (_title, model) => {
    for (const mode of ['backbone', 'none'] as const) await expectLegal(model, { freeze: { mode } }, [8, 8]);
    await expectLegal(model, { freeze: { mode: 'until', stage: 'stage2' } }, [8, 8]);
  });
});

it('a small project is explained as ever', async () => {
  const plan = await compileModel(
    backbone({ widths: [2, 2, 2] }),
    {
      training: { batchSize: 2 },
      freeze: { mode: 'until', stage: 'stage3', backboneRate: 0.1, stageDecay: 2.5 },
      head: { hidden: [], dropout: 0.5 },
      optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 0.01, clipNorm: 1 },
      backbone: { normalization: 'half' },
    },
    [4, 4],
  );
  const golden = fileURLToPath(new URL('../../golden/compiler/explain.txt', import.meta.url));
  await expect(`${explain(plan)}\n`).toMatchFileSnapshot(golden);
  for (let phase = 1; phase <= 7; phase++) expect(explain(plan)).toContain(explain(plan, phase));
  expect(() => explain(plan, 8)).toThrow('phases are numbered 1 to 7');
});
