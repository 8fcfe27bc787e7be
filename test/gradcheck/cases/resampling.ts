import { resizeCases } from '#test/gradcheck/cases/resize.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';

export const resamplingCases: readonly GradientCase[] = [...resizeCases];
