/**
 * Phase 3: rewrites fused and exotic operators into ones that have gradient rules of their own. Decompositions are
 * the table's; here they are only spliced in. New values have no types yet: the driver asks the oracle again.
 */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Node, TypedGraph } from '#shared/ir/graph.ts';
import { LoweringContext } from '#shared/ops/lowering-context.ts';
import { NodeView } from '#shared/ops/node-view.ts';
import type { Decomposition } from '#shared/ops/entry.ts';
import { operatorEntry } from '#shared/ops/table.ts';
import { withoutValuesOf } from '#shared/compiler/subgraph.ts';

/**
 * The graph with every decomposable operator replaced; nodes that stay are the very same objects, and the names of
 * all values that were there before are kept. A node that its entry refuses, or whose size depends on the data, stays
 * as it is, for phase 5 to name.
 *
 * @param opset operator-set version of the model, in which the replacements are written
 * @param trained initializers whose values will change
 */
export function lower(graph: TypedGraph, opset: number, trained: readonly string[] = []): Graph {
  const seen = withoutValuesOf(graph, trained);
  const builder = new GraphBuilder(opset);
  builder.reserve(graph);
  for (const node of graph.nodes) {
    const decompose = decompositionOf(node, seen);
    if (decompose) replace(node, seen, builder, decompose);
    else builder.append(node);
  }
  return {
    name: graph.name,
    inputs: graph.inputs,
    outputs: graph.outputs,
    nodes: builder.nodes,
    initializers: new Map([...graph.initializers, ...builder.initializers]),
  };
}

function decompositionOf(node: Node, graph: TypedGraph): Decomposition | undefined {
  const entry = operatorEntry(node.op, node.domain);
  if (entry.kind !== 'decomposition') return undefined;
  const view = new NodeView(node, graph);
  return view.isSized && entry.refuses?.(view) === undefined ? entry.decompose : undefined;
}

/** Appends the replacement, its results under the names of the node's outputs. */
function replace(node: Node, graph: TypedGraph, builder: GraphBuilder, decompose: Decomposition): void {
  const first = builder.nodes.length;
  const results = decompose(new LoweringContext(node, graph, builder));
  const renamed = new Map<string, string>();
  const made = new Set(builder.nodes.slice(first).flatMap((added) => added.outputs));
  results.forEach((result, index) => {
    const output = node.outputs[index];
    if (!output) return;
    if (made.has(result) && !renamed.has(result)) renamed.set(result, output);
    else builder.append({ name: '', op: 'Identity', domain: '', inputs: [result], outputs: [output], attributes: {} });
  });
  const named = node.outputs.find((output) => output !== '') as string;
  const rename = (name: string): string => renamed.get(name) ?? name;
  for (let index = first; index < builder.nodes.length; index++) {
    const added = builder.nodes[index] as Node;
    const outputs = added.outputs.map(rename);
    // The runtime takes a node's name once only.
    const name = outputs.includes(named) ? node.name : '';
    builder.nodes[index] = { ...added, name, inputs: added.inputs.map(rename), outputs };
  }
}
