/** Circles of wires, which no edit makes but a file may hold. */
import type { Wire } from './model.ts';

interface Visit {
  readonly node: string;
  readonly order: number;
  /** The earliest node still open that is known to be reached from here. */
  lowest: number;
  readonly next: Iterator<string>;
}

/**
 * The circles that nodes are in, numbered: two nodes with one number feed each other. A node that does not feed itself
 * has none. Strongly connected components after Tarjan (1972), without recursion: a chain may be of any length.
 */
export function circlesAmong(wires: Iterable<Wire>): Map<string, number> {
  const targets = new Map<string, string[]>();
  const feedItself = new Set<string>();
  for (const { from, to } of wires) {
    const known = targets.get(from.node);
    if (known) known.push(to.node);
    else targets.set(from.node, [to.node]);
    if (from.node === to.node) feedItself.add(from.node);
  }
  const circles = new Map<string, number>();
  const orders = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const path: Visit[] = [];
  let found = 0;

  const enter = (node: string): void => {
    const order = orders.size;
    orders.set(node, order);
    open.push(node);
    isOpen.add(node);
    path.push({ node, order, lowest: order, next: (targets.get(node) ?? [])[Symbol.iterator]() });
  };
  const leave = ({ node, order, lowest }: Visit): void => {
    const before = path.at(-1);
    if (before) before.lowest = Math.min(before.lowest, lowest);
    if (lowest < order) return;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isOpen.delete(member);
    if (members.length > 1 || feedItself.has(node)) for (const member of members) circles.set(member, found);
    found++;
  };

  for (const start of targets.keys()) {
    if (!orders.has(start)) enter(start);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const step = visit.next.next();
      if (step.done === true) {
        path.pop();
        leave(visit);
      } else if (!orders.has(step.value)) enter(step.value);
      else if (isOpen.has(step.value)) visit.lowest = Math.min(visit.lowest, orders.get(step.value) as number);
    }
  }
  return circles;
}
