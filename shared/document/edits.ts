/**
 * Every change a person can make to a document. Pure: each takes a document and gives a new one, sharing
 * what did not change, and gives the very same one when there is nothing to do.
 */
import { kindOf } from '#shared/nodes/registry.ts';
import { canConnect, splicePorts } from './connect.ts';
import { findNode, findPort, sameEndpoint, sameWire, wiresInto } from './graph.ts';
import { indexOfNode, inTheSamePlaces } from './lookup.ts';
import { wireKey, type Endpoint, type GraftDocument, type GraphNode, type Wire } from './model.ts';
import { Wiring } from './wiring.ts';

export interface Position {
  readonly x: number;
  readonly y: number;
}

/**
 * Gives ids one after another: the kind's conventional id, else the first of `id-2`, `id-3`, … that is free. Each is
 * taken once it is given, so that counting goes on where it was.
 */
export function freshIds({ nodes }: GraftDocument): (kind: string) => string {
  const taken = new Set(nodes.map(({ id }) => id));
  const counts = new Map<string, number>();
  return (kind) => {
    const base = kindOf(kind)?.id ?? kind;
    let count = counts.get(base) ?? 1;
    const named = (): string => (count === 1 ? base : `${base}-${count}`);
    while (taken.has(named())) count++;
    const id = named();
    counts.set(base, count);
    taken.add(id);
    return id;
  };
}

export interface NewNode {
  readonly kind: string;
  readonly position: Position;
  readonly title?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export function addNode(document: GraftDocument, added: NewNode): { document: GraftDocument; id: string } {
  const id = freshIds(document)(added.kind);
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

/** Removes nodes, one after another, and joins what fed each with what it fed, where the types are the same. */
export function removeAndHeal(document: GraftDocument, ids: readonly string[]): GraftDocument {
  const gone = new Set(ids.filter((id) => findNode(document, id)));
  if (gone.size === 0) return document;
  const wiring = new Wiring(document);
  for (const id of gone) wiring.heal(id);
  return { ...document, nodes: document.nodes.filter(({ id }) => !gone.has(id)), wires: wiring.wires };
}

/** Joins an output to an input, in place of the wire that was there. Nothing happens where `canConnect` refuses. */
export function connect(document: GraftDocument, from: Endpoint, to: Endpoint): GraftDocument {
  const wire: Wire = { from: { ...from }, to: { ...to } };
  if (wiresInto(document, to.node).some((existing) => sameWire(existing, wire))) return document;
  if (!canConnect(document, from, to).ok) return document;
  return { ...document, wires: [...document.wires.filter((other) => !sameEndpoint(other.to, to)), wire] };
}

export function disconnect(document: GraftDocument, wires: readonly Wire[]): GraftDocument {
  const gone = new Set(wires.map(wireKey));
  const kept = document.wires.filter((wire) => !gone.has(wireKey(wire)));
  return kept.length === document.wires.length ? document : { ...document, wires: kept };
}

/** Puts nodes at new positions, by id. */
export function moveNodes(document: GraftDocument, positions: ReadonlyMap<string, Position>): GraftDocument {
  const nodes = document.nodes.map((node) => {
    const position = positions.get(node.id);
    if (!position || (position.x === node.position.x && position.y === node.position.y)) return node;
    return { ...node, position: { x: position.x, y: position.y } };
  });
  if (nodes.every((node, index) => node === document.nodes[index])) return document;
  return { ...document, nodes: inTheSamePlaces(document.nodes, nodes) };
}

/** Sets one parameter; `undefined` goes back to the kind's default. */
export function setParameter(document: GraftDocument, id: string, name: string, value: unknown): GraftDocument {
  return editNode(document, id, (node) => {
    if (node.parameters[name] === value) return node;
    const others = Object.entries(node.parameters).filter(([key]) => key !== name);
    const entries = value === undefined ? others : [...others, [name, value] as const];
    return { ...node, parameters: Object.fromEntries(entries) };
  });
}

/** Gives a node a title of the person's own; '' goes back to the kind's. */
export function renameNode(document: GraftDocument, id: string, title: string): GraftDocument {
  return editNode(document, id, (node) => (node.title === title ? node : { ...node, title }));
}

/** Whether a node can be put into a wire: it passes the wire's type on, and its ports for that are free. */
export function canSplice(document: GraftDocument, id: string, wire: Wire): boolean {
  return spliceWires(document, id, wire) !== undefined;
}

/** Puts a node that is on the canvas into a wire: the wire's source feeds it, and it feeds the wire's target. */
export function spliceIntoWire(document: GraftDocument, id: string, wire: Wire): GraftDocument {
  const wires = spliceWires(document, id, wire);
  return wires ? withBoth(disconnect(document, [wire]), wires) : document;
}

function spliceWires(document: GraftDocument, id: string, wire: Wire): [Wire, Wire] | undefined {
  const node = findNode(document, id);
  const kind = node && kindOf(node.kind);
  const type = findPort(document, wire.from, 'output')?.type;
  const ports = kind && type && splicePorts(kind, type);
  if (!ports || !wiresInto(document, wire.to.node).some((existing) => sameWire(existing, wire))) return undefined;
  const input = { node: id, port: ports.input.name };
  const output = { node: id, port: ports.output.name };
  const rest = disconnect(document, [wire]);
  const wires: [Wire, Wire] = [
    { from: wire.from, to: input },
    { from: output, to: wire.to },
  ];
  // A wire that is refused, or replaces another, leaves the count short.
  return withBoth(rest, wires).wires.length === rest.wires.length + 2 ? wires : undefined;
}

function withBoth(document: GraftDocument, wires: readonly [Wire, Wire]): GraftDocument {
  return wires.reduce((current, { from, to }) => connect(current, from, to), document);
}

/** The wires one after another, as `connect`. */
export function connectAll(document: GraftDocument, wires: readonly Wire[]): GraftDocument {
  const wiring = new Wiring(document);
  return wiring.connectAll(wires) ? { ...document, wires: wiring.wires } : document;
}

/** @param edit keeps the node's id and kind */
function editNode(document: GraftDocument, id: string, edit: (node: GraphNode) => GraphNode): GraftDocument {
  const index = indexOfNode(document.nodes, id);
  const node = index === undefined ? undefined : document.nodes[index];
  const edited = node && edit(node);
  if (index === undefined || edited === undefined || edited === node) return document;
  return { ...document, nodes: inTheSamePlaces(document.nodes, document.nodes.with(index, edited)) };
}
