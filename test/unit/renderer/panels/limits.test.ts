import { describe, expect, it } from 'vitest';
import { setParameter } from '#shared/document/edits.ts';
import { instantiate } from '#shared/document/templates.ts';
import { outlook, trainingLimits } from '#renderer/panels/run/limits.ts';
import { reduceRun, starting } from '#renderer/store/run-state.ts';
import { done, plan, wholeEpoch } from '../store/run-events.ts';

const document = instantiate('image-classification', { dataPath: '/photos', backbone: 'nano' });

describe('limits of a run', () => {
  it('come from the training node, defaults included', () => {
    const set = setParameter(document, 'training', 'lossThreshold', 0.1);
    expect(trainingLimits(set)).toEqual({ lossThreshold: 0.1, patience: 5 });
    expect(trainingLimits(undefined)).toEqual({ lossThreshold: 0, patience: 0 });
  });

  it('say when patience ends, while it can still end the run', () => {
    const running = reduceRun(starting, [plan, ...wholeEpoch(1, 0.5, true), ...wholeEpoch(2, 0.6, false)]);
    const limits = { lossThreshold: 0, patience: 2 };
    expect(outlook(running, limits)).toBe(
      'Lowest validation loss 0.500, at epoch 1. Stops after epoch 3 unless loss or accuracy improves.',
    );
    // A more accurate model is progress too, though its loss is no lower.
    const better = reduceRun(running, wholeEpoch(3, 0.6, true));
    expect(outlook(better, { ...limits, patience: 1 })).toContain('Stops after epoch 4');
    expect(outlook(running, { ...limits, patience: 40 })).not.toContain('Stops');
    expect(outlook(reduceRun(running, [done]), limits)).not.toContain('Stops');
    expect(outlook(starting, limits)).toBe('');
  });
});
