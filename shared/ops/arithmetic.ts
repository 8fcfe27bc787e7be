/** Arithmetic of two or more broadcasting inputs. The walker sums gradients down to each input's shape. */
import { broadcasting, rule, stop, type Family } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

/** y = max(x₀, x₁, …): equal winners share, dxᵢ = dy · [xᵢ = y] / Σⱼ [xⱼ = y]. Min likewise. */
function extremum(g: GradientContext): readonly (string | undefined)[] {
  if (g.node.inputs.length === 1) return [g.when(0, () => g.dy)];
  const winners = g.node.inputs.map((input) => g.indicator('Equal', input, g.y));
  const share = g.div(
    g.dy,
    winners.reduce((sum, winner) => g.add(sum, winner)),
  );
  return g.each((index) => g.mul(share, winners[index] as string));
}

/** True where the exponent is one known number. */
function uniformExponent(g: GradientContext): number | undefined {
  const values = g.constant(1);
  const first = values?.[0];
  return first !== undefined && values?.every((value) => value === first) ? first : undefined;
}

/** d(xᵖ)/dx = p · xᵖ⁻¹, which is zero for p = 0 even where x is */
function powerSlope(g: GradientContext): string {
  const exponent = uniformExponent(g);
  if (exponent === 0 || exponent === 1) return g.scalar(exponent);
  if (exponent === 2) return g.scale(g.x, 2);
  if (exponent === 0.5) return g.div(g.scalar(0.5), g.y);
  if (exponent !== undefined) return g.scale(g.pow(g.x, exponent - 1), exponent);
  const power = g.builder.cast(g.input(1), g.dtype);
  const isZero = g.builder.op('Equal', [power, g.scalar(0)]);
  const lowered = g.builder.op('Where', [isZero, power, g.sub(power, g.scalar(1))]);
  return g.mul(power, g.builder.op('Pow', [g.x, lowered]));
}

/** d(xᵖ)/dp = xᵖ · ln x, taken as zero where x ≤ 0, where it is infinite or complex. */
function exponentSlope(g: GradientContext): string {
  const positive = g.builder.op('Greater', [g.x, g.scalar(0)]);
  const safe = g.builder.op('Where', [positive, g.x, g.scalar(1)]);
  return g.builder.op('Where', [positive, g.mul(g.y, g.unary('Log', safe)), g.scalar(0)]);
}

export const arithmetic = {
  Add: broadcasting((g) => g.each(() => g.dy)),
  Sub: broadcasting((g) => [g.when(0, () => g.dy), g.when(1, () => g.neg(g.dy))]),
  Mul: broadcasting((g) => [g.when(0, () => g.mul(g.dy, g.input(1))), g.when(1, () => g.mul(g.dy, g.input(0)))]),
  // y = a / b: da = dy / b, db = −dy · y / b
  Div: broadcasting((g) => {
    const da = g.div(g.dy, g.input(1));
    return [g.when(0, () => da), g.when(1, () => g.neg(g.mul(da, g.y)))];
  }),
  Pow: broadcasting((g) => [
    g.when(0, () => g.mul(g.dy, powerSlope(g))),
    g.when(1, () => g.builder.cast(g.mul(g.dy, exponentSlope(g)), g.inputType(1).dtype)),
  ]),
  // y = a − b · n with whole n, the float form (fmod = 1): da = dy, db = −dy · n
  Mod: broadcasting((g) => [
    g.when(0, () => g.dy),
    g.when(1, () => g.neg(g.mul(g.dy, g.unary('Round', g.div(g.sub(g.input(0), g.y), g.input(1)))))),
  ]),
  Sum: broadcasting((g) => g.each(() => g.dy)),
  Mean: broadcasting((g) => {
    const share = g.scale(g.dy, 1 / g.node.inputs.length);
    return g.each(() => share);
  }),
  Max: broadcasting(extremum),
  Min: broadcasting(extremum),
  // y = c ? a : b
  Where: broadcasting((g) => [
    undefined,
    g.when(1, () => g.builder.op('Where', [g.input(0), g.dy, g.scalar(0)])),
    g.when(2, () => g.builder.op('Where', [g.input(0), g.scalar(0), g.dy])),
  ]),
  Identity: rule((g) => [g.when(0, () => g.dy)]),
  Cast: rule((g) => [g.when(0, () => g.builder.cast(g.dy, g.inputType(0).dtype))]),
  CastLike: rule((g) => [g.when(0, () => g.builder.cast(g.dy, g.inputType(0).dtype))], { stops: [1] }),
  And: stop('logic'),
  Or: stop('logic'),
  Xor: stop('logic'),
  Not: stop('logic'),
  Equal: stop('comparison'),
  Greater: stop('comparison'),
  GreaterOrEqual: stop('comparison'),
  Less: stop('comparison'),
  LessOrEqual: stop('comparison'),
  IsInf: stop('comparison'),
  IsNaN: stop('comparison'),
  BitCast: stop('bits'),
  BitShift: stop('integers'),
  BitwiseAnd: stop('integers'),
  BitwiseNot: stop('integers'),
  BitwiseOr: stop('integers'),
  BitwiseXor: stop('integers'),
} as const satisfies Family;
