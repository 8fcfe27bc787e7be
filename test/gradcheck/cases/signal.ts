import type { AttributeValue } from '#shared/ir/builder.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { absent, ints, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

/** The same transform as operator sets 17 and 20 spell it. */
const dft = (
  name: string,
  shape: number[],
  attributes: Record<string, AttributeValue> = {},
  axis?: number,
  length?: number,
): GradientCase[] => {
  const sized = length === undefined ? absent : ints([length], []);
  return [
    {
      op: 'DFT',
      name,
      inputs: [signed(...shape), ...(sized ? [sized] : [])],
      attributes: { ...attributes, ...(axis === undefined ? {} : { axis }) },
      opsets: [17],
    },
    {
      op: 'DFT',
      name,
      inputs: [signed(...shape), ...(axis !== undefined ? [sized, ints([axis], [])] : sized ? [sized] : [])],
      attributes,
      opsets: [20, 26],
    },
  ];
};

const stft = (
  name: string,
  shape: number[],
  step: number,
  window: InputSpec | undefined,
  attributes: Record<string, AttributeValue> = {},
  length?: number,
): GradientCase => ({
  op: 'STFT',
  name,
  inputs: [signed(...shape), ints([step], []), window, ...(length === undefined ? [] : [ints([length], [])])],
  attributes,
  opsets: [17, 26],
});

export const signalCases: readonly GradientCase[] = [
  ...dft('real', [2, 8, 1]),
  ...dft('complex', [2, 5, 2]),
  ...dft('one side', [2, 8, 1], { onesided: 1 }),
  ...dft('one side, odd', [2, 7, 1], { onesided: 1 }),
  ...dft('inverse', [2, 6, 2], { inverse: 1 }),
  ...dft('inverse of real parts', [2, 6, 1], { inverse: 1 }),
  ...dft('inverse of one side', [2, 4, 2], { inverse: 1, onesided: 1 }),
  ...dft('inverse of one side, odd length', [2, 4, 2], { inverse: 1, onesided: 1 }, undefined, 7),
  ...dft('inverse of one side, filled up', [2, 3, 2], { inverse: 1, onesided: 1 }, undefined, 9),
  ...dft('filled up', [2, 5, 1], {}, undefined, 8),
  ...dft('cut', [2, 9, 2], {}, undefined, 6),
  ...dft('one side, filled up', [2, 5, 1], { onesided: 1 }, undefined, 8),
  ...dft('one side, cut', [2, 9, 1], { onesided: 1 }, undefined, 6),
  ...dft('inverse, filled up', [2, 5, 2], { inverse: 1 }, undefined, 7),
  ...dft('first axis', [4, 3, 1], {}, 0),
  ...dft('middle axis', [2, 4, 3, 2], {}, 1),
  stft('windowed', [2, 10, 1], 3, signed(4)),
  stft('both sides', [2, 10, 1], 3, signed(4), { onesided: 0 }),
  stft('complex', [2, 11, 2], 2, absent, { onesided: 0 }, 5),
  stft('without a window', [2, 11, 1], 4, absent, {}, 6),
  stft('no last axis', [2, 11], 4, signed(6), {}),
  stft('gaps between frames', [2, 13, 1], 5, signed(3)),
  stft('one frame', [1, 8, 1], 8, signed(8)),
  ...dft('axis from the end', [2, 3, 4, 1], { onesided: 1 }, -2),
];
