/** Range nodes that take vectors of one element where scalars belong, as onnxruntime allows while sizes are unknown. */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph } from '#shared/ir/graph.ts';

/** The graph with every computed operand of a Range made a scalar; the graph itself where there is none. */
export function withScalarRanges(graph: Graph): Graph {
  if (!graph.nodes.some(({ op, domain }) => op === 'Range' && domain === '')) return graph;
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]));
  const isScalar = (name: string): boolean => {
    const input = inputs.get(name);
    const shape =
      graph.initializers.get(name)?.shape ?? (input && input.unknown === undefined ? input.shape : undefined);
    return shape?.length === 0;
  };
  const builder = new GraphBuilder(0);
  builder.reserve(graph);
  for (const node of graph.nodes) {
    const scalars = node.op === 'Range' && node.domain === '';
    const operand = (name: string): string => (isScalar(name) ? name : builder.reshape(name, []));
    builder.append(scalars ? { ...node, inputs: node.inputs.map(operand) } : node);
  }
  return { ...graph, nodes: builder.nodes, initializers: new Map([...graph.initializers, ...builder.initializers]) };
}
