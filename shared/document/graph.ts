/** Questions about a document's graph. Wires to nodes that are not there are passed over. */
import { Heap } from '#shared/core/heap.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import type { NodeKind, Port } from '#shared/nodes/kind.ts';
import { circlesAmong } from './circles.ts';
import { indexOfNode, nodeById, wiresFrom, wiresTo } from './lookup.ts';
import type { Endpoint, GraftDocument, GraphNode, Wire } from './model.ts';

export type Side = 'input' | 'output';

/** What of a document is asked for nodes and their ports. */
export interface WithNodes {
  readonly nodes: readonly GraphNode[];
}

export function findNode(document: WithNodes, id: string): GraphNode | undefined {
  return nodeById(document.nodes, id);
}

/** Those of the nodes that are there, in document order. */
export function nodesById({ nodes }: WithNodes, ids: readonly string[]): GraphNode[] {
  const chosen = new Set(ids);
  return nodes.filter(({ id }) => chosen.has(id));
}

/** The person's title for a node, else its kind's. */
export function nodeTitle(node: GraphNode): string {
  return node.title || (kindOf(node.kind)?.title ?? node.kind);
}

export function portsOf(kind: NodeKind, side: Side): readonly Port[] {
  return side === 'input' ? kind.inputs : kind.outputs;
}

/** The port an endpoint names, unless its node, kind or port does not exist. */
export function findPort(document: WithNodes, endpoint: Endpoint, side: Side): Port | undefined {
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
  return wiresInto(document, input.node).find(({ to }) => to.port === input.port);
}

export function wiresInto(document: GraftDocument, node: string): readonly Wire[] {
  return wiresTo(document.wires, node);
}

export function wiresOutOf(document: GraftDocument, node: string): readonly Wire[] {
  return wiresFrom(document.wires, node);
}

/** The nodes that wires lead to a node from, one for each wire. */
export function feeding(document: GraftDocument, node: string): string[] {
  return wiresInto(document, node).map((wire) => wire.from.node);
}

/** The nodes that wires lead to from a node, one for each wire. */
export function fed(document: GraftDocument, node: string): string[] {
  return wiresOutOf(document, node).map((wire) => wire.to.node);
}

function reach(start: readonly string[], next: (node: string) => readonly string[]): Set<string> {
  const seen = new Set<string>();
  const pending = start.flatMap(next);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const other of next(node)) pending.push(other);
  }
  return seen;
}

/** Every node that feeds one of these, however far; the nodes themselves only when they are in a circle. */
export function upstream(document: GraftDocument, nodes: readonly string[]): Set<string> {
  return reach(nodes, (node) => feeding(document, node));
}

/** Every node that one of these feeds, however far; the nodes themselves only when they are in a circle. */
export function downstream(document: GraftDocument, nodes: readonly string[]): Set<string> {
  return reach(nodes, (node) => fed(document, node));
}

type Neighbours = (node: string) => Iterable<string>;

/**
 * Whether `before` feeds `after`, another node. Looks from both ends in turn, so that it is over when the shorter of the
 * two looks is.
 */
export function feeds(before: string, after: string, next: Neighbours, previous: Neighbours): boolean {
  const [ahead, behind] = [new Set([before]), new Set([after])];
  const looks = [
    { pending: [before], seen: ahead, other: behind, neighbours: next },
    { pending: [after], seen: behind, other: ahead, neighbours: previous },
  ];
  for (;;) {
    for (const { pending, seen, other, neighbours } of looks) {
      const node = pending.pop();
      if (node === undefined) return false;
      for (const neighbour of neighbours(node)) {
        if (other.has(neighbour)) return true;
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        pending.push(neighbour);
      }
    }
  }
}

/** Ids such that every wire leads forward, document order where wires leave a choice; undefined with a circle. */
export function topologicalOrder({ nodes, wires }: GraftDocument): string[] | undefined {
  /** How many wires from nodes that are not placed yet end at each node. */
  const waiting = new Map<string, number>();
  for (const { id } of nodes) waiting.set(id, 0);
  for (const { from, to } of wires) {
    const count = waiting.get(to.node);
    if (count !== undefined && waiting.has(from.node)) waiting.set(to.node, count + 1);
  }
  const ready = new Heap();
  for (const [id, count] of waiting) if (count === 0) ready.push(indexOfNode(nodes, id) as number);
  const order: string[] = [];
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    const { id } = nodes[index] as GraphNode;
    order.push(id);
    for (const { to } of wiresFrom(wires, id)) {
      const count = waiting.get(to.node);
      if (count === undefined) continue;
      waiting.set(to.node, count - 1);
      if (count === 1) ready.push(indexOfNode(nodes, to.node) as number);
    }
  }
  return order.length === waiting.size ? order : undefined;
}

/** The first node, in document order, that feeds itself. */
export function findCycle(document: GraftDocument): GraphNode | undefined {
  if (topologicalOrder(document)) return undefined;
  const circles = circlesAmong(document.wires);
  return document.nodes.find(({ id }) => circles.has(id));
}
