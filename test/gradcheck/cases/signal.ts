import type { GradientCase } from '#test/gradcheck/harness.ts';

export const signalCases: readonly GradientCase[] = [];
