import { z } from 'zod';
import { defineKind, meta, toNumbers } from '#shared/nodes/kind.ts';

const forOneCycle = { parameter: 'kind', is: ['one-cycle'] } as const;
const forStep = { parameter: 'kind', is: ['step'] } as const;
const kinds = [
  'constant',
  'cosine',
  'step',
  'one-cycle',
  'multi-step',
  'exponential',
  'polynomial',
  'cosine-restarts',
  'plateau',
] as const;

/** The one-cycle defaults are fastai's `fit_one_cycle`: 25 % warm-up, from 1/25 of the peak down to 1/100,000. */
const schema = z.object({
  kind: z
    .enum(kinds)
    .default('one-cycle')
    .meta(
      meta({
        title: 'Shape',
        help: 'How the learning rate changes from the first step to the last.',
        labels: {
          constant: 'Constant',
          cosine: 'Cosine',
          step: 'Steps down',
          'one-cycle': 'One cycle',
          'multi-step': 'Steps down at given epochs',
          exponential: 'Exponential',
          polynomial: 'Polynomial',
          'cosine-restarts': 'Cosine with restarts',
          plateau: 'Down when it stalls',
        },
        meanings: {
          constant: 'The same rate from the first step to the last.',
          cosine: 'From the peak down to nothing along half a cosine.',
          step: 'Drops by a factor every few epochs.',
          'one-cycle': 'Rises gently to the peak, then falls to almost nothing. Hardly ever disappoints.',
          'multi-step': 'Drops by a factor after the epochs you name.',
          exponential: 'Falls by the same share in every epoch.',
          polynomial: 'Falls to nothing by the end of the run, along a straight line or a bent one.',
          'cosine-restarts': 'Falls along a cosine, jumps back to the peak, and falls again.',
          plateau: 'Drops by a factor when the validation loss has not improved for a while.',
        },
      }),
    ),
  ramp: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .meta(
      meta({
        title: 'Linear warm-up',
        help: 'Share of the run spent rising to the peak in a straight line first.',
        control: 'slider',
        step: 0.01,
        when: { parameter: 'kind', is: kinds.filter((kind) => kind !== 'one-cycle') },
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
    .meta(
      meta({
        title: 'Every',
        help: 'Epochs from one drop to the next.',
        unit: ['epoch', 'epochs'],
        step: 1,
        when: forStep,
      }),
    ),
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
        when: { parameter: 'kind', is: ['step', 'multi-step', 'plateau'] },
      }),
    ),
  milestones: z
    .preprocess(toNumbers, z.array(z.number().int().min(1).max(100_000)).max(32))
    .default([10, 20])
    .meta(
      meta({
        title: 'Drops after',
        help: 'Epochs after which the rate drops.',
        unit: ['epoch', 'epochs'],
        control: 'widths',
        when: { parameter: 'kind', is: ['multi-step'] },
      }),
    ),
  epochFactor: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.9)
    .meta(
      meta({
        title: 'Factor over an epoch',
        help: 'The rate falls to this share of itself in each epoch.',
        unit: '×',
        step: 0.01,
        when: { parameter: 'kind', is: ['exponential'] },
      }),
    ),
  power: z
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .meta(
      meta({
        title: 'Power',
        help: '1 is a straight line to 0; more falls faster at first.',
        step: 0.1,
        when: { parameter: 'kind', is: ['polynomial'] },
      }),
    ),
  restartEpochs: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .meta(
      meta({
        title: 'First restart after',
        help: 'Epochs of the first fall.',
        unit: ['epoch', 'epochs'],
        step: 1,
        when: { parameter: 'kind', is: ['cosine-restarts'] },
      }),
    ),
  restartGrowth: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(1)
    .meta(
      meta({
        title: 'Growth',
        help: 'Each fall is this many times as long as the one before.',
        unit: '×',
        step: 1,
        expert: true,
        when: { parameter: 'kind', is: ['cosine-restarts'] },
      }),
    ),
  plateauPatience: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(2)
    .meta(
      meta({
        title: 'Patience',
        help: 'Epochs without a better validation loss that are borne before the rate drops.',
        unit: ['epoch', 'epochs'],
        step: 1,
        when: { parameter: 'kind', is: ['plateau'] },
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
  synonyms: [
    'scheduler',
    'learning rate',
    'one cycle',
    'cosine',
    'warm-up',
    'decay',
    'annealing',
    'policy',
    'plateau',
    'restarts',
  ],
  help: `Large steps make headway, small steps settle. A schedule gives you both.

**One cycle** rises gently to the peak, so that the untrained head does no harm, and then comes down to almost nothing. It is the default because it hardly ever disappoints. The line under **Shape** says what each of the others does; the picture above it shows the rate over the whole run. Without a Schedule node, the run takes one cycle.

The peak is the optimizer's learning rate. The curve covers all epochs of the run; a run that stops early has used the first part of it.`,
  inputs: [{ name: 'update', type: 'update' }],
  outputs: [{ name: 'update', type: 'update' }],
  schema,
  lower: (parameters, node) => ({ schedule: { node, ...parameters } }),
});
