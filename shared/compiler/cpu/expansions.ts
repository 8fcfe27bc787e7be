/**
 * What is spread over a shape only to be added to or multiplied by something of that shape: the arithmetic spreads it
 * itself, without a value of that size written and read.
 */
import { withoutDead } from '#shared/compiler/subgraph.ts';
import { sameShape } from '#shared/core/shape.ts';
import { producers, type Graph, type Node } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** @param types of all values whose sizes are known */
export function spreadWhereRead(graph: Graph, types: ReadonlyMap<string, TensorType>): Graph {
  const made = producers(graph);
  const sourceOf = (value: string): string | undefined => {
    const node = made.get(value);
    return node?.op === 'Expand' && node.domain === '' ? node.inputs[0] : undefined;
  };
  const isWhole = (value: string | undefined, { outputs: [result = ''] }: Node): boolean => {
    const [own, whole] = [types.get(value ?? ''), types.get(result)];
    return own !== undefined && whole !== undefined && sameShape(own.shape, whole.shape);
  };
  let isChanged = false;
  const nodes = graph.nodes.map((node): Node => {
    if (node.domain !== '' || !arithmetic.has(node.op)) return node;
    const inputs = node.inputs.map((input, index) => {
      const source = sourceOf(input);
      return source !== undefined && isWhole(node.inputs[1 - index], node) ? source : input;
    });
    // Of two that are spread, one has to stay so.
    const spread = inputs.filter((input, index) => input !== node.inputs[index]).length;
    if (spread !== 1) return node;
    isChanged = true;
    return { ...node, inputs };
  });
  return isChanged ? withoutDead({ ...graph, nodes }) : graph;
}
