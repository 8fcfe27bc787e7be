/** Topological order, which files should have and some lack. */
import { reads, type Graph, type Node } from '#shared/ir/graph.ts';
import { Readiness } from './readiness.ts';

export interface Dangling {
  /** A node that reads a value nothing before it makes, or that is in a circle. */
  readonly reader: Node;
  readonly value: string;
}

/** The graph with every node behind what it reads, else in the order it had; or the first node that cannot be placed. */
export function inOrder(graph: Graph): Graph | Dangling {
  const made = new Set(['', ...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  const queue = new Readiness(graph.nodes, (node) => reads(node).filter((name) => !made.has(name)));
  const placed: Node[] = [];
  for (let node = queue.take(); node !== undefined; node = queue.take()) {
    placed.push(node);
    for (const output of node.outputs) {
      if (made.has(output)) continue;
      made.add(output);
      queue.arrive(output);
    }
  }
  if (placed.length < graph.nodes.length) return dangling(queue.waiting, made);
  return placed.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes: placed };
}

function dangling(waiting: readonly Node[], made: ReadonlySet<string>): Dangling {
  const producible = new Set(waiting.flatMap((node) => node.outputs));
  const lost = (node: Node): string | undefined => reads(node).find((name) => !made.has(name) && !producible.has(name));
  // A value that nothing makes is a better culprit than one that waits for it.
  const reader = (waiting.find((node) => lost(node) !== undefined) ?? waiting[0]) as Node;
  return { reader, value: lost(reader) ?? (reads(reader).find((name) => !made.has(name)) as string) };
}
