/**
 * x·σ(x), which exporters write as two nodes, is one operator of onnxruntime's. As one, its gradient needs two passes over
 * the activations fewer, and σ(x) need not be kept.
 */
import type { Node } from '#shared/ir/graph.ts';
import { float } from '#shared/ir/builder.ts';
import { readCounts } from '#shared/compiler/subgraph.ts';
import type { TypedModel } from '#shared/compiler/2-shape.ts';

export function fuseSwish(model: TypedModel): TypedModel {
  const pairs = findPairs(model);
  if (pairs.size === 0) return model;
  const sigmoids = new Set(pairs.values());
  const nodes = model.graph.nodes.flatMap((node): Node[] => {
    const sigmoid = pairs.get(node);
    if (!sigmoid) return sigmoids.has(node) ? [] : [node];
    const inputs = [sigmoid.inputs[0] as string];
    return [{ ...node, op: 'QuickGelu', domain: 'com.microsoft', inputs, attributes: { alpha: float(1) } }];
  });
  return { ...model, graph: { ...model.graph, nodes }, opsets: { ...model.opsets, 'com.microsoft': 1 } };
}

/** By product the Sigmoid node of its own other factor, where nothing else reads what that makes. */
function findPairs({ graph }: TypedModel): Map<Node, Node> {
  const readers = readCounts(graph);
  const sigmoids = new Map(
    graph.nodes.filter(({ op, domain }) => op === 'Sigmoid' && domain === '').map((node) => [node.outputs[0], node]),
  );
  const pairs = new Map<Node, Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'Mul' || node.domain !== '') continue;
    const [a, b] = node.inputs as readonly [string, string];
    const sigmoid = sigmoidOf(sigmoids, a, b) ?? sigmoidOf(sigmoids, b, a);
    const isAlone = sigmoid && readers.get(sigmoid.outputs[0] as string) === 1;
    if (isAlone && graph.types.get(sigmoid.inputs[0] as string)?.dtype === 'float32') pairs.set(node, sigmoid);
  }
  return pairs;
}

function sigmoidOf(sigmoids: ReadonlyMap<string | undefined, Node>, of: string, x: string): Node | undefined {
  const node = sigmoids.get(of);
  return node?.inputs[0] === x ? node : undefined;
}
