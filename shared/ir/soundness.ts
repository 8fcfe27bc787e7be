/** What a graph from a file must satisfy before anything reads it: every value is made, and made once. */
import type { Graph } from '#shared/ir/graph.ts';
import { inOrder } from '#shared/ir/order.ts';

/** The graph in topological order, each node under a name of its own or none; or what is wrong with it, in words. */
export function sound(graph: Graph): { readonly graph: Graph } | { readonly flaw: string } {
  const made = new Set(['', ...graph.initializers.keys()]);
  const again = [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)].find(
    (name) => name !== '' && made.size === made.add(name).size,
  );
  if (again !== undefined) return { flaw: `“${again}” is made twice.` };
  const sorted = inOrder(graph);
  if ('reader' in sorted) {
    const { reader, value } = sorted;
    const title = reader.name || (reader.outputs[0] ?? '');
    return { flaw: `${reader.op} “${title}” reads “${value}”, which nothing makes before it.` };
  }
  const lost = graph.outputs.find(({ name }) => !made.has(name));
  if (lost) return { flaw: `nothing makes its output “${lost.name}”.` };
  return { graph: withOwnNames(sorted) };
}

/** Names of nodes mean nothing, but the runtime takes each once only. */
function withOwnNames(graph: Graph): Graph {
  const names = new Set<string>();
  const repeated = new Set(graph.nodes.filter(({ name }) => name !== '' && names.size === names.add(name).size));
  if (repeated.size === 0) return graph;
  return { ...graph, nodes: graph.nodes.map((node) => (repeated.has(node) ? { ...node, name: '' } : node)) };
}
