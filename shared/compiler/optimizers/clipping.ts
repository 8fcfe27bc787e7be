import type { Shape } from '#shared/core/shape.ts';
import { float32, sumOfSquares } from '#shared/compiler/optimizers/rule.ts';
import type { GraphBuilder } from '#shared/ir/builder.ts';

/** Keeps every element within ±limit (PyTorch's clip_grad_value_). @param gradients by parameter */
export function clipByValue(
  builder: GraphBuilder,
  gradients: ReadonlyMap<string, string>,
  limit: number,
): Map<string, string> {
  const arithmetic = float32(builder);
  return new Map([...gradients].map(([parameter, gradient]) => [parameter, arithmetic.clip(gradient, -limit, limit)]));
}

/**
 * Scales all gradients by min(1, limit ÷ (‖g‖₂ + 1e-6)), ‖g‖₂ over all of them together
 * (Pascanu et al. 2013; the 1e-6 is PyTorch's clip_grad_norm_).
 */
export function clipByGlobalNorm(
  builder: GraphBuilder,
  gradients: ReadonlyMap<string, string>,
  shapes: ReadonlyMap<string, Shape>,
  limit: number,
): Map<string, string> {
  const arithmetic = float32(builder);
  const squares = [...gradients].map(([parameter, gradient]) =>
    sumOfSquares(arithmetic, gradient, shapes.get(parameter) ?? []),
  );
  const norm = arithmetic.unary('Sqrt', squares.length > 1 ? builder.op('Sum', squares) : (squares[0] as string));
  const ratio = arithmetic.div(arithmetic.scalar(limit), arithmetic.shift(norm, 1e-6));
  const scale = builder.op('Min', [ratio, arithmetic.scalar(1)]);
  return new Map([...gradients].map(([parameter, gradient]) => [parameter, arithmetic.mul(gradient, scale)]));
}
