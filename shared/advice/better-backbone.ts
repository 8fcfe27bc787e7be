import { builtInBackbones, usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import type { Rule } from './rule.ts';
import { firstChange, settingOf } from './settings.ts';

/** Above this accuracy the small backbone sees enough; on clothing-mini it has 51 % and the other 80 % (decision 0049). */
const goodEnough = 0.95;

/** A weak backbone where a better one is at hand. */
export const betterBackbone: Rule = ({ document, evaluation }) => {
  if (evaluation.accuracy >= goodEnough) return undefined;
  const step = firstChange(document, [
    {
      when: settingOf(document, 'backbone', 'model') === 'nano',
      label: `Compare with ${builtInBackbones[usualBackbone].title}`,
      settings: [{ kind: 'backbone', name: 'model', value: usualBackbone }],
    },
  ]);
  return (
    step && {
      sentence: `${builtInBackbones.nano.title} sees pictures at 64 × 64 pixels; ${builtInBackbones[usualBackbone].title} sees them at 224 × 224 and often tells much more apart.`,
      step,
    }
  );
};
