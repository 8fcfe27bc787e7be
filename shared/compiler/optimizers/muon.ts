import { elementCount, type Shape } from '#shared/core/shape.ts';
import type { Arithmetic } from '#shared/compiler/arithmetic.ts';
import { adamw } from '#shared/compiler/optimizers/adam.ts';
import { decayed, norm, slotOf, zeros, type OptimizerRule } from '#shared/compiler/optimizers/rule.ts';
import type { OptimizerSpec } from '#shared/compiler/optimizers/spec.ts';

const isMatrix = (shape: Shape): boolean => shape.length > 1;

/** Fields that mean something else to AdamW than to Muon. */
function forTheRest({ eps: _, ...spec }: OptimizerSpec): OptimizerSpec {
  return spec;
}

/**
 * Jordan et al. 2024, in the form of torch.optim.Muon: b ← μ·b + (1−μ)·g, u = (1−μ)·g + μ·b with Nesterov (the default)
 * and b without; p ← p·(1 − lr·λ) − lr·f·O(u), where O makes u nearly orthogonal. f is √max(1, R/C) of an R×C matrix, or
 * with `adjust_lr_fn` 'match_rms_adamw' 0.2·√max(R, C), which suits a rate chosen for AdamW (Liu et al. 2025).
 * Kernels of convolutions are matrices [out, everything else]. Vectors are AdamW's, at the same rate and decay.
 * Defaults: μ 0.95, λ 0.1, 5 iterations.
 */
export const muon: OptimizerRule = {
  decay: 0.1,
  slots: (spec, shape) => (isMatrix(shape) ? [zeros('momentum_buffer', shape)] : adamw.slots(forTheRest(spec), shape)),
  terms: (arithmetic, spec, step) => adamw.terms(arithmetic, forTheRest(spec), step),
  update(arithmetic, spec, terms, update) {
    const { shape, gradient, rate } = update;
    if (!isMatrix(shape)) return adamw.update(arithmetic, forTheRest(spec), terms, update);
    const { builder } = arithmetic;
    const momentum = spec.momentum ?? 0.95;
    const average = arithmetic.blend(momentum, slotOf(update, 'momentum_buffer'), gradient);
    const nesterov = spec.nesterov ?? true;
    const direction = nesterov ? arithmetic.blend(1 - momentum, gradient, average) : average;
    const rows = shape[0] as number;
    const matrix: readonly [number, number] = [rows, elementCount(shape) / rows];
    const isFlat = shape.length === 2;
    const flat = isFlat ? direction : builder.reshape(direction, matrix);
    const orthogonal = orthogonalized(arithmetic, flat, matrix, spec);
    const change = isFlat ? orthogonal : builder.reshape(orthogonal, shape);
    const size = arithmetic.scale(rate, rateFactor(matrix, spec));
    return {
      parameter: arithmetic.sub(decayed(arithmetic, update), arithmetic.mul(change, size)),
      slots: { momentum_buffer: average },
    };
  },
};

function rateFactor([rows, columns]: readonly [number, number], spec: OptimizerSpec): number {
  switch (spec.adjust_lr_fn) {
    case 'match_rms_adamw':
      return 0.2 * Math.sqrt(Math.max(rows, columns));
    case 'spectral_unclamped':
      return Math.sqrt(rows / columns);
    default:
      return Math.sqrt(Math.max(1, rows / columns));
  }
}

/**
 * Newton–Schulz: X ← u/‖u‖, then X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, which drives every singular value towards 1.
 * Of the wide form of the matrix, so that A is the smaller square. PyTorch does this in bfloat16, which is not followed here.
 */
function orthogonalized(
  arithmetic: Arithmetic,
  matrix: string,
  shape: readonly [number, number],
  spec: OptimizerSpec,
): string {
  const { builder } = arithmetic;
  const product = (left: string, right: string): string => builder.op('MatMul', [left, right]);
  const [a, b, c] = spec.ns_coefficients ?? [3.4445, -4.775, 2.0315];
  const isTall = shape[0] > shape[1];
  const wide = isTall ? builder.transpose(matrix, [1, 0]) : matrix;
  const length = arithmetic.max(norm(arithmetic, matrix, shape), arithmetic.scalar(spec.eps ?? 1e-7));
  let x = arithmetic.div(wide, length);
  for (let iteration = 0; iteration < (spec.ns_steps ?? 5); iteration++) {
    const gram = product(x, builder.transpose(x, [1, 0]));
    const polynomial = arithmetic.add(arithmetic.scale(gram, b), arithmetic.scale(product(gram, gram), c));
    x = arithmetic.scaledSum(a, x, product(polynomial, x));
  }
  return isTall ? builder.transpose(x, [1, 0]) : x;
}
