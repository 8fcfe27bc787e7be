import { describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { findNode } from '#shared/document/graph.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { instantiate } from '#shared/document/templates.ts';
import { chooseParameter, usualValues } from '#shared/document/usual.ts';
import { optimizerKinds } from '#shared/nodes/recipe.ts';
import { graph, project } from '#test/support/documents.ts';

const fineTuned = (): GraftDocument => instantiate('fine-tune', { dataPath: 'pictures', backbone: 'nano' });
const choose = (document: GraftDocument, kind: string): GraftDocument =>
  chooseParameter(document, 'optimizer', 'kind', kind);
const rateOf = (document: GraftDocument): number => resolveRecipe(document).optimizer.learningRate;

describe('the learning rate of another optimizer', () => {
  it.each([
    ['sgd', 0.1, 0.01],
    ['adam', 0.01, 0.001],
    ['lion', 0.003, 0.0003],
    ['adafactor', 0.1, 0.03],
    ['muon', 0.01, 0.001],
    ['adadelta', 1, 1],
  ])('%s takes %d for a head alone and %d with the backbone', (kind, headAlone, together) => {
    expect(rateOf(choose(project(), kind))).toBe(headAlone);
    expect(rateOf(choose(fineTuned(), kind))).toBe(together);
  });

  it.each(optimizerKinds)('comes with %s and goes again', (kind) => {
    const there = choose(choose(project(), 'sgd'), kind);
    expect(rateOf(there)).toBe(usualValues(there, 'optimizer')['learningRate']);
    expect(choose(choose(fineTuned(), kind), 'adamw')).toEqual(choose(fineTuned(), 'adamw'));
  });

  it('never takes the place of one that was set', () => {
    const own = setParameter(project(), 'optimizer', 'learningRate', 0.004);
    expect(rateOf(choose(choose(own, 'lion'), 'sgd'))).toBe(0.004);
    expect(rateOf(choose(setParameter(project(), 'optimizer', 'learningRate', 0.001), 'lion'))).toBe(0.001);
  });

  it('is not touched by other settings, nor by setting it', () => {
    const lion = choose(project(), 'lion');
    expect(rateOf(chooseParameter(lion, 'optimizer', 'weightDecay', 0.1))).toBe(0.003);
    expect(rateOf(chooseParameter(lion, 'optimizer', 'learningRate', 0.02))).toBe(0.02);
    expect(rateOf(chooseParameter(lion, 'training', 'epochs', 3))).toBe(0.003);
  });

  it('is proposed on a canvas without anything else on it', () => {
    expect(findNode(choose(graph(['optimizer']), 'sgd'), 'optimizer')?.parameters['learningRate']).toBe(0.1);
  });

  it('of a saved project stays as it was', () => {
    const saved = setParameter(fineTuned(), 'optimizer', 'kind', 'sgd');
    expect(rateOf(saved)).toBe(0.001);
  });
});
