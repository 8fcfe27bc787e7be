import type { Arithmetic } from '#shared/compiler/arithmetic.ts';
import { sumOfSquares } from '#shared/compiler/optimizers/rule.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

/** Keeps every element within ±limit (PyTorch's clip_grad_value_). @param gradients by parameter */
export function clipByValue(
  arithmetic: Arithmetic,
  gradients: ReadonlyMap<string, string>,
  limit: number,
): Map<string, string> {
  return new Map([...gradients].map(([parameter, gradient]) => [parameter, arithmetic.clip(gradient, -limit, limit)]));
}

/**
 * Scales all gradients by min(1, limit ÷ (‖g‖₂ + 1e-6)), ‖g‖₂ over all of them together
 * (Pascanu et al. 2013; the 1e-6 is PyTorch's clip_grad_norm_).
 */
export function clipByGlobalNorm(
  arithmetic: Arithmetic,
  gradients: ReadonlyMap<string, string>,
  types: ReadonlyMap<string, TensorType>,
  limit: number,
): Map<string, string> {
  if (gradients.size === 0) return new Map();
  const squares = [...gradients].map(([parameter, gradient]) =>
    sumOfSquares(arithmetic, gradient, types.get(parameter)?.shape ?? []),
  );
  const norm = arithmetic.unary('Sqrt', arithmetic.total(squares));
  const ratio = arithmetic.div(arithmetic.scalar(limit), arithmetic.shift(norm, 1e-6));
  // In this order a norm that is not a number makes all gradients such, as in PyTorch.
  const scale = arithmetic.min(arithmetic.scalar(1), ratio);
  return new Map([...gradients].map(([parameter, gradient]) => [parameter, arithmetic.mul(gradient, scale)]));
}
