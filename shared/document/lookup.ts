/**
 * Where nodes and wires are in a document, looked up instead of looked for. Each table is made once for a list, when it
 * is first needed: documents are never changed, and edits share the lists they leave alone.
 */
import type { GraphNode, Wire } from './model.ts';

type Nodes = readonly GraphNode[];

/** Positions in a list of nodes. */
interface Places {
  readonly byId: ReadonlyMap<string, number>;
  /** Of the first node of each kind. */
  readonly byKind: ReadonlyMap<string, number>;
}

/** Wires in the order of the document. */
interface Ends {
  readonly into: ReadonlyMap<string, readonly Wire[]>;
  readonly outOf: ReadonlyMap<string, readonly Wire[]>;
}

const knownPlaces = new WeakMap<Nodes, Places>();
const knownEnds = new WeakMap<readonly Wire[], Ends>();

function placesOf(nodes: Nodes): Places {
  const known = knownPlaces.get(nodes);
  if (known) return known;
  const byId = new Map<string, number>();
  const byKind = new Map<string, number>();
  nodes.forEach(({ id, kind }, place) => {
    if (!byId.has(id)) byId.set(id, place);
    if (!byKind.has(kind)) byKind.set(kind, place);
  });
  const places = { byId, byKind };
  knownPlaces.set(nodes, places);
  return places;
}

/** Where the node with this id is in the list. */
export function indexOfNode(nodes: Nodes, id: string): number | undefined {
  return placesOf(nodes).byId.get(id);
}

export function nodeById(nodes: Nodes, id: string): GraphNode | undefined {
  const place = indexOfNode(nodes, id);
  return place === undefined ? undefined : nodes[place];
}

export function firstOfKind(nodes: Nodes, kind: string): GraphNode | undefined {
  const place = placesOf(nodes).byKind.get(kind);
  return place === undefined ? undefined : nodes[place];
}

/** `after` itself, which has the ids and kinds of `before` in the same places: its table need not be made anew. */
export function inTheSamePlaces<List extends Nodes>(before: Nodes, after: List): List {
  const known = knownPlaces.get(before);
  if (known) knownPlaces.set(after, known);
  return after;
}

function endsOf(wires: readonly Wire[]): Ends {
  const known = knownEnds.get(wires);
  if (known) return known;
  const ends = { into: groupedBy(wires, 'to'), outOf: groupedBy(wires, 'from') };
  knownEnds.set(wires, ends);
  return ends;
}

function groupedBy(wires: readonly Wire[], end: 'from' | 'to'): Map<string, Wire[]> {
  const groups = new Map<string, Wire[]>();
  for (const wire of wires) {
    const { node } = wire[end];
    const group = groups.get(node);
    if (group) group.push(wire);
    else groups.set(node, [wire]);
  }
  return groups;
}

const none: readonly Wire[] = [];

/** The wires that end at a node. */
export function wiresTo(wires: readonly Wire[], node: string): readonly Wire[] {
  return endsOf(wires).into.get(node) ?? none;
}

/** The wires that begin at a node. */
export function wiresFrom(wires: readonly Wire[], node: string): readonly Wire[] {
  return endsOf(wires).outOf.get(node) ?? none;
}
