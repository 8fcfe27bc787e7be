import { expect, test } from 'vitest';
import { multiplications } from '#shared/compiler/tuning/work.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

test('a step computes each product three times: forward, and for the gradients of both operands', () => {
  const builder = new GraphBuilder(17);
  const types = new Map<string, TensorType>();
  const typed = (name: string, ...shape: number[]): string => {
    types.set(name, { dtype: 'float32', shape });
    return name;
  };
  typed(builder.op('Conv', [typed('x', 2, 3, 8, 8), typed('w', 16, 3, 5, 5)]), 2, 16, 4, 4);
  typed(builder.op('Conv', [typed('z', 2, 6, 4, 4), typed('v', 6, 1, 3, 3)], { group: 6 }), 2, 6, 2, 2);
  typed(builder.op('Gemm', [typed('a', 10, 4), typed('b', 10, 7)], { transA: 1 }), 4, 7);
  typed(builder.op('MatMul', [typed('c', 5, 6, 8), typed('d', 8, 3)]), 5, 6, 3);
  typed(builder.op('Relu', ['x']), 2, 3, 8, 8);
  const products = [2 * 16 * 4 * 4 * 75, 2 * 6 * 2 * 2 * 9, 10 * 4 * 7, 5 * 6 * 8 * 3];
  expect(multiplications({ nodes: builder.nodes, types })).toBe(3 * products.reduce((sum, value) => sum + value));
});
