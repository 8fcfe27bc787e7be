import { describe, expect, it } from 'vitest';
import { parametersOf, type Parameter } from '#shared/nodes/parameters.ts';
import { freeze } from '#shared/nodes/freeze.ts';
import { training } from '#shared/nodes/training.ts';
import { unitAfter } from '#renderer/ui/unit-words.ts';

const parameter = (of: Parameters<typeof parametersOf>[0], name: string): Parameter =>
  parametersOf(of).find((one) => one.name === name) as Parameter;

describe('a unit', () => {
  it.each([
    [0, 'epochs'],
    [1, 'epoch'],
    [2, 'epochs'],
  ])('counts: %i %s', (value, unit) => {
    expect(unitAfter(value, parameter(training, 'epochs'))).toBe(unit);
  });

  it('is as it is where it is no word, or there is none', () => {
    expect(unitAfter(1, parameter(freeze, 'stageDecay'))).toBe('×');
    expect(unitAfter(1, parameter(training, 'seed'))).toBeUndefined();
  });
});
