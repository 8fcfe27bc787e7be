/** A pile of numbers from which the smallest comes first. */
export class Heap {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((items[above] as number) <= item) break;
      items[at] = items[above] as number;
      at = above;
    }
    items[at] = item;
  }

  /** Takes the smallest out; undefined when there is none. */
  pop(): number | undefined {
    const items = this.#items;
    const smallest = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return smallest;
    let at = 0;
    for (let below = 1; below < items.length; below = 2 * at + 1) {
      const smaller =
        below + 1 < items.length && (items[below + 1] as number) < (items[below] as number) ? below + 1 : below;
      if ((items[smaller] as number) >= last) break;
      items[at] = items[smaller] as number;
      at = smaller;
    }
    items[at] = last;
    return smallest;
  }
}
