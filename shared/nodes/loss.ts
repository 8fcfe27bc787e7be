import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  kind: z
    .enum(['cross-entropy', 'focal'])
    .default('cross-entropy')
    .meta(
      meta({
        title: 'Measure',
        help: 'What counts as wrong, and how wrong.',
        labels: { 'cross-entropy': 'Cross-entropy', focal: 'Focal' },
        meanings: {
          'cross-entropy': 'How surprised the model is by the right class. What pictures are sorted by nearly always.',
          focal: 'Cross-entropy that counts pictures the model is sure of less, so that hard ones weigh more.',
        },
      }),
    ),
  labelSmoothing: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .meta(
      meta({
        title: 'Label smoothing',
        help: 'Share of certainty taken from the right class and spread over all; 0.1 helps against overconfidence.',
        control: 'slider',
        step: 0.01,
        when: { parameter: 'kind', is: ['cross-entropy'] },
      }),
    ),
  gamma: z
    .number()
    .min(0)
    .max(10)
    .default(2)
    .meta(
      meta({
        title: 'Focus',
        help: 'How fast pictures the model is sure of stop counting; 0 is cross-entropy.',
        control: 'slider',
        step: 0.1,
        when: { parameter: 'kind', is: ['focal'] },
      }),
    ),
  classWeights: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .meta(
      meta({
        title: 'Class weights',
        help: 'Makes mistakes on rare classes count more. Automatic: when the largest class has over twice the smallest.',
        labels: { auto: 'Automatic', on: 'On', off: 'Off' },
      }),
    ),
});

export const loss = defineKind({
  kind: 'loss',
  id: 'loss',
  title: 'Loss',
  group: 'training',
  icon: 'WaveSine',
  summary: 'Compares predictions with the truth, as one number that training makes smaller.',
  synonyms: ['cross-entropy', 'cross entropy', 'objective', 'cost', 'error', 'criterion', 'softmax', 'focal'],
  help: `Training needs one number that says how wrong the model is. **Cross-entropy** looks at the probability the model gives to the right class: 0 when it is certain and right, large when it is certain and wrong. A model that only guesses among 10 classes has a loss of about 2.3.

**Label smoothing** asks the model for a little less than certainty, which often makes it a bit better and its percentages more honest.

**Focal** is cross-entropy that counts a picture the less, the surer and righter the model already is of it. It helps where a few hard pictures are lost among many easy ones.

**Class weights** help when some classes have far fewer pictures than others. Each class gets the weight *N / (K · n)*, with *N* pictures in all, *K* classes and *n* pictures in the class, so that all classes count the same.`,
  inputs: [
    { name: 'predictions', type: 'predictions' },
    { name: 'targets', type: 'targets' },
  ],
  outputs: [{ name: 'loss', type: 'loss' }],
  schema,
  lower: (parameters, node) => ({ loss: { node, ...parameters } }),
});
