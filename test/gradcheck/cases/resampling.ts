import { gridSampleCases } from '#test/gradcheck/cases/grid-sample.ts';
import { resizeCases } from '#test/gradcheck/cases/resize.ts';
import { signed } from '#test/gradcheck/inputs.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';

export const resamplingCases: readonly GradientCase[] = [
  ...resizeCases,
  ...gridSampleCases,
  {
    op: 'GridSample',
    name: 'empty grid',
    inputs: [signed(1, 2, 3, 3), signed(1, 0, 4, 2)],
    opsets: [20],
  },
];
