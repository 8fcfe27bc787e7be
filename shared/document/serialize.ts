/** A document as text: two spaces, keys in a fixed order, defaults left out, so that a change is a small diff. */
import { kindOf } from '#shared/nodes/registry.ts';
import type { GraftDocument, GraphNode, Wire } from './model.ts';

/** Text of a `.graft` file. `parseDocument` gives the same document back. */
export function serializeDocument(document: GraftDocument): string {
  const ordered = {
    format: document.format,
    title: document.title,
    nodes: document.nodes.map(orderedNode),
    wires: document.wires.map(orderedWire),
    ...(document.viewport
      ? { viewport: { x: document.viewport.x, y: document.viewport.y, zoom: document.viewport.zoom } }
      : {}),
  };
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

function orderedNode({ id, kind, title, position, parameters }: GraphNode): object {
  return {
    id,
    kind,
    ...(title ? { title } : {}),
    position: { x: position.x, y: position.y },
    ...(Object.keys(parameters).length > 0 ? { parameters: orderedParameters(kind, parameters) } : {}),
  };
}

/** In the order of the kind's schema; what it does not know comes last, by name. */
function orderedParameters(kind: string, parameters: GraphNode['parameters']): object {
  const known = Object.keys(kindOf(kind)?.schema.shape ?? {});
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  const names = Object.keys(parameters).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, parameters[name]]));
}

function orderedWire({ from, to }: Wire): object {
  return { from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } };
}
