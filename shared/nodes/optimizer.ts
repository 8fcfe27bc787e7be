import { z } from 'zod';
import { defineKind, meta } from '#shared/nodes/kind.ts';
import { optimizerKinds } from '#shared/nodes/recipe.ts';
import { usualRate } from '#shared/nodes/usual-rate.ts';

const when = (...is: (typeof optimizerKinds)[number][]) => ({ parameter: 'kind', is }) as const;
const forSgd = when('sgd');
const forAdam = when('adam', 'adamw', 'adamax', 'nadam', 'radam', 'lamb');

const schema = z.object({
  kind: z
    .enum(optimizerKinds)
    .default('adamw')
    .meta(
      meta({
        title: 'Method',
        help: 'How the parameters are changed. AdamW works well nearly always.',
        labels: {
          sgd: 'SGD',
          adam: 'Adam',
          adamw: 'AdamW',
          adamax: 'Adamax',
          nadam: 'NAdam',
          radam: 'RAdam',
          rmsprop: 'RMSprop',
          adagrad: 'Adagrad',
          adadelta: 'Adadelta',
          lion: 'Lion',
          lamb: 'LAMB',
          adafactor: 'Adafactor',
          muon: 'Muon',
        },
        meanings: {
          sgd: 'Plain steps with momentum. Large rate, more patience, sometimes slightly better in the end.',
          adam: 'A step size for every parameter. Weight decay is mixed into the gradient; AdamW keeps it apart.',
          adamw: 'A step size for every parameter, and weight decay kept apart. Works well nearly always.',
          adamax: 'Adam by the largest gradient seen lately: calm where gradients jump.',
          nadam: 'Adam that looks ahead along its momentum: a little faster at first.',
          radam: 'Adam that takes careful steps until it knows its averages: needs no warm-up.',
          rmsprop: 'Divides each step by the average size of the gradient. The forerunner of Adam.',
          adagrad: 'Steps shrink with all gradients so far: good for parameters that are rarely used.',
          adadelta: 'Finds the size of its steps itself; a learning rate of 1 leaves it to it.',
          lion: 'Every parameter moves equally far, by the sign of its gradient. Small rate, half of Adam’s memory.',
          lamb: 'Adam with steps in proportion to each layer’s weights: made for very large batches.',
          adafactor: 'Adam with hardly any memory of its own: for models that barely fit.',
          muon: 'Keeps the steps of each weight matrix balanced in all directions. The rest is AdamW’s.',
        },
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
        when: when('adam', 'adamw', 'adamax', 'nadam', 'radam', 'rmsprop'),
      }),
    ),
  amsgrad: z
    .boolean()
    .default(false)
    .meta(
      meta({
        title: 'AMSGrad',
        help: 'Divides by the largest average squared gradient so far, so that steps never grow again.',
        expert: true,
        when: when('adam', 'adamw'),
      }),
    ),
  alpha: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.99)
    .meta(
      meta({
        title: 'Alpha',
        help: 'Memory of the average squared gradient.',
        step: 0.01,
        expert: true,
        when: when('rmsprop'),
      }),
    ),
  centered: z
    .boolean()
    .default(false)
    .meta(
      meta({
        title: 'Centered',
        help: 'Divides by how much the gradient varies instead of by how large it is.',
        expert: true,
        when: when('rmsprop'),
      }),
    ),
  rateDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta(
      meta({
        title: 'Rate decay',
        help: 'How fast the learning rate falls by itself, besides the schedule.',
        step: 0.001,
        expert: true,
        when: when('adagrad'),
      }),
    ),
  rho: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0.9)
    .meta(
      meta({
        title: 'Rho',
        help: 'Memory of the average squared gradients and steps.',
        step: 0.01,
        expert: true,
        when: when('adadelta'),
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
  clipValue: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .meta(
      meta({
        title: 'Clipping of each number',
        help: 'Largest size of each number of the gradient, before its length is looked at; 0 does not clip.',
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
  synonyms: [...optimizerKinds, 'learning rate', 'gradient descent', 'momentum', 'weight decay', 'update'],
  help: `After each batch of pictures, the gradient of the loss tells for every parameter which way to change it. The optimizer decides how far.

The **learning rate** is the setting that matters most. If the loss jumps about or grows, divide it by 3 or 10. If the loss falls slowly and smoothly, multiply it by 3.

**AdamW** gives every parameter a step size of its own and keeps weight decay apart from the gradient; it rarely needs tuning. **Adam** mixes the decay into the gradient. **SGD** takes plain steps with momentum; it can end slightly better, with a learning rate about ten times larger and more patience.

The others are for those who look for them; the line under **Method** says what each is for. Each wants a learning rate of its own: another method brings its usual one along, unless you have set one yourself.`,
  inputs: [{ name: 'loss', type: 'loss' }],
  outputs: [{ name: 'update', type: 'update' }],
  schema,
  usual: ({ kind }, situation) => ({ learningRate: usualRate(kind, situation) }),
  lower: (parameters, node) => ({ optimizer: { node, ...parameters } }),
});
