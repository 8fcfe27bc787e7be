import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const forOneCycle = { parameter: 'kind', is: ['one-cycle'] } as const;
const forStep = { parameter: 'kind', is: ['step'] } as const;

/** The one-cycle defaults are fastai's `fit_one_cycle`: 25 % warm-up, from 1/25 of the peak down to 1/100,000. */
const schema = z.object({
  kind: z
    .enum(['constant', 'cosine', 'step', 'one-cycle'])
    .default('one-cycle')
    .meta(
      meta({
        title: 'Shape',
        help: 'How the learning rate changes from the first step to the last.',
        labels: { constant: 'Constant', cosine: 'Cosine', step: 'Steps down', 'one-cycle': 'One cycle' },
      }),
    ),
  warmup: z
    .number()
    .min(0)
    .max(0.95)
    .default(0.25)
    .meta(
      meta({
        title: 'Warm-up',
        help: 'Share of the run spent rising to the peak.',
        control: 'slider',
        step: 0.05,
        when: forOneCycle,
      }),
    ),
  startDivisor: z
    .number()
    .min(1)
    .max(1e6)
    .default(25)
    .meta(
      meta({
        title: 'Start divisor',
        help: 'The first rate is the peak divided by this.',
        control: 'log',
        expert: true,
        when: forOneCycle,
      }),
    ),
  endDivisor: z
    .number()
    .min(1)
    .max(1e9)
    .default(1e5)
    .meta(
      meta({
        title: 'End divisor',
        help: 'The last rate is the peak divided by this.',
        control: 'log',
        expert: true,
        when: forOneCycle,
      }),
    ),
  stepEpochs: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta(meta({ title: 'Every', help: 'Epochs from one drop to the next.', unit: 'epochs', step: 1, when: forStep })),
  stepFactor: z
    .number()
    .min(0.001)
    .max(1)
    .default(0.1)
    .meta(
      meta({
        title: 'Factor',
        help: 'Each drop multiplies the rate by this.',
        unit: '×',
        step: 0.05,
        when: forStep,
      }),
    ),
});

export const schedule = defineKind({
  kind: 'schedule',
  id: 'schedule',
  title: 'Schedule',
  group: 'training',
  icon: 'TrendingDown',
  summary: 'Changes the learning rate over the run: large steps first, fine ones last.',
  synonyms: ['scheduler', 'learning rate', 'one cycle', 'cosine', 'warm-up', 'decay', 'annealing', 'policy'],
  help: `Large steps make headway, small steps settle. A schedule gives you both.

**One cycle** rises gently to the peak, so that the untrained head does no harm, and then comes down to almost nothing. It is the default because it hardly ever disappoints. **Cosine** starts at the peak and comes down. **Steps down** divides the rate every few epochs. **Constant** keeps it. Without a Schedule node, the run takes one cycle.

The peak is the optimizer's learning rate. The curve covers all epochs of the run; a run that stops early has used the first part of it.`,
  inputs: [{ name: 'update', type: 'update' }],
  outputs: [{ name: 'update', type: 'update' }],
  schema,
  lower: (parameters, node) => ({ schedule: { node, ...parameters } }),
});
