/** The learning rate to begin with, by optimizer. */
import type { Situation } from '#shared/nodes/kind.ts';
import type { OptimizerPart } from '#shared/nodes/recipe.ts';

const rateOfAdamw = 1e-3;

/**
 * A head on frozen features is a small, nearly convex problem that bears ten times the usual rate, and at the
 * usual one would not be done in 30 epochs. The built-in backbone's card measured its linear probe at 1e-2 too.
 */
const headAloneFactor = 10;

/**
 * Each optimizer's rate relative to AdamW's, by its paper or PyTorch's default: Adamax 2e-3 (Kingma and Ba 2015);
 * RAdam bears 3e-2 and begins with plain steps (Liu et al. 2020); Lion a third to a tenth (Chen et al. 2023); Adafactor's
 * and LAMB's are shares of a parameter's size; Muon's is scaled to AdamW's (Liu et al. 2025).
 */
const relative: Readonly<Record<OptimizerPart['kind'], number>> = {
  sgd: 10,
  adam: 1,
  adamw: 1,
  adamax: 2,
  nadam: 1,
  radam: 3,
  rmsprop: 1,
  adagrad: 10,
  adadelta: 1,
  lion: 0.3,
  lamb: 3,
  adafactor: 10,
  muon: 1,
};

export function usualRate(kind: OptimizerPart['kind'], { headAlone }: Situation): number {
  // Adadelta finds the size of its steps itself (Zeiler 2012).
  if (kind === 'adadelta') return 1;
  return Number((rateOfAdamw * relative[kind] * (headAlone ? headAloneFactor : 1)).toPrecision(3));
}
