/** Questions about a document's graph. Wires to nodes that are not there are passed over. */
import { kindOf } from '#shared/nodes/registry.ts';
import type { NodeKind, Port } from '#shared/nodes/kind.ts';
import type { Endpoint, GraftDocument, GraphNode, Wire } from './model.ts';

export type Side = 'input' | 'output';

export function findNode(document: GraftDocument, id: string): GraphNode | undefined {
  return document.nodes.find((node) => node.id === id);
}

/** The person's title for a node, else its kind's. */
export function nodeTitle(node: GraphNode): string {
  return node.title || (kindOf(node.kind)?.title ?? node.kind);
}

export function portsOf(kind: NodeKind, side: Side): readonly Port[] {
  return side === 'input' ? kind.inputs : kind.outputs;
}

/** The port an endpoint names, unless its node, kind or port does not exist. */
export function findPort(document: GraftDocument, endpoint: Endpoint, side: Side): Port | undefined {
  const node = findNode(document, endpoint.node);
  const kind = node && kindOf(node.kind);
  return kind && portsOf(kind, side).find(({ name }) => name === endpoint.port);
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.node === b.node && a.port === b.port;
}

export function sameWire(a: Wire, b: Wire): boolean {
  return sameEndpoint(a.from, b.from) && sameEndpoint(a.to, b.to);
}

/** The wire in an input port. */
export function incomingWire(document: GraftDocument, input: Endpoint): Wire | undefined {
  return document.wires.find((wire) => sameEndpoint(wire.to, input));
}

export function wiresInto(document: GraftDocument, node: string): Wire[] {
  return document.wires.filter((wire) => wire.to.node === node);
}

export function wiresOutOf(document: GraftDocument, node: string): Wire[] {
  return document.wires.filter((wire) => wire.from.node === node);
}

function reach(start: readonly string[], next: (node: string) => readonly string[]): Set<string> {
  const seen = new Set<string>();
  const pending = start.flatMap(next);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...next(node));
  }
  return seen;
}

/** Every node that feeds one of these, however far; the nodes themselves only when they are in a circle. */
export function upstream(document: GraftDocument, nodes: readonly string[]): Set<string> {
  return reach(nodes, (node) => wiresInto(document, node).map((wire) => wire.from.node));
}

/** Every node that one of these feeds, however far; the nodes themselves only when they are in a circle. */
export function downstream(document: GraftDocument, nodes: readonly string[]): Set<string> {
  return reach(nodes, (node) => wiresOutOf(document, node).map((wire) => wire.to.node));
}

/** Ids such that every wire leads forward, document order where wires leave a choice; undefined with a circle. */
export function topologicalOrder(document: GraftDocument): string[] | undefined {
  const ids = new Set(document.nodes.map(({ id }) => id));
  const waiting = new Map(
    document.nodes.map(({ id }) => [id, wiresInto(document, id).filter((wire) => ids.has(wire.from.node)).length]),
  );
  const order: string[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].find(([, count]) => count === 0)?.[0];
    if (ready === undefined) return undefined;
    waiting.delete(ready);
    order.push(ready);
    for (const wire of wiresOutOf(document, ready)) {
      const count = waiting.get(wire.to.node);
      if (count !== undefined) waiting.set(wire.to.node, count - 1);
    }
  }
  return order;
}

/** The first node, in document order, that feeds itself. */
export function findCycle(document: GraftDocument): GraphNode | undefined {
  if (topologicalOrder(document)) return undefined;
  return document.nodes.find(({ id }) => upstream(document, [id]).has(id));
}
