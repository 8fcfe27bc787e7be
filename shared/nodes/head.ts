import { z } from 'zod';
import { defineKind, meta, toNumbers } from '#shared/nodes/kind.ts';

const schema = z.object({
  hidden: z
    .preprocess(toNumbers, z.array(z.number().int().min(1).max(16_384)).max(8))
    .default([])
    .meta(
      meta({
        title: 'Hidden layers',
        help: 'Widths, input first, such as 256, 128. Empty is a single linear layer.',
        control: 'widths',
      }),
    ),
  dropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0.2)
    .meta(
      meta({
        title: 'Dropout',
        help: 'Share of the features left out at random in every training step.',
        control: 'slider',
        step: 0.05,
      }),
    ),
});

export const head = defineKind({
  kind: 'head',
  id: 'head',
  title: 'Head',
  group: 'model',
  icon: 'Target',
  summary: 'The new part: learns to tell your classes apart from the features.',
  synonyms: ['classifier', 'linear', 'dense', 'mlp', 'layers', 'dropout', 'output', 'probe', 'fully connected'],
  help: `The head is what is grafted on: a small, new network that learns which features mean which of your classes. It has one output for each class, and takes their number from your data.

A single linear layer is the right start; on features of a good backbone it is hard to beat. **Hidden layers** let it learn combinations of features, at the price of needing more pictures.

**Dropout** hides a random part of the features in every training step, so that the head does not lean on a single one. More of it helps when training goes much better than validation.`,
  inputs: [{ name: 'features', type: 'features' }],
  outputs: [{ name: 'predictions', type: 'predictions' }],
  schema,
  lower: (parameters, node) => ({ head: { node, ...parameters } }),
});
