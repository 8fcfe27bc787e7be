/** The learning rate to begin with, by optimizer. */
import type { Situation } from '#shared/nodes/kind.ts';
import type { OptimizerPart } from '#shared/nodes/recipe.ts';

interface UsualRates {
  /** While the backbone learns too. */
  readonly together: number;
  readonly headAlone: number;
}

/**
 * AdamW's 1e-3, and relative to it what papers and PyTorch have: Adamax twice (Kingma and Ba 2015); RAdam thrice, since
 * it bears much and begins with plain steps (Liu et al. 2020); Lion a third (Chen et al. 2023); Muon the same, to which it
 * is scaled (Liu et al. 2025); Adadelta's 1 leaves the size of steps to itself (Zeiler 2012).
 * A head on frozen features is a small, nearly convex problem that bears ten times the usual rate, and at the
 * usual one would not be done in 30 epochs. The built-in backbone's card measured its linear probe at 1e-2 too. Less of
 * a leap for LAMB and Adafactor, whose rates are shares of a parameter's size and so are alike for both.
 */
const usualRates: Readonly<Record<OptimizerPart['kind'], UsualRates>> = {
  sgd: { together: 0.01, headAlone: 0.1 },
  adam: { together: 0.001, headAlone: 0.01 },
  adamw: { together: 0.001, headAlone: 0.01 },
  adamax: { together: 0.002, headAlone: 0.02 },
  nadam: { together: 0.001, headAlone: 0.01 },
  radam: { together: 0.003, headAlone: 0.03 },
  rmsprop: { together: 0.001, headAlone: 0.01 },
  adagrad: { together: 0.01, headAlone: 0.1 },
  adadelta: { together: 1, headAlone: 1 },
  lion: { together: 0.0003, headAlone: 0.003 },
  lamb: { together: 0.01, headAlone: 0.03 },
  adafactor: { together: 0.03, headAlone: 0.1 },
  muon: { together: 0.001, headAlone: 0.01 },
};

export function usualRate(kind: OptimizerPart['kind'], { headAlone }: Situation): number {
  return usualRates[kind][headAlone ? 'headAlone' : 'together'];
}
