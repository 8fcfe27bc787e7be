import { describe, expect, it } from 'vitest';
import type { BackboneFacts } from '#shared/nodes/facts.ts';
import { freezeAfter, frozenParameters, frozenStages, stageParameters } from '#renderer/ui/freeze.ts';

const backbone: BackboneFacts = {
  id: 'nano',
  title: 'Nano',
  hash: '',
  input: [3, 64, 64],
  inputName: 'input',
  featureTensor: 'features',
  features: [384],
  parameters: 100,
  opset: 17,
  stages: [
    { stage: 'stem', tensor: 'a', shape: [3], parametersBelow: 0, parametersAbove: 100 },
    { stage: 'stage1', tensor: 'b', shape: [8], parametersBelow: 10, parametersAbove: 90 },
    { stage: 'stage2', tensor: 'c', shape: [16], parametersBelow: 40, parametersAbove: 60 },
  ],
};

describe('the freeze line', () => {
  it.each([0, 1, 2, 3])('stands after %i stages when put there', (frozen) => {
    expect(frozenStages({ stage: '', ...freezeAfter(frozen, backbone) }, backbone)).toBe(frozen);
  });

  it('stands before the last stage where none was chosen, behind all for one that is not there', () => {
    expect(frozenStages({ mode: 'until', stage: '' }, backbone)).toBe(2);
    expect(frozenStages({ mode: 'until', stage: 'stage9' }, backbone)).toBe(3);
  });

  it('stays on the stack when dragged beyond it', () => {
    expect(freezeAfter(-2, backbone)).toEqual({ mode: 'none' });
    expect(freezeAfter(9, backbone)).toEqual({ mode: 'backbone' });
  });

  it('counts what is before it', () => {
    expect([0, 1, 2, 3].map((frozen) => frozenParameters(frozen, backbone))).toEqual([0, 10, 40, 100]);
  });

  it('gives each stage its own parameters, which add up', () => {
    expect(stageParameters(backbone)).toEqual([10, 30, 60]);
  });
});
