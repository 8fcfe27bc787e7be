/** Tidy positions by layers, computed by ELK. Wide graphs are broken into rows so that they fit a screen. */
import type { GraftDocument } from '#shared/document/model.ts';
import type { Position } from '#shared/document/edits.ts';
import { cardWidth, gridSize } from '#renderer/store/edits.ts';

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
    children: nodes.map(({ id }) => ({ id, width: cardWidth, height: heightOf(id) ?? usualHeight })),
    edges: document.wires
      .filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
      .map(({ from, to }, index) => ({ id: String(index), sources: [from.node], targets: [to.node] })),
  });
  const left = Math.min(...nodes.map(({ position }) => position.x));
  const top = Math.min(...nodes.map(({ position }) => position.y));
  return new Map(
    (laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x: snap(left + x - 12), y: snap(top + y - 12) }]),
  );
}
