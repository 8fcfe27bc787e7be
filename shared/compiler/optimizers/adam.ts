import {
  decayed,
  secondMoment,
  slotOf,
  StepClock,
  withDecay,
  zeros,
  type OptimizerRule,
} from '#shared/compiler/optimizers/rule.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';

export function betasOf(spec: OptimizerSpec): readonly [number, number] {
  return spec.betas ?? [0.9, 0.999];
}

interface Variant {
  /** Multiplies p by 1 − lr·λ first (Loshchilov and Hutter 2019); otherwise λ·p is added to g. */
  readonly decoupled: boolean;
  /** Without being asked for in the case. */
  readonly amsgrad?: boolean;
}

/**
 * m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − lr·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
 * Kingma and Ba 2015. With `amsgrad` the largest v so far stands under the root (Reddi et al. 2018).
 */
function adamVariant({ decoupled, amsgrad = false }: Variant): OptimizerRule {
  const keepsLargest = (spec: OptimizerSpec): boolean => spec.amsgrad ?? amsgrad;
  return {
    isElementwise: true,
    decay: decoupled ? 0.01 : 0,
    slots: (spec, shape) =>
      ['exp_avg', 'exp_avg_sq', ...(keepsLargest(spec) ? ['max_exp_avg_sq'] : [])].map((name) => zeros(name, shape)),
    terms(arithmetic, spec, step) {
      const clock = new StepClock(arithmetic, step);
      const [beta1, beta2] = betasOf(spec);
      return {
        firstCorrection: clock.out(clock.correction(beta1)),
        rootOfSecondCorrection: clock.out(clock.unary('Sqrt', clock.correction(beta2))),
      };
    },
    update(arithmetic, spec, terms, update) {
      const [beta1, beta2] = betasOf(spec);
      const slope = decoupled ? update.gradient : withDecay(arithmetic, update);
      const start = decoupled ? decayed(arithmetic, update) : update.parameter;
      const first = arithmetic.blend(beta1, slotOf(update, 'exp_avg'), slope);
      const second = secondMoment(arithmetic, beta2, slotOf(update, 'exp_avg_sq'), slope);
      const largest = keepsLargest(spec) ? arithmetic.max(slotOf(update, 'max_exp_avg_sq'), second) : undefined;
      // With r = √(1−β₂ᵗ): m̂/(√v/r + ε) = r·m̂/(√v + ε·r), which is one pass over the parameter fewer.
      const correction = terms['rootOfSecondCorrection'] as string;
      const epsilon = arithmetic.scale(correction, spec.eps ?? 1e-8);
      const denominator = arithmetic.add(arithmetic.unary('Sqrt', largest ?? second), epsilon);
      const rate = arithmetic.div(arithmetic.mul(update.rate, correction), terms['firstCorrection'] as string);
      const change = arithmetic.mul(arithmetic.div(first, denominator), rate);
      return {
        parameter: arithmetic.sub(start, change),
        slots: { exp_avg: first, exp_avg_sq: second, ...(largest ? { max_exp_avg_sq: largest } : {}) },
      };
    },
  };
}

export const adam = adamVariant({ decoupled: false });
export const adamw = adamVariant({ decoupled: true });
export const amsgrad = adamVariant({ decoupled: false, amsgrad: true });
