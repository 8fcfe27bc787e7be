/** Tidy positions by layers, computed by ELK. Wide graphs are broken into rows so that they fit a screen. */
import type { ElkPort } from 'elkjs/lib/elk-api.js';
import { portsOf, type Side } from '#shared/document/graph.ts';
import type { Endpoint, GraftDocument, GraphNode } from '#shared/document/model.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import type { Position } from '#shared/document/edits.ts';
import { leastOf } from '#renderer/ui/extremes.ts';
import { cardWidth, gridSize, socketTop } from './measures.ts';

const usualHeight = 176;
const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.spacing.nodeNode': '48',
  'elk.layered.spacing.nodeNodeBetweenLayers': '48',
  'elk.layered.wrapping.strategy': 'MULTI_EDGE',
  'elk.layered.wrapping.additionalEdgeSpacing': '40',
  'elk.aspectRatio': '1.9',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

const snap = (value: number): number => Math.round(value / gridSize) * gridSize;

function socketId(side: Side, { node, port }: Endpoint): string {
  return `${side}/${node}/${port}`;
}

/** A card's sockets as ELK's ports, so that it aligns cards by them and wires run straight. */
function sockets(node: GraphNode, side: Side): ElkPort[] {
  const kind = kindOf(node.kind);
  return (kind ? portsOf(kind, side) : []).map(({ name }, index) => ({
    id: socketId(side, { node: node.id, port: name }),
    x: side === 'input' ? 0 : cardWidth,
    y: socketTop(index),
    width: 0,
    height: 0,
    layoutOptions: { 'elk.port.side': side === 'input' ? 'WEST' : 'EAST' },
  }));
}

/** Positions by node id for the given nodes, their top-left corner staying where it is. */
export async function tidyPositions(
  document: GraftDocument,
  ids: ReadonlySet<string>,
  heightOf: (id: string) => number | undefined,
): Promise<ReadonlyMap<string, Position>> {
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  const nodes = document.nodes.filter(({ id }) => ids.has(id));
  const laid = await new Elk().layout({
    id: 'root',
    layoutOptions: options,
    children: nodes.map((node) => ({
      id: node.id,
      width: cardWidth,
      height: heightOf(node.id) ?? usualHeight,
      layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
      ports: [...sockets(node, 'input'), ...sockets(node, 'output')],
    })),
    edges: document.wires
      .filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
      .map(({ from, to }, index) => ({
        id: String(index),
        sources: [socketId('output', from)],
        targets: [socketId('input', to)],
      })),
  });
  const left = leastOf(nodes, ({ position }) => position.x);
  const top = leastOf(nodes, ({ position }) => position.y);
  return new Map(
    (laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x: snap(left + x - 12), y: snap(top + y - 12) }]),
  );
}
