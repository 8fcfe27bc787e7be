/** Facts about a made-up data folder and a backbone with the built-in one's stages. */
import type { BackboneFacts, DatasetFacts, Facts } from '#shared/nodes/facts.ts';

const ownParameters = { stem: 672, stage1: 10_416, stage2: 32_400, stage3: 129_000, stage4: 517_000, stage5: 74_102 };
const shapes = [
  [24, 64, 64],
  [24, 32, 32],
  [48, 16, 16],
  [96, 8, 8],
  [192, 4, 4],
  [192, 4, 4],
];

export function backboneFacts(changes: Partial<BackboneFacts> = {}): BackboneFacts {
  const total = Object.values(ownParameters).reduce((sum, count) => sum + count, 0);
  let below = 0;
  const stages = Object.entries(ownParameters).map(([stage, count], index) => {
    const found = {
      stage,
      tensor: `${stage}/in`,
      shape: shapes[index] ?? [],
      parametersBelow: below,
      parametersAbove: total - below,
    };
    below += count;
    return found;
  });
  return {
    id: 'nano',
    title: 'nano',
    hash: 'a'.repeat(64),
    input: [3, 64, 64],
    inputName: 'input',
    featureTensor: 'features',
    features: [384],
    parameters: total,
    stages,
    opset: 17,
    license: 'MIT',
    ...changes,
  };
}

export function datasetFacts(changes: Partial<DatasetFacts> = {}): DatasetFacts {
  const classes = Array.from({ length: 10 }, (_, index) => ({
    name: `class ${index}`,
    train: 40,
    validation: 10,
    test: 0,
  }));
  return {
    path: '/pictures/clothing',
    classes,
    train: 400,
    validation: 100,
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
    ...changes,
  };
}

export function factsWith(changes: Partial<Facts> = {}): Facts {
  return { dataset: datasetFacts(), backbone: backboneFacts(), problems: [], ...changes };
}
