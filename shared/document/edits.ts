/**
 * Every change a person can make to a document. Pure: each takes a document and gives a new one, sharing
 * what did not change, and gives the very same one when there is nothing to do.
 */
import { kindOf } from '#shared/nodes/registry.ts';
import { canConnect, splicePorts } from './connect.ts';
import { findNode, findPort, sameEndpoint, sameWire, wiresInto, wiresOutOf } from './graph.ts';
import type { Endpoint, GraftDocument, GraphNode, Wire } from './model.ts';

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** The kind's conventional id, else the first of `id-2`, `id-3`, … that is free. */
export function freshId(taken: ReadonlySet<string>, kind: string): string {
  const base = kindOf(kind)?.id ?? kind;
  if (!taken.has(base)) return base;
  let count = 2;
  while (taken.has(`${base}-${count}`)) count++;
  return `${base}-${count}`;
}

export interface NewNode {
  readonly kind: string;
  readonly position: Position;
  readonly title?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export function addNode(document: GraftDocument, added: NewNode): { document: GraftDocument; id: string } {
  const id = freshId(new Set(document.nodes.map((node) => node.id)), added.kind);
  const node: GraphNode = {
    id,
    kind: added.kind,
    title: added.title ?? '',
    position: { ...added.position },
    parameters: { ...added.parameters },
  };
  return { document: { ...document, nodes: [...document.nodes, node] }, id };
}

/** Removes nodes and the wires at them. Heals nothing. */
export function removeNodes(document: GraftDocument, ids: readonly string[]): GraftDocument {
  const gone = new Set(ids);
  if (!document.nodes.some(({ id }) => gone.has(id))) return document;
  return {
    ...document,
    nodes: document.nodes.filter(({ id }) => !gone.has(id)),
    wires: document.wires.filter(({ from, to }) => !gone.has(from.node) && !gone.has(to.node)),
  };
}

/** Removes nodes and joins what fed each with what it fed, where the types are the same. */
export function removeAndHeal(document: GraftDocument, ids: readonly string[]): GraftDocument {
  return ids.reduce((current, id) => {
    const incoming = wiresInto(current, id);
    const healed = wiresOutOf(current, id).flatMap((out) => {
      const type = findPort(current, out.from, 'output')?.type;
      const feed = incoming.find((wire) => type !== undefined && findPort(current, wire.to, 'input')?.type === type);
      return feed ? [{ from: feed.from, to: out.to }] : [];
    });
    return healed.reduce((joined, { from, to }) => connect(joined, from, to), removeNodes(current, [id]));
  }, document);
}

/** Joins an output to an input, in place of the wire that was there. Nothing happens where `canConnect` refuses. */
export function connect(document: GraftDocument, from: Endpoint, to: Endpoint): GraftDocument {
  const wire: Wire = { from: { ...from }, to: { ...to } };
  if (document.wires.some((existing) => sameWire(existing, wire))) return document;
  if (!canConnect(document, from, to).ok) return document;
  return { ...document, wires: [...document.wires.filter((other) => !sameEndpoint(other.to, to)), wire] };
}

export function disconnect(document: GraftDocument, wires: readonly Wire[]): GraftDocument {
  const kept = document.wires.filter((wire) => !wires.some((gone) => sameWire(gone, wire)));
  return kept.length === document.wires.length ? document : { ...document, wires: kept };
}

/** Puts nodes at new positions, by id. */
export function moveNodes(document: GraftDocument, positions: ReadonlyMap<string, Position>): GraftDocument {
  return editNodes(document, (node) => {
    const position = positions.get(node.id);
    if (!position || (position.x === node.position.x && position.y === node.position.y)) return node;
    return { ...node, position: { x: position.x, y: position.y } };
  });
}

/** Sets one parameter; `undefined` goes back to the kind's default. */
export function setParameter(document: GraftDocument, id: string, name: string, value: unknown): GraftDocument {
  return editNodes(document, (node) => {
    if (node.id !== id || node.parameters[name] === value) return node;
    const others = Object.entries(node.parameters).filter(([key]) => key !== name);
    const entries = value === undefined ? others : [...others, [name, value] as const];
    return { ...node, parameters: Object.fromEntries(entries) };
  });
}

/** Gives a node a title of the person's own; '' goes back to the kind's. */
export function renameNode(document: GraftDocument, id: string, title: string): GraftDocument {
  return editNodes(document, (node) => (node.id !== id || node.title === title ? node : { ...node, title }));
}

/** Whether a node can be put into a wire: it passes the wire's type on, and its ports for that are free. */
export function canSplice(document: GraftDocument, id: string, wire: Wire): boolean {
  return spliceWires(document, id, wire) !== undefined;
}

/** Puts a node that is on the canvas into a wire: the wire's source feeds it, and it feeds the wire's target. */
export function spliceIntoWire(document: GraftDocument, id: string, wire: Wire): GraftDocument {
  const wires = spliceWires(document, id, wire);
  return wires ? connectAll(disconnect(document, [wire]), wires) : document;
}

function spliceWires(document: GraftDocument, id: string, wire: Wire): [Wire, Wire] | undefined {
  const node = findNode(document, id);
  const kind = node && kindOf(node.kind);
  const type = findPort(document, wire.from, 'output')?.type;
  const ports = kind && type && splicePorts(kind, type);
  if (!ports || !document.wires.some((existing) => sameWire(existing, wire))) return undefined;
  const input = { node: id, port: ports.input.name };
  const output = { node: id, port: ports.output.name };
  const rest = disconnect(document, [wire]);
  const wires: [Wire, Wire] = [
    { from: wire.from, to: input },
    { from: output, to: wire.to },
  ];
  // A wire that is refused, or replaces another, leaves the count short.
  return connectAll(rest, wires).wires.length === rest.wires.length + 2 ? wires : undefined;
}

function connectAll(document: GraftDocument, wires: readonly Wire[]): GraftDocument {
  return wires.reduce((current, { from, to }) => connect(current, from, to), document);
}

function editNodes(document: GraftDocument, edit: (node: GraphNode) => GraphNode): GraftDocument {
  const nodes = document.nodes.map(edit);
  return nodes.every((node, index) => node === document.nodes[index]) ? document : { ...document, nodes };
}
