/** Functions of one variable, element by element: dx = dy · f′(x). */
import { rule, stop, type Family, type OperatorEntry } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** A rule from the derivative alone. */
function slope(derivative: (g: GradientContext) => string): OperatorEntry {
  return rule((g) => [g.when(0, () => g.mul(g.dy, derivative(g)))]);
}

/** A rule from the reciprocal of the derivative. */
function inverseSlope(reciprocal: (g: GradientContext) => string): OperatorEntry {
  return rule((g) => [g.when(0, () => g.div(g.dy, reciprocal(g)))]);
}

const square = (g: GradientContext, value: string): string => g.mul(value, value);

export const functions = {
  Neg: rule((g) => [g.when(0, () => g.neg(g.dy))]),
  Abs: slope((g) => g.unary('Sign', g.x)),
  Exp: slope((g) => g.y),
  Log: inverseSlope((g) => g.x),
  // 1 / (2√x)
  Sqrt: inverseSlope((g) => g.scale(g.y, 2)),
  // −1 / x² = −y²
  Reciprocal: slope((g) => g.neg(square(g, g.y))),
  // (2 / √π) e^(−x²)
  Erf: slope((g) => g.scale(g.unary('Exp', g.neg(square(g, g.x))), 2 / Math.sqrt(Math.PI))),
  Sin: slope((g) => g.unary('Cos', g.x)),
  Cos: slope((g) => g.neg(g.unary('Sin', g.x))),
  // 1 + tan²x
  Tan: slope((g) => g.shift(square(g, g.y), 1)),
  Asin: inverseSlope((g) => g.unary('Sqrt', g.oneMinus(square(g, g.x)))),
  Acos: inverseSlope((g) => g.neg(g.unary('Sqrt', g.oneMinus(square(g, g.x))))),
  Atan: inverseSlope((g) => g.shift(square(g, g.x), 1)),
  Sinh: slope((g) => g.unary('Cosh', g.x)),
  Cosh: slope((g) => g.unary('Sinh', g.x)),
  // 1 − tanh²x
  Tanh: slope((g) => g.oneMinus(square(g, g.y))),
  Asinh: inverseSlope((g) => g.unary('Sqrt', g.shift(square(g, g.x), 1))),
  Acosh: inverseSlope((g) => g.unary('Sqrt', g.shift(square(g, g.x), -1))),
  Atanh: inverseSlope((g) => g.oneMinus(square(g, g.x))),
  Sign: stop('constant between jumps'),
  Floor: stop('constant between jumps'),
  Ceil: stop('constant between jumps'),
  Round: stop('constant between jumps'),
} as const satisfies Family;
