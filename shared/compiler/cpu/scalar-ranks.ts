/**
 * Gives scalars the rank of what they are combined with. onnxruntime takes a scalar beside [960, 160, 1, 1] for something
 * to be broadcast along each row of one element, which is a hundred times slower than beside [960, 160].
 */
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph } from '#shared/ir/graph.ts';
import type { Tensor, TensorType } from '#shared/ir/tensor.ts';

const combining: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Max Min Where Greater GreaterOrEqual Less LessOrEqual Equal'.split(' '),
);

/** Fewer elements are as fast either way. */
const smallest = 64;

export function rankScalars(graph: Graph, opset: number, types: ReadonlyMap<string, TensorType>): Graph {
  const builder = new GraphBuilder(opset);
  builder.reserve(graph);
  const initializers = new Map<string, Tensor>(graph.initializers);
  const ranked = new Map<string, string>();
  const withRank = (name: string, rank: number): string => {
    const key = `${rank}/${name}`;
    const known = ranked.get(key);
    if (known) return known;
    const shape = Array.from({ length: rank }, () => 1);
    const constant = graph.initializers.get(name);
    const made = constant ? builder.fresh(`${name}/ranked`) : builder.reshape(name, shape);
    if (constant) initializers.set(made, { ...constant, shape });
    ranked.set(key, made);
    return made;
  };
  for (const node of graph.nodes) {
    const shape = types.get(node.outputs[0] ?? '')?.shape ?? [];
    const isSlow = combining.has(node.op) && node.domain === '' && shape.length > 1 && shape.at(-1) === 1;
    if (!isSlow || elementCount(shape) < smallest) {
      builder.append(node);
      continue;
    }
    const inputs = node.inputs.map((input) => {
      const own = types.get(input)?.shape;
      return own && own.length < shape.length && elementCount(own) === 1 ? withRank(input, shape.length) : input;
    });
    builder.append({ ...node, inputs });
  }
  return { ...graph, nodes: builder.nodes, initializers: new Map([...initializers, ...builder.initializers]) };
}
