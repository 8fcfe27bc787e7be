import type { GradientCase } from '#test/gradcheck/harness.ts';

export const recurrentCases: readonly GradientCase[] = [];
