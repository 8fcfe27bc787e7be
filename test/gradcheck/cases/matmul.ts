import { determinantCases } from '#test/gradcheck/cases/determinant.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { signed } from '#test/gradcheck/inputs.ts';

const product = (name: string, a: number[], b: number[]): GradientCase => ({
  op: 'MatMul',
  name,
  inputs: [signed(...a), signed(...b)],
});
const gemms = [0, 1].flatMap((transA) =>
  [0, 1].map((transB): GradientCase => ({
    op: 'Gemm',
    name: `transA ${transA}, transB ${transB}`,
    inputs: [signed(...(transA ? [4, 2] : [2, 4])), signed(...(transB ? [3, 4] : [4, 3])), signed(3)],
    attributes: { transA, transB, alpha: 0.7, beta: 1.3 },
  })),
);

export const matmulCases: readonly GradientCase[] = [
  ...determinantCases,
  product('matrices', [2, 4], [4, 3]),
  product('batch', [5, 2, 4], [5, 4, 3]),
  product('batch times matrix', [5, 2, 4], [4, 3]),
  product('matrix times batch', [2, 4], [5, 4, 3]),
  product('broadcast batches', [5, 1, 2, 4], [3, 4, 3]),
  product('broadcast ones', [1, 2, 4], [6, 4, 3]),
  product('vector times matrix', [4], [4, 3]),
  product('matrix times vector', [2, 4], [4]),
  product('vectors', [4], [4]),
  product('vector times batch', [4], [5, 4, 3]),
  product('batch times vector', [5, 2, 4], [4]),
  ...gemms,
  { op: 'Gemm', name: 'without C', inputs: [signed(2, 4), signed(4, 3)] },
  { op: 'Gemm', name: 'scalar C', inputs: [signed(2, 4), signed(4, 3), signed()] },
  { op: 'Gemm', name: 'column C', inputs: [signed(2, 4), signed(4, 3), signed(2, 1)] },
  {
    op: 'com.microsoft.FusedMatMul',
    name: 'both transposed, scaled',
    inputs: [signed(5, 4, 2), signed(5, 3, 4)],
    attributes: { transA: 1, transB: 1, alpha: 0.5 },
    dtype: 'float32',
  },
  {
    op: 'Einsum',
    name: 'batch product',
    inputs: [signed(2, 3, 4), signed(2, 4, 5)],
    attributes: { equation: 'bij,bjk->bik' },
  },
  {
    op: 'Einsum',
    name: 'attention scores',
    inputs: [signed(2, 3, 2, 4), signed(2, 5, 2, 4)],
    attributes: { equation: 'bqhd,bkhd->bhqk' },
  },
  {
    op: 'Einsum',
    name: 'three operands',
    inputs: [signed(2, 3), signed(3, 4), signed(4, 2)],
    attributes: { equation: 'ab, bc, cd -> ad' },
  },
  {
    op: 'Einsum',
    name: 'a letter of its own',
    inputs: [signed(2, 3), signed(3, 4)],
    attributes: { equation: 'ij,jk->j' },
  },
  { op: 'Einsum', name: 'result not given', inputs: [signed(2, 3), signed(3, 4)], attributes: { equation: 'ij,jk' } },
  { op: 'Einsum', name: 'one operand', inputs: [signed(2, 3)], attributes: { equation: 'ij->ji' } },
];
