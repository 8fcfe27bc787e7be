import type { GradientCase } from '#test/gradcheck/harness.ts';

export const quantizationCases: readonly GradientCase[] = [];
