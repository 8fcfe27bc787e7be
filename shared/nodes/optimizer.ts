import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';

const forSgd = { parameter: 'kind', is: ['sgd'] } as const;
const forAdam = { parameter: 'kind', is: ['adam', 'adamw'] } as const;

const schema = z.object({
  kind: z
    .enum(['sgd', 'adam', 'adamw'])
    .default('adamw')
    .meta(
      meta({
        title: 'Method',
        help: 'How the parameters are changed. AdamW works well nearly always.',
        labels: { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW' },
      }),
    ),
  learningRate: z
    .number()
    .min(1e-7)
    .max(10)
    .default(1e-3)
    .meta(
      meta({
        title: 'Learning rate',
        help: 'Size of the steps. Too large jumps about, too small takes for ever.',
        control: 'log',
      }),
    ),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .meta(
      meta({
        title: 'Weight decay',
        help: 'Pulls parameters towards zero, against learning by heart.',
        step: 0.001,
      }),
    ),
  momentum: z
    .number()
    .min(0)
    .max(0.999)
    .default(0.9)
    .meta(
      meta({
        title: 'Momentum',
        help: 'Share of the last step carried into the next.',
        control: 'slider',
        step: 0.01,
        when: forSgd,
      }),
    ),
  nesterov: z
    .boolean()
    .default(false)
    .meta(
      meta({
        title: 'Nesterov momentum',
        help: 'Looks ahead along the momentum before it steps.',
        expert: true,
        when: forSgd,
      }),
    ),
  beta1: z
    .number()
    .min(0)
    .max(0.9999)
    .default(0.9)
    .meta(
      meta({
        title: 'Beta 1',
        help: 'Memory of the average gradient.',
        step: 0.01,
        expert: true,
        when: forAdam,
      }),
    ),
  beta2: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.999)
    .meta(
      meta({
        title: 'Beta 2',
        help: 'Memory of the average squared gradient.',
        step: 0.001,
        expert: true,
        when: forAdam,
      }),
    ),
  epsilon: z
    .number()
    .min(1e-12)
    .max(1)
    .default(1e-8)
    .meta(
      meta({
        title: 'Epsilon',
        help: 'Keeps the division by the average finite.',
        control: 'log',
        expert: true,
        when: forAdam,
      }),
    ),
  clipNorm: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .meta(
      meta({
        title: 'Gradient clipping',
        help: 'Largest length of the gradient over all parameters; 0 does not clip.',
        step: 0.5,
        expert: true,
      }),
    ),
});

export const optimizer = defineKind({
  kind: 'optimizer',
  id: 'optimizer',
  title: 'Optimizer',
  group: 'training',
  icon: 'Bolt',
  summary: 'Changes the parameters a little after every batch, so that the loss falls.',
  synonyms: ['sgd', 'adam', 'adamw', 'learning rate', 'gradient descent', 'momentum', 'weight decay', 'update'],
  help: `After each batch of pictures, the gradient of the loss tells for every parameter which way to change it. The optimizer decides how far.

The **learning rate** is the setting that matters most. If the loss jumps about or grows, divide it by 3 or 10. If the loss falls slowly and smoothly, multiply it by 3.

**AdamW** gives every parameter a step size of its own and keeps weight decay apart from the gradient; it rarely needs tuning. **Adam** mixes the decay into the gradient. **SGD** takes plain steps with momentum; it can end slightly better, with a learning rate about ten times larger and more patience.`,
  inputs: [{ name: 'loss', type: 'loss' }],
  outputs: [{ name: 'update', type: 'update' }],
  schema,
  lower: (parameters, node) => ({ optimizer: { node, ...parameters } }),
});
