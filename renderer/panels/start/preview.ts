/** Geometry of a document's small picture. Pure. */
import { findNode, findPort } from '#shared/document/graph.ts';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import type { SocketType } from '#shared/nodes/kind.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { greatestOf, leastOf } from '#renderer/ui/extremes.ts';

/** Size a node has in the picture, in canvas pixels. */
export const nodeWidth = 240;
export const nodeHeight = 150;

interface PreviewNode {
  readonly id: string;
  readonly icon: string | undefined;
  readonly x: number;
  readonly y: number;
  /** Has a setting that differs from the usual document's: what this one is about. */
  readonly special: boolean;
}

interface PreviewWire {
  readonly id: string;
  readonly type: SocketType;
  /** SVG path from the middle of one node's right side to the middle of the other's left. */
  readonly path: string;
}

export interface Preview {
  readonly nodes: readonly PreviewNode[];
  readonly wires: readonly PreviewWire[];
  readonly viewBox: string;
}

/** Settings that say what is trained on, not how. */
const outsideSettings: ReadonlySet<string> = new Set(['path', 'hash', 'model']);

/** Undefined for a document without nodes. `usual` is what the document is a variant of. */
export function previewOf(document: GraftDocument, usual: GraftDocument = document): Preview | undefined {
  if (document.nodes.length === 0) return undefined;
  const nodes = document.nodes.map((node): PreviewNode => ({
    id: node.id,
    icon: kindOf(node.kind)?.icon,
    ...node.position,
    special: isSpecial(node, usual),
  }));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const wires = document.wires.flatMap((wire): PreviewWire[] => {
    const from = byId.get(wire.from.node);
    const to = byId.get(wire.to.node);
    const type = findPort(document, wire.from, 'output')?.type;
    if (from === undefined || to === undefined || type === undefined) return [];
    return [{ id: `${from.id}.${wire.from.port}-${to.id}`, type, path: wirePath(from, to) }];
  });
  const left = leastOf(nodes, ({ x }) => x);
  const top = leastOf(nodes, ({ y }) => y);
  const width = greatestOf(nodes, ({ x }) => x) + nodeWidth - left;
  const height = greatestOf(nodes, ({ y }) => y) + nodeHeight - top;
  const margin = 40;
  const viewBox = `${left - margin} ${top - margin} ${width + 2 * margin} ${height + 2 * margin}`;
  return { nodes, wires, viewBox };
}

/** Whether a node's effective settings are not those of its namesake in the usual document. */
function isSpecial(node: GraphNode, usual: GraftDocument): boolean {
  const kind = kindOf(node.kind);
  const namesake = findNode(usual, node.id);
  if (kind === undefined || namesake === undefined) return false;
  const mine = effectiveParameters(kind, node.parameters);
  const theirs = effectiveParameters(kind, namesake.parameters);
  return Object.keys(mine).some(
    (name) => !outsideSettings.has(name) && JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]),
  );
}

function wirePath(from: PreviewNode, to: PreviewNode): string {
  const startX = from.x + nodeWidth;
  const startY = from.y + nodeHeight / 2;
  const endX = to.x;
  const endY = to.y + nodeHeight / 2;
  if (endX >= startX) {
    const bend = (endX - startX) / 2;
    return `M${startX} ${startY}C${startX + bend} ${startY} ${endX - bend} ${endY} ${endX} ${endY}`;
  }
  // Back to the start of a row: between the two rows.
  const middle = (startY + endY) / 2;
  const reach = 34;
  return (
    `M${startX} ${startY}C${startX + reach} ${startY} ${startX + reach} ${middle} ${startX} ${middle}` +
    `L${endX} ${middle}C${endX - reach} ${middle} ${endX - reach} ${endY} ${endX} ${endY}`
  );
}
