import { formatPlural } from '#shared/core/format.ts';
import type { Rule } from './rule.ts';
import { firstChange, settingOf } from './settings.ts';

/** Fewer than a quarter of what the middle class has, or than this many, is few. */
const fewShare = 0.25;
const few = 10;

/** A class that is recognized worse than the others and has far fewer pictures to learn from. */
export const fewPictures: Rule = ({ document, evaluation, taught }) => {
  if (!taught || taught.length === 0) return undefined;
  const middle = taught.toSorted((left, right) => left - right)[Math.floor(taught.length / 2)] ?? 0;
  const limit = Math.max(few, fewShare * middle);
  const poor = evaluation.perClass
    .map((one, label) => ({ ...one, label, count: taught[label] ?? 0 }))
    .filter(({ count, recall, support }) => count < limit && support > 0 && recall < evaluation.accuracy)
    .toSorted((left, right) => left.recall - right.recall)[0];
  if (!poor) return undefined;
  const others = middle > poor.count ? `, where others have about ${middle}` : '';
  return {
    sentence: `“${poor.name}” is recognized less often than the others and has only ${formatPlural(poor.count, 'photo')} to learn from${others}: a few more would help most.`,
    step: firstChange(document, [
      {
        when: settingOf(document, 'loss', 'classWeights') === 'off',
        label: 'Count rare classes more',
        settings: [{ kind: 'loss', name: 'classWeights', value: 'on' }],
      },
    ]) ?? {
      type: 'show',
      label: 'Look at them',
      title: `Photos of ${poor.name}`,
      samples: evaluation.samples.filter(({ label }) => label === poor.label),
    },
  };
};
