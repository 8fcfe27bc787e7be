/**
 * A document's wires while many of them change, one after another: each change takes the time of the wires at its nodes,
 * not of all. What is refused and replaced, and in which order wires come out, is as if `connect` had made every one.
 */
import { circlesAmong } from './circles.ts';
import { verdictOn } from './connect.ts';
import { findPort, feeds } from './graph.ts';
import { wireKey, type Endpoint, type GraftDocument, type GraphNode, type Wire } from './model.ts';

/** A place in the list of wires; a document from a file may hold one wire twice. */
interface Entry {
  readonly wire: Wire;
  /** Grows along the list. */
  readonly order: number;
}

type Ports = Map<string, Set<Entry>>;

export class Wiring {
  readonly #nodes: readonly GraphNode[];
  readonly #gone = new Set<string>();
  readonly #entries = new Set<Entry>();
  /** How often each wire is there. */
  readonly #counts = new Map<string, number>();
  /** By node and port. */
  readonly #into = new Map<string, Ports>();
  readonly #outOf = new Map<string, Set<Entry>>();
  #added = 0;
  /** Wires that are being drawn, and how many of them have been. */
  #planned: readonly Wire[] = [];
  #drawn = 0;
  /** Of the wires that there are, were and will be: a wire between two that are not in one circle closes none. */
  #circles: ReadonlyMap<string, number> = new Map();
  /** Wires followed to see whether others close a circle, since the circles were last looked for. */
  #followed = Infinity;

  constructor({ nodes, wires }: GraftDocument) {
    this.#nodes = nodes;
    for (const wire of wires) this.#add(wire);
  }

  /** All wires, in order. */
  get wires(): Wire[] {
    return [...this.#entries].map(({ wire }) => wire);
  }

  /** Draws wires one after another; whether anything has changed. */
  connectAll(wires: readonly Wire[]): boolean {
    let changed = false;
    this.#planned = wires;
    wires.forEach(({ from, to }, index) => {
      this.#drawn = index;
      changed = this.#connect(from, to) || changed;
    });
    this.#planned = [];
    return changed;
  }

  #connect(from: Endpoint, to: Endpoint): boolean {
    const wire: Wire = { from: { ...from }, to: { ...to } };
    if (this.#counts.has(wireKey(wire)) || !this.#mayConnect(from, to)) return false;
    for (const other of this.#into.get(to.node)?.get(to.port) ?? []) this.#remove(other);
    this.#add(wire);
    return true;
  }

  /** Takes a node and its wires out, and joins what fed it with what it fed, where the types are the same. */
  heal(id: string): void {
    const healed = this.#throughWires(id);
    this.#gone.add(id);
    for (const entries of this.#into.get(id)?.values() ?? []) for (const entry of entries) this.#remove(entry);
    for (const entry of this.#outOf.get(id) ?? []) this.#remove(entry);
    this.connectAll(healed);
  }

  /** A wire for each that leads out of a node, from what feeds the first of its inputs of that type. */
  #throughWires(id: string): Wire[] {
    const document = { nodes: this.#nodes };
    const incoming = [...(this.#into.get(id) ?? [])]
      .flatMap(([port, [first]]) => {
        const type = findPort(document, { node: id, port }, 'input')?.type;
        return type !== undefined && first ? [{ type, first }] : [];
      })
      .toSorted((a, b) => a.first.order - b.first.order);
    return [...(this.#outOf.get(id) ?? [])].flatMap(({ wire }) => {
      const type = findPort(document, wire.from, 'output')?.type;
      const feed = incoming.find((candidate) => candidate.type === type);
      return feed ? [{ from: feed.first.wire.from, to: wire.to }] : [];
    });
  }

  #mayConnect(from: Endpoint, to: Endpoint): boolean {
    if (this.#gone.has(from.node) || this.#gone.has(to.node)) return false;
    return verdictOn({ nodes: this.#nodes }, from, to, (target, source) => this.#isFed(target, source)).ok;
  }

  #isFed(target: string, source: string): boolean {
    // Circles that have come apart are told by looking anew, as soon as that takes no longer than what it may spare.
    if (this.#followed > this.#entries.size) {
      this.#circles = circlesAmong([...this.wires, ...this.#planned.slice(this.#drawn)]);
      this.#followed = 0;
    }
    const circle = this.#circles.get(target);
    if (circle === undefined || circle !== this.#circles.get(source)) return false;
    const counted = (nodes: string[]): string[] => {
      this.#followed += 1 + nodes.length;
      return nodes;
    };
    return feeds(
      target,
      source,
      (node) => counted([...(this.#outOf.get(node) ?? [])].map(({ wire }) => wire.to.node)),
      (node) =>
        counted(
          [...(this.#into.get(node)?.values() ?? [])].flatMap((entries) =>
            [...entries].map(({ wire }) => wire.from.node),
          ),
        ),
    );
  }

  #add(wire: Wire): void {
    const entry = { wire, order: this.#added++ };
    this.#entries.add(entry);
    const key = wireKey(wire);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    const { from, to } = wire;
    const ports = at(this.#into, to.node, () => new Map());
    at(ports, to.port, () => new Set()).add(entry);
    at(this.#outOf, from.node, () => new Set()).add(entry);
  }

  #remove(entry: Entry): void {
    const { from, to } = entry.wire;
    this.#entries.delete(entry);
    const key = wireKey(entry.wire);
    const left = (this.#counts.get(key) as number) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
    this.#into.get(to.node)?.get(to.port)?.delete(entry);
    this.#outOf.get(from.node)?.delete(entry);
  }
}

function at<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
