import { describe, expect, test } from 'vitest';
import type { Spellings, Target } from '#shared/ir/target.ts';
import type { SpellingKind } from '#shared/ops/spelling.ts';
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
      await expectRight(one, { channelBlock: smallBlock });
    },
  );
});

/** Gradients that can be written in several ways: those ways, and the cases that have them. */
const spelled: Record<SpellingKind, { readonly ways: readonly string[]; readonly cases: readonly GradientCase[] }> = {
  ConvWeightGradient: {
    ways: [
      'tap products',
      'one product',
      'channel-major products',
      'sample convolution',
      'sample groups',
      'channel convolution',
      'tap sums',
    ],
    cases: convolutionCases,
  },
  ConvInputGradient: { ways: ['transposed convolution', 'flipped kernel', 'tap products'], cases: convolutionCases },
  MaxPoolGradient: { ways: ['scattered', 'taps'], cases: poolingCases },
  AveragePoolGradient: {
    ways: ['taps', 'repeated elements', 'transposed convolution', 'convolution'],
    cases: poolingCases,
  },
  LayerNormalizationGradient: {
    ways: ['reductions', 'products', 'kept statistics', 'kept statistics, products'],
    cases: normalizationCases,
  },
  SoftmaxGradient: { ways: ['sum', 'product of rows', 'product with ones'], cases: activationCases },
  GatherGradient: { ways: ['indicator product', 'scattered', 'scattered in one row', 'padded'], cases: indexingCases },
};

describe.each(Object.entries(spelled))('every way to write %s', (kind, { ways, cases }) => {
  const checked = new Set<string>();
  test.each(cases.map((one) => [`${one.op}: ${one.name}`, one] as const))(`%s (seed ${seed})`, async (_title, one) => {
    const here = new Set<string>();
    await expectRight(one, { channelBlock: smallBlock, spellings: noting(kind, here) });
    for (const name of here) {
      await expectRight(one, {
        channelBlock: smallBlock,
        spellings: (point) => (point.kind === kind ? name : undefined),
      });
      checked.add(name);
    }
  });

  test('all of them have cases', () => expect([...checked].toSorted()).toEqual(ways.toSorted()));
});

/** Leaves every place as usual, and adds the names of all ways of a kind. */
function noting(kind: string, names: Set<string>): Spellings {
  return (point) => {
    if (point.kind === kind) for (const name of point.candidates) names.add(name);
    return undefined;
  };
}

async function expectRight(one: GradientCase, target: Target): Promise<void> {
  for (const { input, error, tolerance } of await checkGradient(one, one.opsets?.at(-1) ?? 21, seed, target))
    expect(error, `gradient of ${input}`).toBeLessThan(tolerance);
}

test('every operator with a gradient is checked', () => {
  const checked = new Set<string>(Object.values(families).flatMap((cases) => cases.map(({ op }) => op)));
  const differentiable = Object.entries(operatorTable).filter(
    ([, { kind }]) => kind === 'rule' || kind === 'decomposition',
  );
  expect(differentiable.map(([op]) => op).filter((op) => !checked.has(op))).toEqual([]);
});
