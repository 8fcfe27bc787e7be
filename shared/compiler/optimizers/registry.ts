/** Every optimizer there is, by the name a case file gives it. */
import { adadelta, adagrad, rmsprop } from '#shared/compiler/optimizers/adaptive-gradient.ts';
import { adafactor } from '#shared/compiler/optimizers/adafactor.ts';
import { adam, adamw, amsgrad } from '#shared/compiler/optimizers/adam.ts';
import { adamax } from '#shared/compiler/optimizers/adamax.ts';
import { lamb } from '#shared/compiler/optimizers/lamb.ts';
import { lion } from '#shared/compiler/optimizers/lion.ts';
import { muon } from '#shared/compiler/optimizers/muon.ts';
import { nadam } from '#shared/compiler/optimizers/nadam.ts';
import { radam } from '#shared/compiler/optimizers/radam.ts';
import type { OptimizerRule } from '#shared/compiler/optimizers/rule.ts';
import { sgd } from '#shared/compiler/optimizers/sgd.ts';
import { GraftError } from '#shared/messages/error.ts';

const rules: Readonly<Record<string, OptimizerRule>> = {
  sgd,
  adam,
  adamw,
  amsgrad,
  adamax,
  nadam,
  radam,
  rmsprop,
  adagrad,
  adadelta,
  lion,
  lamb,
  adafactor,
  muon,
};

export const optimizerKinds: readonly string[] = Object.keys(rules);

/** @throws GraftError `compile.bad-case` */
export function optimizerRule(kind: string): OptimizerRule {
  const rule = Object.hasOwn(rules, kind) ? rules[kind] : undefined;
  if (!rule)
    throw new GraftError('compile.bad-case', {
      reason: `optimizer “${kind}” is not known; known: ${optimizerKinds.join(', ')}.`,
    });
  return rule;
}

/** Weight decay when the case names none: PyTorch's, or the paper's where PyTorch lacks the optimizer. */
export function defaultDecay(kind: string): number {
  return optimizerRule(kind).decay ?? 0;
}
