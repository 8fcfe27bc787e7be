/** Nodes in order, each of which can be dealt with once everything it waits for is there. */
import { Heap } from '#shared/core/heap.ts';
import type { Node } from '#shared/ir/graph.ts';

export class Readiness {
  readonly #nodes: readonly Node[];
  /** How many values each node still waits for. */
  readonly #missing: number[] = [];
  readonly #readers = new Map<string, number[]>();
  readonly #ready = new Heap();
  readonly #taken = new Set<number>();

  /**
   * @param nodes in topological order
   * @param waitsFor the values that a node waits for and that are not there yet
   */
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
      if (names.size === 0) this.#ready.push(index);
    });
  }

  /** Those that were not taken. */
  get waiting(): Node[] {
    return this.#nodes.filter((_, index) => !this.#taken.has(index));
  }

  /** Takes the first node that waits for nothing. */
  take(): Node | undefined {
    for (let index = this.#ready.pop(); index !== undefined; index = this.#ready.pop()) {
      if (this.#missing[index] !== 0 || this.#taken.has(index)) continue;
      this.#taken.add(index);
      return this.#nodes[index];
    }
    return undefined;
  }

  /** A value is there. */
  arrive(name: string): void {
    for (const reader of this.#readers.get(name) ?? []) {
      const missing = (this.#missing[reader] as number) - 1;
      this.#missing[reader] = missing;
      if (missing === 0) this.#ready.push(reader);
    }
  }

  /** A value that had arrived is not there after all. */
  withdraw(name: string): void {
    for (const reader of this.#readers.get(name) ?? []) (this.#missing[reader] as number)++;
  }
}
