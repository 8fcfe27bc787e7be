/** Valid answers for tests that only pass them on. */
import type { BackboneFacts, DatasetFacts } from '#shared/nodes/facts.ts';
import type { Evaluation } from '#shared/protocol/run.ts';

export const datasetFacts: DatasetFacts = {
  path: '/data',
  classes: [
    { name: 'a', train: 4, validation: 1, test: 0 },
    { name: 'b', train: 4, validation: 1, test: 0 },
  ],
  train: 8,
  validation: 2,
  test: 0,
  splitBy: 'fraction',
  testBy: 'none',
  corrected: { moved: 0, leftOut: 0, idle: 0 },
  ranges: [],
  examples: [],
  unreadable: [],
  unlikely: [],
  leftOut: [],
  fingerprint: 'f',
};

export const backboneFacts: BackboneFacts = {
  id: 'nano',
  title: 'Nano',
  hash: 'a'.repeat(64),
  input: [3, 96, 96],
  inputName: 'input',
  featureTensor: 'features',
  features: [256],
  parameters: 100,
  stages: [
    { stage: 'stem', tensor: 's', shape: [16, 48, 48], parametersBelow: 0, parametersAbove: 100 },
    { stage: 'last', tensor: 'l', shape: [256, 3, 3], parametersBelow: 80, parametersAbove: 20 },
  ],
  opset: 17,
};

export const evaluation: Evaluation = {
  classes: ['a', 'b'],
  loss: 0.5,
  accuracy: 0.5,
  accuracyMargin: 0.1,
  macroF1: 0.5,
  confusion: [
    [1, 0],
    [1, 0],
  ],
  perClass: [
    { name: 'a', precision: 0.5, recall: 1, f1: 0.67, support: 1 },
    { name: 'b', precision: 0, recall: 0, f1: 0, support: 1 },
  ],
  samples: [
    { path: '/data/a/1.png', label: 0, predicted: 0, confidence: 0.9, loss: 0.1 },
    { path: '/data/b/1.png', label: 1, predicted: 0, confidence: 0.6, loss: 0.9 },
  ],
};
