import { describe, expect, test } from 'vitest';
import { operatorTable } from '#shared/ops/table.ts';
import { activationCases } from '#test/gradcheck/cases/activation.ts';
import { arithmeticCases } from '#test/gradcheck/cases/arithmetic.ts';
import { convolutionCases } from '#test/gradcheck/cases/convolution.ts';
import { functionCases } from '#test/gradcheck/cases/functions.ts';
import { indexingCases } from '#test/gradcheck/cases/indexing.ts';
import { lossCases } from '#test/gradcheck/cases/loss.ts';
import { matmulCases } from '#test/gradcheck/cases/matmul.ts';
import { microsoftCases } from '#test/gradcheck/cases/microsoft.ts';
import { normalizationCases } from '#test/gradcheck/cases/normalization.ts';
import { poolingCases } from '#test/gradcheck/cases/pooling.ts';
import { reductionCases } from '#test/gradcheck/cases/reduction.ts';
import { resamplingCases } from '#test/gradcheck/cases/resampling.ts';
import { attentionCases } from '#test/gradcheck/cases/attention.ts';
import { quantizationCases } from '#test/gradcheck/cases/quantization.ts';
import { recurrentCases } from '#test/gradcheck/cases/recurrent.ts';
import { regionsCases } from '#test/gradcheck/cases/regions.ts';
import { signalCases } from '#test/gradcheck/cases/signal.ts';
import { shapeCases } from '#test/gradcheck/cases/shape.ts';
import { checkGradient, type GradientCase } from '#test/gradcheck/harness.ts';

const families: Record<string, readonly GradientCase[]> = {
  arithmetic: arithmeticCases,
  functions: functionCases,
  activation: activationCases,
  matmul: matmulCases,
  convolution: convolutionCases,
  pooling: poolingCases,
  normalization: normalizationCases,
  reduction: reductionCases,
  shape: shapeCases,
  indexing: indexingCases,
  resampling: resamplingCases,
  attention: attentionCases,
  quantization: quantizationCases,
  recurrent: recurrentCases,
  regions: regionsCases,
  signal: signalCases,
  loss: lossCases,
  microsoft: microsoftCases,
};

/** So few channels in a block that the small operands of these cases have whole ones. */
const smallBlock = 2;

const seed = Number(process.env['GRADCHECK_SEED'] ?? 7);

for (const [family, cases] of Object.entries(families)) {
  describe(`gradients of ${family}`, () => {
    for (const gradientCase of cases) {
      for (const opset of gradientCase.opsets ?? [13, 21]) {
        test(`${gradientCase.op}: ${gradientCase.name} (opset ${opset}, seed ${seed})`, async () => {
          const deviations = await checkGradient(gradientCase, opset, seed);
          expect(deviations).not.toHaveLength(0);
          for (const { input, error, tolerance } of deviations) {
            expect(error, `gradient of ${input}`).toBeLessThan(tolerance);
          }
        });
      }
    }
  });
}

describe('gradients written for channels in blocks', () => {
  test.each([...convolutionCases, ...poolingCases].map((one) => [`${one.op}: ${one.name}`, one] as const))(
    `%s (seed ${seed})`,
    async (_title, one) => {
      for (const { input, error, tolerance } of await checkGradient(one, one.opsets?.at(-1) ?? 21, seed, smallBlock))
        expect(error, `gradient of ${input}`).toBeLessThan(tolerance);
    },
  );
});

test('every operator with a gradient is checked', () => {
  const checked = new Set<string>(Object.values(families).flatMap((cases) => cases.map(({ op }) => op)));
  const differentiable = Object.entries(operatorTable).filter(
    ([, { kind }]) => kind === 'rule' || kind === 'decomposition',
  );
  expect(differentiable.map(([op]) => op).filter((op) => !checked.has(op))).toEqual([]);
});
