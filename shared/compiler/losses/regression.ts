/** Losses of the difference d = x − t of predictions and float targets of one shape [N, …]: the mean over all elements. */
import { Arithmetic } from '#shared/compiler/arithmetic.ts';
import { alignedTarget, likePredictions, meanOf, type LossRule, type Pointwise } from '#shared/compiler/losses/rule.ts';
import type { LossSpec } from '#shared/compiler/losses/spec.ts';

function ofDifference(point: (arithmetic: Arithmetic, d: string, spec: LossSpec) => Pointwise): LossRule {
  return {
    target: likePredictions,
    build(builder, spec, inputs) {
      const arithmetic = new Arithmetic(builder, inputs.type.dtype);
      const difference = arithmetic.sub(inputs.logits, alignedTarget(arithmetic, inputs));
      return meanOf(arithmetic, inputs, point(arithmetic, difference, spec));
    },
  };
}

/** d²; slope 2d. PyTorch's MSELoss. */
export const meanSquaredError = ofDifference((arithmetic, d) => ({
  value: arithmetic.square(d),
  slope: arithmetic.scale(d, 2),
}));

const absolute = (arithmetic: Arithmetic, d: string): Pointwise => ({
  value: arithmetic.unary('Abs', d),
  slope: arithmetic.sign(d),
});

/** |d|; slope sign d. PyTorch's L1Loss. */
export const meanAbsoluteError = ofDifference(absolute);

/** With c = d kept within ±δ: c·(d − c/2), which is d²/2 inside and δ·(|d| − δ/2) outside; slope c. PyTorch's HuberLoss. */
function parabolaWithin(arithmetic: Arithmetic, d: string, delta: number): Pointwise {
  const kept = arithmetic.clip(d, -delta, delta);
  return { value: arithmetic.mul(kept, arithmetic.sub(d, arithmetic.scale(kept, 0.5))), slope: kept };
}

export const huber = ofDifference((arithmetic, d, spec) => parabolaWithin(arithmetic, d, spec.delta ?? 1));

/** The Huber loss with δ = β, over β; the absolute error at β = 0. PyTorch's SmoothL1Loss. */
export const smoothL1 = ofDifference((arithmetic, d, spec) => {
  const beta = spec.beta ?? 1;
  if (beta === 0) return absolute(arithmetic, d);
  const { value, slope } = parabolaWithin(arithmetic, d, beta);
  return { value: arithmetic.scale(value, 1 / beta), slope: arithmetic.scale(slope, 1 / beta) };
});
