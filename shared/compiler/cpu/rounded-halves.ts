/**
 * Has float16 values rounded as their type says. onnxruntime's processor kernels compute them in float32, and where one
 * follows another it takes out the casts in between, and with them all that float16 does to numbers. Two changes of shape, which
 * are free, stand between two casts; a single one would be done in float32 as well.
 */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph } from '#shared/ir/graph.ts';
import type { TensorType } from '#shared/ir/tensor.ts';

export function roundHalves(graph: Graph, opset: number, types: ReadonlyMap<string, TensorType>): Graph {
  const isHalf = (name: string): boolean => types.get(name)?.dtype === 'float16';
  if (!graph.nodes.some((node) => node.outputs.some(isHalf))) return graph;
  const builder = new GraphBuilder(opset);
  builder.reserve(graph);
  for (const node of graph.nodes) {
    const exact = new Map(node.outputs.filter(isHalf).map((name) => [name, builder.fresh(`${name}/exact`)]));
    builder.append({ ...node, outputs: node.outputs.map((name) => exact.get(name) ?? name) });
    for (const [name, from] of exact) {
      const inputs = [builder.op('Unsqueeze', [from, builder.ints([0])]), builder.ints(types.get(name)?.shape ?? [])];
      builder.append({ name: '', op: 'Reshape', domain: '', inputs, outputs: [name], attributes: {} });
    }
  }
  return { ...graph, nodes: builder.nodes, initializers: new Map([...graph.initializers, ...builder.initializers]) };
}
