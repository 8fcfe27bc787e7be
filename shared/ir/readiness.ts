/** Nodes in a list, each of which can be taken out once everything it waits for is there. */
import { Heap } from '#shared/core/heap.ts';
import type { Node } from '#shared/ir/graph.ts';

export class Readiness {
  readonly #nodes: readonly Node[];
  /** How many values each node still waits for. */
  readonly #missing: number[] = [];
  /** The nodes that wait for a value. */
  readonly #readers = new Map<string, number[]>();
  readonly #taken = new Set<number>();
  /** Ready nodes by whether this round through the list or the next one comes by them. */
  #round = new Heap();
  #later = new Heap();
  /** Where in the list the last one was taken out. */
  #at = -1;

  /** @param waitsFor the values that a node waits for and that are not there yet */
  constructor(nodes: readonly Node[], waitsFor: (node: Node) => Iterable<string>) {
    this.#nodes = nodes;
    nodes.forEach((node, index) => {
      const names = new Set(waitsFor(node));
      this.#missing.push(names.size);
      for (const name of names) {
        const readers = this.#readers.get(name);
        if (readers) readers.push(index);
        else this.#readers.set(name, [index]);
      }
      if (names.size === 0) this.#round.push(index);
    });
  }

  /** Those that were not taken out, in their order. */
  get waiting(): Node[] {
    return this.#nodes.filter((_, index) => !this.#taken.has(index));
  }

  /**
   * Takes a node out that waits for nothing. The order is what going through the list again and again gives: a node that
   * became ready behind the last one comes in this round, one before it in the next.
   */
  take(): Node | undefined {
    for (;;) {
      if (this.#round.size === 0) [this.#round, this.#later] = [this.#later, this.#round];
      const index = this.#round.pop();
      if (index === undefined) return undefined;
      if (this.#missing[index] !== 0 || this.#taken.has(index)) continue;
      this.#taken.add(index);
      this.#at = index;
      return this.#nodes[index];
    }
  }

  /** A value is there. */
  arrive(name: string): void {
    for (const reader of this.#readers.get(name) ?? []) {
      const missing = (this.#missing[reader] as number) - 1;
      this.#missing[reader] = missing;
      if (missing === 0) (reader > this.#at ? this.#round : this.#later).push(reader);
    }
  }

  /** A value that had arrived is not there after all. */
  withdraw(name: string): void {
    for (const reader of this.#readers.get(name) ?? []) (this.#missing[reader] as number)++;
  }
}
