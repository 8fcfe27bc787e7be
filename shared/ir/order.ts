/** Topological order, which files should have and some lack. */
import { Heap } from '#shared/core/heap.ts';
import { reads, type Graph, type Node } from '#shared/ir/graph.ts';

export interface Dangling {
  readonly reader: Node;
  /** What it reads although nothing makes it, or makes it only from the reader itself. */
  readonly value: string;
}

/**
 * The graph with every node behind what it reads, or the first node that cannot be placed. The order is what going
 * through the nodes again and again gives, each time taking those out for which everything is made.
 */
export function inOrder(graph: Graph): Graph | Dangling {
  const made = new Set(['', ...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  const queue = new Queue(graph.nodes, made);
  const placed: Node[] = [];
  for (let node = queue.next(); node !== undefined; node = queue.next()) {
    placed.push(node);
    for (const output of node.outputs) queue.make(output);
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

/** Nodes as everything they read is made: those further on in the list at once, others in the next round through it. */
class Queue {
  readonly #nodes: readonly Node[];
  readonly #made: Set<string>;
  /** How many values each node waits for; -1 of those taken out. */
  readonly #missing: number[];
  /** The nodes that wait for a value. */
  readonly #readers = new Map<string, number[]>();
  #round = new Heap();
  #later = new Heap();
  #at = -1;

  constructor(nodes: readonly Node[], made: Set<string>) {
    this.#nodes = nodes;
    this.#made = made;
    this.#missing = nodes.map((node, index) => {
      const missing = new Set(reads(node).filter((name) => !made.has(name)));
      for (const name of missing) {
        const readers = this.#readers.get(name);
        if (readers) readers.push(index);
        else this.#readers.set(name, [index]);
      }
      if (missing.size === 0) this.#round.push(index);
      return missing.size;
    });
  }

  /** Those that were never taken out, in their order. */
  get waiting(): Node[] {
    return this.#nodes.filter((_, index) => this.#missing[index] !== -1);
  }

  next(): Node | undefined {
    if (this.#round.size === 0) [this.#round, this.#later] = [this.#later, this.#round];
    const index = this.#round.pop();
    if (index === undefined) return undefined;
    this.#at = index;
    this.#missing[index] = -1;
    return this.#nodes[index];
  }

  make(name: string): void {
    if (this.#made.has(name)) return;
    this.#made.add(name);
    for (const reader of this.#readers.get(name) ?? []) {
      const missing = (this.#missing[reader] as number) - 1;
      this.#missing[reader] = missing;
      if (missing === 0) (reader > this.#at ? this.#round : this.#later).push(reader);
    }
  }
}
