import { formatPercent, formatPlural } from '#shared/core/format.ts';
import type { Rule } from './rule.ts';

/** A model that errs more often than this is not the one to say what is sorted wrongly. */
const trusted = 0.7;
/** How sure it must be of another class. Where it is, the label is at fault about as often as the model (Northcutt et al. 2021). */
const sure = 0.95;

/** Pictures of which the model is sure that they are something else. */
export const wronglySorted: Rule = ({ evaluation }) => {
  const { accuracy, samples, classes } = evaluation;
  if (accuracy < trusted) return undefined;
  const found = samples
    .filter(({ label, predicted, confidence }) => label !== predicted && confidence >= sure)
    .toSorted((left, right) => right.confidence - left.confidence);
  const [first] = found;
  if (!first) return undefined;
  const example = `one in “${classes[first.label]}” that it takes for “${classes[first.predicted]}”`;
  return {
    sentence: `${formatPlural(found.length, 'photo looks', 'photos look')} wrongly sorted, such as ${example}: it is ${formatPercent(first.confidence, 0)} sure.`,
    step: {
      type: 'show',
      label: found.length === 1 ? 'Look at it' : 'Look at them',
      title: 'Perhaps wrongly sorted',
      samples: found,
    },
  };
};
