import { describe, expect, it } from 'vitest';
import { optimizerRule } from '#shared/compiler/optimizers/registry.ts';
import { lossSpec, optimizerSpec } from '#shared/compiler/specs.ts';
import { resolveRecipe } from '#shared/document/resolve.ts';
import { optimizerKinds } from '#shared/nodes/recipe.ts';
import { project } from '#test/support/documents.ts';

const recipe = resolveRecipe(project());

describe('the optimizer of a recipe', () => {
  it.each(optimizerKinds)('%s is one the compiler has', (kind) => {
    const spec = optimizerSpec({ ...recipe, optimizer: { ...recipe.optimizer, kind } });
    expect(spec.kind).toBe(kind);
    expect(optimizerRule(kind).slots(spec, [4, 3]).length).toBeGreaterThan(0);
  });

  it('takes the fields of its kind alone, and those around any kind', () => {
    const optimizer = { ...recipe.optimizer, momentum: 0.7, clipNorm: 2, clipValue: 3 };
    const training = { ...recipe.training, accumulation: 4, averaging: 0.9 };
    const around = { clip_norm: 2, clip_value: 3, accumulate_steps: 4, ema_decay: 0.9, ema_warm_up: true };
    const specOf = (kind: (typeof optimizerKinds)[number]) =>
      optimizerSpec({ optimizer: { ...optimizer, kind }, training });
    expect(specOf('sgd')).toEqual({ kind: 'sgd', momentum: 0.7, nesterov: false, ...around });
    expect(specOf('adadelta')).toEqual({ kind: 'adadelta', rho: 0.9, ...around });
    expect(specOf('lion')).toEqual({ kind: 'lion', ...around });
  });
});

describe('the loss of a recipe', () => {
  it('is cross-entropy or focal, with class weights where classes are uneven', () => {
    expect(lossSpec({ ...recipe.loss, labelSmoothing: 0.1 }, [5, 5])).toEqual({
      kind: 'cross_entropy',
      label_smoothing: 0.1,
    });
    expect(lossSpec({ ...recipe.loss, kind: 'focal', gamma: 3 }, [30, 10])).toEqual({
      kind: 'focal',
      form: 'softmax',
      gamma: 3,
      class_weights: [40 / 60, 2],
    });
  });
});
