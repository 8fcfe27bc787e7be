/** Ids of a selection, for the many cards that ask whether they are in it. */
const chosen = new WeakMap<readonly string[], ReadonlySet<string>>();

export function isSelected(selection: readonly string[], id: string): boolean {
  const ids = chosen.get(selection) ?? new Set(selection);
  chosen.set(selection, ids);
  return ids.has(id);
}
