import type { AttributeValue } from '#shared/ir/builder.ts';
import { determinantCases } from '#test/gradcheck/cases/determinant.ts';
import type { GradientCase } from '#test/gradcheck/harness.ts';
import { between, given, signed, type InputSpec } from '#test/gradcheck/inputs.ts';

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

/** Operands whose axes end up as [5, 2, 4] and [5, 4, 3]. */
function fusedProduct(attributes: Record<string, number>): GradientCase {
  const { transBatchA, transA, transBatchB, transB } = attributes;
  const operand = (rows: number, columns: number, swap = 0, batchLater = 0): InputSpec => {
    const [first, last] = swap ? [columns, rows] : [rows, columns];
    return batchLater ? signed(first, 5, last) : signed(5, first, last);
  };
  return {
    op: 'com.microsoft.FusedMatMul',
    name: `batch ${transBatchA} ${transBatchB}, matrix ${transA} ${transB}`,
    inputs: [operand(2, 4, transA, transBatchA), operand(4, 3, transB, transBatchB)],
    attributes,
  };
}

const activations: readonly [string, Record<string, AttributeValue>][] = [
  ['Relu', {}],
  ['Sigmoid', {}],
  ['Tanh', {}],
  ['Softplus', {}],
  ['Softsign', {}],
  ['LeakyRelu', { activation_alpha: 0.3 }],
  ['Elu', { activation_alpha: 1.5 }],
  ['Celu', { activation_alpha: 1.5 }],
  ['ThresholdedRelu', { activation_alpha: 0.01 }],
  ['Selu', { activation_alpha: 1.6, activation_gamma: 1.1 }],
  ['HardSigmoid', { activation_alpha: 0.1, activation_beta: 0.45 }],
];

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
  ...activations.map(([activation, attributes]): GradientCase => ({
    op: 'com.microsoft.FusedGemm',
    name: activation,
    // Far enough on either side of the kinks at zero.
    inputs: [signed(4, 2), between(-0.3, 0.3, 3, 4), given([2, -2, 1.8], 3)],
    attributes: { activation, transA: 1, transB: 1, alpha: 0.7, beta: 1.3, ...attributes },
    dtype: 'float32',
  })),
  {
    op: 'com.microsoft.FusedGemm',
    name: 'without C',
    inputs: [signed(2, 4), signed(4, 3)],
    attributes: { activation: 'Tanh' },
    oracle: 'decomposition',
  },
  ...[0, 1].flatMap((transBatchA) =>
    [0, 1].flatMap((transA) =>
      [0, 1].flatMap((transBatchB) =>
        [0, 1].map((transB) => fusedProduct({ transBatchA, transA, transBatchB, transB, alpha: 0.7 })),
      ),
    ),
  ),
  {
    op: 'com.microsoft.FusedMatMul',
    name: 'batch axes of two',
    inputs: [signed(4, 2, 3, 5), signed(2, 3, 5, 2)],
    attributes: { transBatchA: 1 },
  },
  { op: 'com.microsoft.FusedMatMul', name: 'vector', inputs: [signed(3), signed(2, 3, 4)], attributes: { transA: 1 } },
  {
    op: 'com.microsoft.TransposeMatMul',
    name: 'both transposed, scaled',
    inputs: [signed(5, 4, 2), signed(5, 3, 4)],
    attributes: { transA: 1, transB: 1, alpha: 0.5 },
    oracle: 'decomposition',
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
  ...[
    {
      equation: '...ij,...jk->...ik',
      shapes: [
        [2, 3, 4],
        [2, 4, 2],
      ],
    },
    {
      equation: '...ij,jk',
      shapes: [
        [2, 2, 3, 4],
        [4, 2],
      ],
    },
    {
      equation: 'b...,b...->...',
      shapes: [
        [3, 2, 4],
        [3, 2, 4],
      ],
    },
    {
      equation: 'i...,...->i...',
      shapes: [
        [3, 2, 4],
        [2, 4],
      ],
    },
    { equation: '...i->...', shapes: [[2, 3, 4]] },
    { equation: 'ii->i', shapes: [[3, 3]] },
    { equation: 'ii', shapes: [[3, 3]] },
    {
      equation: 'iji,jk->ik',
      shapes: [
        [3, 2, 3],
        [2, 4],
      ],
    },
    { equation: 'bii->bi', shapes: [[2, 3, 3]] },
    { equation: 'iii->i', shapes: [[3, 3, 3]] },
    {
      equation: 'Ab , bC -> AC',
      shapes: [
        [2, 3],
        [3, 2],
      ],
    },
    {
      equation: 'bA,Ac',
      shapes: [
        [2, 3],
        [3, 2],
      ],
    },
    { equation: ',ij->ij', shapes: [[], [2, 3]] },
    { equation: ',->', shapes: [[], []] },
    { equation: 'i,i->', shapes: [[3], [3]] },
    {
      equation: 'ij,ij->ij',
      shapes: [
        [1, 3],
        [2, 3],
      ],
    },
    {
      equation: 'ij,jk,kl->il',
      shapes: [
        [2, 3],
        [3, 2],
        [2, 2],
      ],
    },
    {
      equation: '...ij,...jk->...ik',
      shapes: [
        [1, 3, 4],
        [2, 4, 2],
      ],
    },
    {
      equation: 'ij,kl->ik',
      shapes: [
        [2, 3],
        [2, 2],
      ],
    },
  ].map(({ equation, shapes }): GradientCase => ({
    op: 'Einsum',
    name: equation,
    inputs: shapes.map((shape) => signed(...shape)),
    attributes: { equation },
    opsets: [13, 26],
  })),
];
