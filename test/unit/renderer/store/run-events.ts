/** Events of an invented run, for tests of what is made of them. */
import type { RunEvent } from '#shared/protocol/run.ts';

export const plan: Extract<RunEvent, { event: 'plan' }> = {
  event: 'plan',
  run: '/runs/one',
  task: 'image-classification',
  classes: ['circle', 'square'],
  samples: { train: 40, validation: 10 },
  parameters: { trainable: 770, frozen: 763_590 },
  device: 'cpu',
  cached: false,
  epochs: 5,
  stepsPerEpoch: 4,
  summary: 'The backbone runs once; the head is trained on its features.',
  unreadable: [],
};

export function step(number: number, loss = 1 / number): Extract<RunEvent, { event: 'step' }> {
  return { event: 'step', step: number, epoch: Math.ceil(number / plan.stepsPerEpoch), loss, lr: 0.001, accuracy: 0.5 };
}

export function epoch(number: number, loss: number, best: boolean): Extract<RunEvent, { event: 'epoch' }> {
  return {
    event: 'epoch',
    epoch: number,
    train: { loss: loss / 2, accuracy: 0.9 },
    validation: { loss, accuracy: 0.6 },
    seconds: 2,
    samplesPerSecond: 20,
    secondsLeft: 2 * (plan.epochs - number),
    best,
  };
}

/** Events of epoch `number`: its steps, then its end. */
export function wholeEpoch(number: number, loss: number, best: boolean): RunEvent[] {
  const first = (number - 1) * plan.stepsPerEpoch + 1;
  return [...Array.from({ length: plan.stepsPerEpoch }, (_, index) => step(first + index)), epoch(number, loss, best)];
}

export const done: Extract<RunEvent, { event: 'done' }> = {
  event: 'done',
  run: plan.run,
  reason: 'epochs',
  best: { epoch: 2, loss: 0.4, accuracy: 0.6 },
  model: '/runs/one/model.onnx',
  seconds: 10,
};
