import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const schema = z.object({
  epochs: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(30)
    .meta(meta({ title: 'Epochs', help: 'How often every picture is seen.', unit: ['epoch', 'epochs'], step: 1 })),
  batchSize: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .default(32)
    .meta(
      meta({
        title: 'Batch size',
        help: 'Pictures looked at before each step. Less needs less memory.',
        unit: ['picture', 'pictures'],
        step: 8,
      }),
    ),
  patience: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(5)
    .meta(
      meta({
        title: 'Patience',
        help: 'Stops after this many epochs without a better validation loss; 0 never does.',
        unit: ['epoch', 'epochs'],
        step: 1,
      }),
    ),
  lossThreshold: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .meta(
      meta({
        title: 'Stop at loss',
        help: "Stops when an epoch's training loss falls below this; 0 never does.",
        step: 0.01,
        expert: true,
      }),
    ),
  accumulation: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(1)
    .meta(
      meta({
        title: 'Batches a step',
        help: 'Batches whose mean gradient makes one step: a larger batch without its memory.',
        unit: ['batch', 'batches'],
        step: 1,
        expert: true,
      }),
    ),
  averaging: z
    .number()
    .min(0)
    .max(0.9999)
    .default(0)
    .meta(
      meta({
        title: 'Averaged weights',
        help: 'Share of the running average of the weights kept at each step, 0.99 for example; it is what is validated and exported. 0 is off.',
        step: 0.01,
        expert: true,
      }),
    ),
  maxMissing: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .meta(
      meta({
        title: 'Missing samples',
        help: 'Share of the samples that may become unreadable while training; above it the run stops. They are left out and named in any case.',
        step: 0.01,
        expert: true,
      }),
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .meta(
      meta({
        title: 'Seed',
        help: 'The same number gives the same run again.',
        expert: true,
        step: 1,
      }),
    ),
  precision: z
    .enum(['float32', 'float16'])
    .default('float32')
    .meta(
      meta({
        title: 'Precision',
        help: 'What layers compute in; weights are float32 in any case.',
        labels: { float32: 'float32', float16: 'float16, mixed' },
        meanings: {
          float32: 'Everything is computed with seven digits: right on every device.',
          float16:
            'Layers compute with three digits in half the memory; weights, loss and updates keep seven. For graphics cards: a processor takes longer.',
        },
        expert: true,
      }),
    ),
  memoryLimit: z
    .number()
    .int()
    .min(0)
    .max(1_048_576)
    .default(0)
    .meta(
      meta({
        title: 'Memory limit',
        help: 'Above this, a step computes part of its forward pass twice instead of keeping it; 0 is half of what the machine has.',
        unit: 'MiB',
        step: 256,
        expert: true,
      }),
    ),
});

export const training = defineKind({
  kind: 'training',
  id: 'training',
  title: 'Training',
  group: 'training',
  icon: 'PlayerPlay',
  summary: 'Runs the training: how long, in which portions, and when to stop.',
  synonyms: ['train', 'fit', 'run', 'epochs', 'batch', 'early stopping', 'patience', 'seed', 'learn'],
  help: `One **epoch** shows the model every training picture once, in a new order, in **batches**. After each batch the optimizer takes one step.

At first both losses fall. When the training loss goes on falling but the validation loss rises, the model has begun to learn its pictures by heart. **Patience** stops the run then, and the model of the best epoch is kept in any case, so training for too long costs nothing but time.

The **seed** fixes everything that is random: the new head's first values, the order of the pictures, dropout. The same seed on the same device gives the same curve; try two or three to see how much is luck.`,
  inputs: [{ name: 'update', type: 'update' }],
  outputs: [{ name: 'model', type: 'model' }],
  schema,
  lower: (parameters, node) => ({ training: { node, ...parameters } }),
});
