import type { GradientCase } from '#test/gradcheck/harness.ts';

export const attentionCases: readonly GradientCase[] = [];
