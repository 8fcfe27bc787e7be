/** How much a training step computes, by its products alone. */
import { elementCount } from '#shared/core/shape.ts';
import type { Node, TypedGraph } from '#shared/ir/graph.ts';

/** A gradient by each operand takes as many multiplications as the product itself. */
const perStep = 3;

/** Multiplications in the convolutions and matrix products of a step of a forward graph. */
export function multiplications({ nodes, types }: Pick<TypedGraph, 'nodes' | 'types'>): number {
  const shapeOf = (name: string | undefined): readonly number[] => types.get(name ?? '')?.shape ?? [];
  const of = ({ op, domain, inputs, outputs }: Node): number => {
    if (domain !== '') return 0;
    const made = elementCount(shapeOf(outputs[0]));
    // Each output reads a weight [M, C/g, k…] along all axes but the first.
    if (op === 'Conv') return made * elementCount(shapeOf(inputs[1]).slice(1));
    // The elements of A, each as often as B has columns; the same whether A is transposed or not.
    if (op === 'MatMul' || op === 'Gemm') return elementCount(shapeOf(inputs[0])) * (shapeOf(outputs[0]).at(-1) ?? 1);
    return 0;
  };
  return perStep * nodes.reduce((total, node) => total + of(node), 0);
}
