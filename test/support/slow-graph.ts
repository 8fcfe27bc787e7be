/**
 * What the functions on documents mean, said as simply as it can be: by looking through all nodes and wires each time.
 * The fast ones are held against these.
 */
import { kindOf } from '#shared/nodes/registry.ts';
import type { Port } from '#shared/nodes/kind.ts';
import type { Endpoint, GraftDocument, GraphNode, Wire } from '#shared/document/model.ts';

type Side = 'inputs' | 'outputs';

const sameEnd = (a: Endpoint, b: Endpoint): boolean => a.node === b.node && a.port === b.port;
const sameWire = (a: Wire, b: Wire): boolean => sameEnd(a.from, b.from) && sameEnd(a.to, b.to);

export function node(document: GraftDocument, id: string): GraphNode | undefined {
  return document.nodes.find((candidate) => candidate.id === id);
}

function port(document: GraftDocument, end: Endpoint, side: Side): Port | undefined {
  return kindOf(node(document, end.node)?.kind ?? '')?.[side].find(({ name }) => name === end.port);
}

export function incomingWire(document: GraftDocument, input: Endpoint): Wire | undefined {
  return document.wires.find(({ to }) => sameEnd(to, input));
}

function reached(
  document: GraftDocument,
  starts: readonly string[],
  from: 'from' | 'to',
  to: 'from' | 'to',
): Set<string> {
  const found = new Set<string>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const wire of document.wires) {
      if (starts.includes(wire[from].node) || found.has(wire[from].node)) found.add(wire[to].node);
    }
  }
  return found;
}

export function upstream(document: GraftDocument, starts: readonly string[]): Set<string> {
  return reached(document, starts, 'to', 'from');
}

export function downstream(document: GraftDocument, starts: readonly string[]): Set<string> {
  return reached(document, starts, 'from', 'to');
}

export function topologicalOrder(document: GraftDocument): string[] | undefined {
  const waiting = document.nodes.map(({ id }) => id);
  const order: string[] = [];
  while (waiting.length > 0) {
    const ready = waiting.find(
      (id) => !document.wires.some(({ from, to }) => to.node === id && waiting.includes(from.node)),
    );
    if (ready === undefined) return undefined;
    waiting.splice(waiting.indexOf(ready), 1);
    order.push(ready);
  }
  return order;
}

export function findCycle(document: GraftDocument): GraphNode | undefined {
  if (topologicalOrder(document)) return undefined;
  return document.nodes.find(({ id }) => upstream(document, [id]).has(id));
}

export function mayConnect(document: GraftDocument, from: Endpoint, to: Endpoint): boolean {
  const type = port(document, from, 'outputs')?.type;
  return (
    from.node !== to.node &&
    type !== undefined &&
    type === port(document, to, 'inputs')?.type &&
    !downstream(document, [to.node]).has(from.node)
  );
}

export function connect(document: GraftDocument, from: Endpoint, to: Endpoint): GraftDocument {
  if (document.wires.some((wire) => sameWire(wire, { from, to })) || !mayConnect(document, from, to)) return document;
  return { ...document, wires: [...document.wires.filter((wire) => !sameEnd(wire.to, to)), { from, to }] };
}

export function disconnect(document: GraftDocument, wires: readonly Wire[]): GraftDocument {
  return { ...document, wires: document.wires.filter((wire) => !wires.some((gone) => sameWire(gone, wire))) };
}

function removeNode(document: GraftDocument, id: string): GraftDocument {
  if (!node(document, id)) return document;
  return {
    ...document,
    nodes: document.nodes.filter((candidate) => candidate.id !== id),
    wires: document.wires.filter(({ from, to }) => from.node !== id && to.node !== id),
  };
}

export function removeAndHeal(document: GraftDocument, ids: readonly string[]): GraftDocument {
  return ids.reduce((current, id) => {
    const healed = current.wires.flatMap(({ from, to }) => {
      const type = from.node === id ? port(current, from, 'outputs')?.type : undefined;
      const feed = current.wires.find(
        (wire) => type !== undefined && wire.to.node === id && port(current, wire.to, 'inputs')?.type === type,
      );
      return feed ? [{ from: feed.from, to }] : [];
    });
    return healed.reduce((joined, { from, to }) => connect(joined, from, to), removeNode(current, id));
  }, document);
}

function freshId(document: GraftDocument, kind: string): string {
  const base = kindOf(kind)?.id ?? kind;
  for (let count = 1; ; count++) {
    const id = count === 1 ? base : `${base}-${count}`;
    if (!node(document, id)) return id;
  }
}

/** Copies of nodes with the wires among them, and those into them from others if asked for. */
export function duplicate(document: GraftDocument, ids: readonly string[], keepIncoming: boolean): GraftDocument {
  const renamed = new Map<string, string>();
  const originals = document.nodes.filter(({ id }) => ids.includes(id));
  const added = { ...document, nodes: [...document.nodes] };
  for (const original of originals) {
    const id = freshId(added, original.kind);
    renamed.set(original.id, id);
    added.nodes.push({ ...original, id, position: { x: original.position.x + 32, y: original.position.y + 32 } });
  }
  const among = document.wires.filter(({ from, to }) => renamed.has(from.node) && renamed.has(to.node));
  const incoming = document.wires.filter(({ from, to }) => !renamed.has(from.node) && renamed.has(to.node));
  return [...among, ...(keepIncoming ? incoming : [])].reduce((current, { from, to }) => {
    const source = renamed.get(from.node) ?? from.node;
    return connect(current, { ...from, node: source }, { ...to, node: renamed.get(to.node) as string });
  }, added);
}

/** The nodes named by the problems of a document's wires and chain, by the problem's code. */
export function graphProblems(document: GraftDocument): Record<string, string[]> {
  const crowded = document.wires
    .filter(({ from, to }, index) => {
      const type = port(document, from, 'outputs')?.type;
      const first = document.wires.findIndex((other) => sameEnd(other.to, to));
      return type !== undefined && type === port(document, to, 'inputs')?.type && first < index;
    })
    .map(({ to }) => to.node);
  const culprit = ({ from, to }: Wire): string =>
    node(document, to.node) ? to.node : node(document, from.node) ? from.node : '';
  const lacks = (end: Endpoint, side: 'inputs' | 'outputs'): boolean => {
    const its = node(document, end.node);
    return its === undefined || (kindOf(its.kind) !== undefined && port(document, end, side) === undefined);
  };
  const isLoose = ({ from, to }: Wire): boolean => lacks(from, 'outputs') || lacks(to, 'inputs');
  const loose = document.wires.filter(isLoose).map(culprit);
  const mismatched = document.wires
    .filter((wire) => {
      const type = port(document, wire.from, 'outputs')?.type;
      return !isLoose(wire) && (type === undefined || type !== port(document, wire.to, 'inputs')?.type);
    })
    .map(culprit);
  const cycle = findCycle(document);
  const training = cycle ? undefined : document.nodes.find(({ kind }) => kind === 'training');
  const members = training ? upstream(document, [training.id]).add(training.id) : new Set<string>();
  const chain = document.nodes.filter(({ id }) => members.has(id));
  const repeated = chain.filter(({ kind }, index) => chain.findIndex((other) => other.kind === kind) < index);
  const results = training ? document.nodes.filter(({ kind }) => kindOf(kind)?.group === 'results') : [];
  const missing = [...chain, ...results].filter(({ id, kind }) =>
    kindOf(kind)?.inputs.some(
      ({ name, optional }) => optional !== true && !incomingWire(document, { node: id, port: name }),
    ),
  );
  const ids = (nodes: readonly GraphNode[]): string[] => nodes.map(({ id }) => id);
  return {
    'graph.crowded-input': [...new Set(crowded)],
    'graph.loose-wire': [...new Set(loose)],
    'graph.edge-mismatch': [...new Set(mismatched)],
    'graph.cycle': cycle ? [cycle.id] : [],
    'graph.repeated-part': ids(repeated),
    'graph.input-missing': [...new Set(ids(missing))],
  };
}
