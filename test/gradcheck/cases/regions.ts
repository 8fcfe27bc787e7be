import type { GradientCase } from '#test/gradcheck/harness.ts';

export const regionsCases: readonly GradientCase[] = [];
