import { formatPercent } from '#shared/core/format.ts';
import { builtInBackbones, isBuiltIn, usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import type { OptimizerPart } from '#shared/nodes/recipe.ts';
import { usualRate } from '#shared/nodes/usual-rate.ts';
import type { Rule } from './rule.ts';
import { firstChange, settingOf } from './settings.ts';

/** With fewer epochs than this a run may just not have got anywhere. */
const fewEpochs = 10;

/**
 * No better than always naming the most frequent class: the accuracy's 95 % interval reaches that share. Most often the
 * learning rate is far off, or the run too short; else the features do not tell these classes apart.
 */
export const guessing: Rule = ({ document, evaluation, epochs }) => {
  const { accuracy, accuracyMargin, perClass, samples } = evaluation;
  const frequent = Math.max(...perClass.map(({ support }) => support)) / samples.length;
  if (samples.length === 0 || accuracy - accuracyMargin > frequent) return undefined;
  const headAlone = settingOf(document, 'freeze', 'mode') === 'backbone';
  const optimizer = settingOf(document, 'optimizer', 'kind') as OptimizerPart['kind'] | undefined;
  const chosen = settingOf(document, 'backbone', 'model');
  const model = typeof chosen === 'string' ? chosen : '';
  const step = firstChange(document, [
    {
      when: optimizer !== undefined,
      label: 'Set the usual learning rate',
      settings: [{ kind: 'optimizer', name: 'learningRate', value: optimizer && usualRate(optimizer, { headAlone }) }],
    },
    {
      when: epochs.length < fewEpochs,
      label: 'Train 30 epochs',
      settings: [{ kind: 'training', name: 'epochs', value: 30 }],
    },
    {
      when: model === 'nano',
      label: `Use ${builtInBackbones[usualBackbone].title}`,
      settings: [{ kind: 'backbone', name: 'model', value: usualBackbone }],
    },
    {
      when: headAlone && isBuiltIn(model),
      label: 'Let the last stage learn too',
      settings: [
        { kind: 'freeze', name: 'mode', value: 'until' },
        { kind: 'freeze', name: 'stage', value: isBuiltIn(model) ? builtInBackbones[model].tunedFrom : '' },
      ],
    },
  ]);
  return (
    step && {
      sentence: `No better than guessing: whoever always named the most frequent class would be right in ${formatPercent(frequent, 0)}.`,
      step,
    }
  );
};
