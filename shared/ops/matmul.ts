/** Matrix products. */
import type { Shape } from '#shared/core/shape.ts';
import { determinant } from '#shared/ops/determinant.ts';
import { decomposition, rule, stop, type Contribution, type Family } from '#shared/ops/entry.ts';
import { einsum } from '#shared/ops/einsum.ts';
import type { Emitter } from '#shared/ops/emitter.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';

/** Swaps the last two axes. */
function transposed(g: Emitter, value: string, rank: number): string {
  const permutation = Array.from({ length: rank }, (_, axis) => axis);
  permutation[rank - 1] = rank - 2;
  permutation[rank - 2] = rank - 1;
  return g.builder.transpose(value, permutation);
}

const product = (g: Emitter, a: string, b: string): string => g.builder.op('MatMul', [a, b]);

/**
 * Y = A·B over broadcast batch axes: dA = dY·Bᵀ, dB = Aᵀ·dY. A vector operand is a one-row (A) or one-column (B)
 * matrix, so those cases are brought to matrices first and back afterwards.
 */
function matmulGradient(g: GradientContext): readonly Contribution[] {
  const aShape = g.inputShape(0);
  const bShape = g.inputShape(1);
  const aMatrix: Shape = aShape.length === 1 ? [1, ...aShape] : aShape;
  const bMatrix: Shape = bShape.length === 1 ? [...bShape, 1] : bShape;
  const reshaped = (value: string, from: Shape, to: Shape): string =>
    from.length === to.length ? value : g.builder.reshape(value, to);
  const a = reshaped(g.input(0), aShape, aMatrix);
  const b = reshaped(g.input(1), bShape, bMatrix);
  const batch = g
    .outputShape(0)
    .slice(0, g.outputShape(0).length - (aShape.length > 1 ? 1 : 0) - (bShape.length > 1 ? 1 : 0));
  const outputMatrix = [...batch, aMatrix.at(-2) as number, bMatrix.at(-1) as number];
  const dy = reshaped(g.dy, g.outputShape(0), outputMatrix);
  const unreduced = (gradient: string, matrix: Shape, shape: Shape): Contribution => {
    const full = [...batch, ...matrix.slice(-2)];
    if (shape.length > 1) return { value: gradient, shape: full };
    return { value: g.builder.reshape(gradient, [...batch, ...shape]), shape: [...batch, ...shape] };
  };
  const gradientOfA = (): Contribution => unreduced(product(g, dy, transposed(g, b, bMatrix.length)), aMatrix, aShape);
  const gradientOfB = (): Contribution =>
    bMatrix.length === 2 && aMatrix.length > 2
      ? foldedWeightGradient(g, a, dy, aMatrix, outputMatrix, bShape)
      : unreduced(product(g, transposed(g, a, aMatrix.length), dy), bMatrix, bShape);
  return [g.needs(0) ? gradientOfA() : undefined, g.needs(1) ? gradientOfB() : undefined];
}

/** One matrix shared by the whole batch: fold the batch into rows, so that one product does product and sum. */
function foldedWeightGradient(
  g: GradientContext,
  a: string,
  dy: string,
  aShape: Shape,
  dyShape: Shape,
  bShape: Shape,
): string {
  const inner = aShape.at(-1) as number;
  const columns = dyShape.at(-1) as number;
  const rowsA = g.builder.reshape(a, [-1, inner]);
  const rowsDy = g.builder.reshape(dy, [-1, columns]);
  const gradient = g.builder.op('Gemm', [rowsA, rowsDy], { transA: 1 });
  return bShape.length > 1 ? gradient : g.builder.reshape(gradient, bShape);
}

/**
 * Y = α·A'·B' + β·C, where A' and B' are A and B or their transposes:
 * dA' = α·dY·B'ᵀ, dB' = α·A'ᵀ·dY, dC = β·dY summed to C's shape by the walker.
 */
function gemmGradient(g: GradientContext): readonly Contribution[] {
  const alpha = { type: 'float', value: g.float('alpha', 1) } as const;
  const [transA, transB] = [g.int('transA', 0), g.int('transB', 0)];
  const gemm = (a: string, b: string, transposeA: number, transposeB: number): string =>
    g.builder.op('Gemm', [a, b], { alpha, transA: transposeA, transB: transposeB });
  return [
    g.when(0, () => (transA ? gemm(g.input(1), g.dy, transB, 1) : gemm(g.dy, g.input(1), 0, 1 - transB))),
    g.when(1, () => (transB ? gemm(g.dy, g.input(0), 1, transA) : gemm(g.input(0), g.dy, 1 - transA, 0))),
    g.needs(2) ? { value: g.scale(g.dy, g.float('beta', 1)), shape: g.outputShape(0) } : undefined,
  ];
}

/**
 * α·A'·B'. Each operand is transposed on request: with `transBatch` its first axis is put before the last, with `trans`
 * the last two change places.
 */
function fusedMatMul(l: LoweringContext): readonly string[] {
  const operand = (index: number, name: 'A' | 'B'): string => {
    const rank = l.inputShape(index).length;
    if (rank < 2) return l.input(index);
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    if (l.int(`transBatch${name}`, 0)) axes.splice(rank - 2, 0, ...axes.splice(0, 1));
    if (l.int(`trans${name}`, 0)) axes.push(...axes.splice(rank - 2, 1));
    return axes.every((from, axis) => from === axis) ? l.input(index) : l.builder.transpose(l.input(index), axes);
  };
  return [l.scale(product(l, operand(0, 'A'), operand(1, 'B')), l.float('alpha', 1))];
}

export const matmul = {
  ...einsum,
  ...determinant,
  MatMul: rule(matmulGradient),
  Gemm: rule(gemmGradient),
  'com.microsoft.FusedMatMul': decomposition(fusedMatMul),
  'com.microsoft.TransposeMatMul': decomposition(fusedMatMul),
  MatMulInteger: stop('integers'),
  QLinearMatMul: stop('integers'),
} as const satisfies Family;
