/** The document as React Flow wants it. Items are reused while their part of the document is the same object. */
import type { Edge, Node } from '@xyflow/react';
import { findNode, findPort, nodeTitle } from '#shared/document/graph.ts';
import { isLoose } from '#shared/document/validate.ts';
import { wireId, type GraftDocument, type GraphNode, type Wire } from '#shared/document/model.ts';
import type { SocketType } from '#shared/nodes/kind.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { cardWidth, handleBox, heightForSockets, smallestCard } from './measures.ts';

export type CardNode = Node<{ readonly node: GraphNode }, 'card'>;
export type WireEdge = Edge<{ readonly wire: Wire; readonly type: SocketType | undefined }, 'wire'>;

/** Above this many nodes only those in view are drawn: a browser takes a millisecond or more for each. */
const mostDrawn = 400;

export function drawsOnlyWhatIsSeen(nodes: readonly GraphNode[]): boolean {
  return nodes.length > mostDrawn;
}

/**
 * Nodes for the canvas. What React Flow measured on `current` is kept; so are positions under a drag,
 * as the document hears of them only when the drag ends.
 */
export function flowNodes(
  current: readonly CardNode[],
  nodes: readonly GraphNode[],
  selected: readonly string[],
): CardNode[] {
  const known = new Map(current.map((item) => [item.id, item]));
  const chosen = new Set(selected);
  const unseen = drawsOnlyWhatIsSeen(nodes);
  return nodes.map((node) => {
    const before = known.get(node.id);
    const isSelected = chosen.has(node.id);
    const isKnown = !unseen || before?.handles !== undefined;
    if (before?.data.node === node && before.selected === isSelected && isKnown) return before;
    const position = before?.data.node.position === node.position ? before.position : node.position;
    return {
      ...before,
      ...(isKnown ? {} : outlineOf(node.kind)),
      id: node.id,
      type: 'card',
      position: { ...position },
      selected: isSelected,
      data: { node },
      ariaLabel: nodeTitle(node),
    };
  });
}

/** What React Flow would measure of a card it has drawn: its size, about, and where its sockets are. */
const outlines = new Map<string, Pick<CardNode, 'handles' | 'measured'>>();

function outlineOf(name: string): Pick<CardNode, 'handles' | 'measured'> {
  let outline = outlines.get(name);
  if (outline === undefined) {
    const { inputs = [], outputs = [] } = kindOf(name) ?? {};
    outline = {
      measured: { width: cardWidth, height: Math.max(smallestCard, heightForSockets(inputs.length, outputs.length)) },
      handles: [
        ...inputs.map(({ name: id }, index) => ({ id, type: 'target' as const, ...handleBox('left', index) })),
        ...outputs.map(({ name: id }, index) => ({ id, type: 'source' as const, ...handleBox('right', index) })),
      ],
    };
    outlines.set(name, outline);
  }
  return outline;
}

export function flowEdges(
  current: readonly WireEdge[],
  document: GraftDocument,
  selected: readonly string[],
): WireEdge[] {
  const known = new Map(current.map((item) => [item.id, item]));
  const chosen = new Set(selected);
  const titleOf = (id: string): string => {
    const node = findNode(document, id);
    return node ? nodeTitle(node) : '';
  };
  // What leads nowhere is drawn at the card it begins or ends at.
  return document.wires
    .filter((wire) => !isLoose(document, wire))
    .map((wire) => {
      const id = wireId(wire);
      const before = known.get(id);
      const isSelected = chosen.has(id);
      const type = findPort(document, wire.from, 'output')?.type;
      if (before?.data?.type === type && before?.selected === isSelected) return before;
      return {
        id,
        type: 'wire',
        source: wire.from.node,
        sourceHandle: wire.from.port,
        target: wire.to.node,
        targetHandle: wire.to.port,
        selected: isSelected,
        data: { wire, type },
        ariaLabel: `${type ?? 'wire'} from ${titleOf(wire.from.node)} to ${titleOf(wire.to.node)}`,
      };
    });
}
