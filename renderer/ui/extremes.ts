/** The least and the greatest of a list of any length, which `Math.min` and `Math.max` take for too many arguments. */

/** Infinity of none. */
export function leastOf<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((least, item) => Math.min(least, measure(item)), Infinity);
}

/** −Infinity of none. */
export function greatestOf<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((greatest, item) => Math.max(greatest, measure(item)), -Infinity);
}
