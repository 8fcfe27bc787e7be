/** If nodes whose condition is known before running: the branch that is taken stands in their place. */
import { definitions, rename } from '#shared/compiler/subgraph.ts';
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Node } from '#shared/ir/graph.ts';
import { numbers, type Tensor } from '#shared/ir/tensor.ts';

/**
 * The graph with every If of known condition replaced, those inside a branch that was taken included; the graph itself
 * when there is none. Values inside a branch get new names.
 */
export function resolveBranches(graph: Graph): Graph {
  if (!graph.nodes.some((node) => takenBranch(node, graph.initializers))) return graph;
  const free = new GraphBuilder(0, graph);
  const initializers = new Map(graph.initializers);
  const nodes: Node[] = [];
  const place = (node: Node): void => {
    const branch = takenBranch(node, initializers);
    if (!branch) {
      nodes.push(node);
      return;
    }
    const renamed = rename(branch, new Map([...definitions(branch)].map((name) => [name, free.fresh(name)])));
    for (const [name, tensor] of renamed.initializers) initializers.set(name, tensor);
    for (const inner of renamed.nodes) place(inner);
    // A branch may hand out an outer value, or one value twice.
    node.outputs.forEach((output, index) => {
      const result = renamed.outputs[index];
      if (output === '' || !result) return;
      nodes.push({
        name: node.name,
        op: 'Identity',
        domain: '',
        inputs: [result.name],
        outputs: [output],
        attributes: {},
      });
    });
  };
  for (const node of graph.nodes) place(node);
  return { ...graph, nodes, initializers };
}

/** The body that an If takes; undefined for other nodes, and where the condition is computed. */
function takenBranch(node: Node, initializers: ReadonlyMap<string, Tensor>): Graph | undefined {
  if (node.op !== 'If' || node.domain !== '') return undefined;
  const condition = initializers.get(node.inputs[0] ?? '');
  if (!condition) return undefined;
  const body = node.attributes[numbers(condition)[0] ? 'then_branch' : 'else_branch'];
  return body?.type === 'graph' ? body.value : undefined;
}
