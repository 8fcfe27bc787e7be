/** Topological order, which files should have and some lack. */
import { reads, type Graph, type Node } from '#shared/ir/graph.ts';

export interface Dangling {
  readonly reader: Node;
  /** What it reads although nothing makes it, or makes it only from the reader itself. */
  readonly value: string;
}

/** The graph with every node behind what it reads, else in the order it had; or the first node that cannot be placed. */
export function inOrder(graph: Graph): Graph | Dangling {
  const made = new Set(['', ...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  const unmade = (node: Node): string | undefined => reads(node).find((name) => !made.has(name));
  const placed: Node[] = [];
  let waiting: readonly Node[] = graph.nodes;
  while (waiting.length > 0) {
    const later: Node[] = [];
    for (const node of waiting) {
      if (unmade(node) === undefined) {
        placed.push(node);
        for (const output of node.outputs) made.add(output);
      } else later.push(node);
    }
    if (later.length === waiting.length) {
      const producible = new Set(later.flatMap((node) => node.outputs));
      // A value that nothing makes is a better culprit than one that waits for it.
      const reader =
        later.find((node) => reads(node).some((name) => !made.has(name) && !producible.has(name))) ?? later[0];
      const lost = reads(reader as Node).find((name) => !made.has(name) && !producible.has(name));
      return { reader: reader as Node, value: lost ?? (unmade(reader as Node) as string) };
    }
    waiting = later;
  }
  return placed.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes: placed };
}
