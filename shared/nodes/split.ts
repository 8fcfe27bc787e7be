import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  validation: z
    .number()
    .min(0.01)
    .max(0.9)
    .default(0.2)
    .meta(
      meta({
        title: 'Held out',
        help: 'Share of each class the model is tested on and never learns from.',
        control: 'slider',
        step: 0.05,
      }),
    ),
  test: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .meta(
      meta({
        title: 'Kept for the end',
        help: 'Share of each class that is looked at once, after training, and decides nothing before.',
        control: 'slider',
        step: 0.05,
        expert: true,
      }),
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .meta(meta({ title: 'Seed', help: 'Another number holds out other pictures.', expert: true, step: 1 })),
});

export const split = defineKind({
  kind: 'split',
  id: 'split',
  title: 'Split',
  group: 'data',
  icon: 'Scissors',
  summary: 'Holds some pictures back, to test the model on what it has not seen.',
  synonyms: ['validation', 'test', 'hold out', 'holdout', 'divide', 'partition', 'stratified'],
  help: `A model can learn its pictures by heart and still fail on new ones. So some pictures are kept aside: the model never learns from them, and its **validation** figures are measured on them alone. Those are the figures to trust.

The same share is taken from every class, so that small classes are tested as well. The seed decides which pictures; the same seed always holds out the same ones.

If the data folder already has a \`validation\` folder of its own, that one is used and the share here has no effect. Without a Split node, a fifth of each class is held out.

Whoever tries many settings ends up choosing the one that happens to suit the validation pictures. A share **kept for the end** is free of that: the finished model is measured on it once, and the figures are given apart. A \`test\` folder in the data does the same, and goes before the share here.`,
  inputs: [{ name: 'samples', type: 'samples' }],
  outputs: [{ name: 'samples', type: 'samples' }],
  schema,
  lower: (parameters, node) => ({ split: { node, ...parameters } }),
});
