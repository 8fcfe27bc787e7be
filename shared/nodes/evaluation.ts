import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  wrongest: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(24)
    .meta(
      meta({
        title: 'Most wrong',
        help: 'How many of the pictures the model got most wrong are shown.',
        unit: ['picture', 'pictures'],
        step: 6,
      }),
    ),
});

export const evaluation = defineKind({
  kind: 'evaluation',
  id: 'evaluation',
  title: 'Evaluation',
  group: 'results',
  icon: 'ChartBar',
  summary: 'Tests the best model on the held-out pictures: how good, where, and which ones go wrong.',
  synonyms: ['evaluate', 'test', 'accuracy', 'confusion matrix', 'metrics', 'precision', 'recall', 'f1', 'results'],
  help: `After training, the best model is tested on the pictures that were held out.

**Accuracy** is the share it gets right; the ± beside it says how sure that figure is, given how few pictures it was measured on. The **confusion matrix** shows what is taken for what: each row is a true class, each column an answer. Click a cell to see its pictures. **Precision** asks how often an answer is right, **recall** how many of a class are found, and **F1** joins the two.

Look at the pictures it got most wrong first. Often they are wrongly sorted, or show something you would get wrong as well.`,
  inputs: [{ name: 'model', type: 'model' }],
  outputs: [],
  schema,
  lower: (parameters, node) => ({ evaluation: { node, ...parameters } }),
});
