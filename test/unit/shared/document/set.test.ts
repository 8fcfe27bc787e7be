import { describe, expect, it } from 'vitest';
import { removeNodes } from '#shared/document/edits.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { applySettings } from '#shared/document/set.ts';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { project } from '#test/support/documents.ts';

describe('applySettings', () => {
  it.each<[string, keyof Recipe, object]>([
    ['training.epochs=5', 'training', { epochs: 5 }],
    ['training.batchSize=8', 'training', { batchSize: 8 }],
    ['training.seed=0', 'training', { seed: 0 }],
    ['training.lossThreshold=0.05', 'training', { lossThreshold: 0.05 }],
    ['training.patience=0', 'training', { patience: 0 }],
    ['freeze.mode=none', 'freeze', { mode: 'none' }],
    ['freeze.stage=/layer4/layer4.0/conv1', 'freeze', { stage: '/layer4/layer4.0/conv1' }],
    ['optimizer.kind=sgd', 'optimizer', { kind: 'sgd' }],
    ['optimizer.kind=muon', 'optimizer', { kind: 'muon' }],
    ['schedule.milestones=5,12', 'schedule', { milestones: [5, 12] }],
    ['training.averaging=0.99', 'training', { averaging: 0.99 }],
    ['optimizer.learningRate=1e-2', 'optimizer', { learningRate: 0.01 }],
    ['optimizer.weightDecay=0', 'optimizer', { weightDecay: 0 }],
    ['head.hidden=256,128', 'head', { hidden: [256, 128] }],
    ['head.hidden=', 'head', { hidden: [] }],
    ['head.dropout=.5', 'head', { dropout: 0.5 }],
    ['augment.enabled=true', 'augment', { enabled: true }],
    ['augment.enabled=off', 'augment', { enabled: false }],
    ['data.path=/a=b/c.d', 'data', { path: '/a=b/c.d' }],
  ])('%s', (setting, part, expected) => {
    expect(resolveRecipe(applySettings(project(), [setting]))[part]).toMatchObject(expected);
  });

  it('lets the last one win', () => {
    expect(resolveRecipe(applySettings(project(), ['training.epochs=5', 'training.epochs=6'])).training.epochs).toBe(6);
  });

  it('lets an optimizer bring its learning rate, unless there is a setting for that', () => {
    const rate = (...settings: string[]) => resolveRecipe(applySettings(project(), settings)).optimizer.learningRate;
    expect(rate('optimizer.kind=lion')).toBe(0.003);
    expect(rate('optimizer.kind=lion', 'optimizer.learningRate=0.01')).toBe(0.01);
    expect(rate('optimizer.learningRate=0.01', 'optimizer.kind=lion')).toBe(0.01);
  });

  it.each([
    ['training.epochs', 'input.bad-argument', /NODE\.PARAMETER=VALUE/u],
    ['epochs=5', 'input.bad-argument', /epochs=5/u],
    ['training.epoch=5', 'graph.unknown-parameter', /training\.epoch\./u],
    ['training.epochs=', 'graph.bad-parameter', /Epochs must be a number/u],
    ['training.epochs=many', 'graph.bad-parameter', /Epochs must be a number/u],
    ['training.epochs=2.5', 'graph.bad-parameter', /Epochs must be a whole number/u],
    ['training.epochs=0', 'graph.bad-parameter', /at least 1/u],
    ['head.dropout=1', 'graph.bad-parameter', /at most 0\.95/u],
    ['head.hidden=a', 'graph.bad-parameter', /entry 1 must be a number/u],
    ['optimizer.kind=eve', 'graph.bad-parameter', /one of sgd, adam, adamw/u],
    ['augment.enabled=perhaps', 'graph.bad-parameter', /true or false/u],
    ['nobody.epochs=5', 'graph.node-missing', /no node called “nobody”/u],
  ])('refuses %s with %s', (setting, code, message) => {
    const thrown = () => applySettings(project(), [setting]);
    expect(thrown).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('says which node to add where an optional one is absent', () => {
    const document = removeNodes(project(), ['augment']);
    expect(() => applySettings(document, ['augment.enabled=true'])).toThrow(
      expect.objectContaining({ code: 'graph.node-missing', remedy: 'Add an Augment node to the project first.' }),
    );
  });
});
