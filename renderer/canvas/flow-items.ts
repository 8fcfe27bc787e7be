/** The document as React Flow wants it. Items are reused while their part of the document is the same object. */
import type { Edge, Node } from '@xyflow/react';
import { nodeTitle, findPort } from '#shared/document/graph.ts';
import { wireId, type GraftDocument, type GraphNode, type Wire } from '#shared/document/model.ts';
import type { SocketType } from '#shared/nodes/kind.ts';

export type CardNode = Node<{ readonly node: GraphNode }, 'card'>;
export type WireEdge = Edge<{ readonly wire: Wire; readonly type: SocketType | undefined }, 'wire'>;

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
  return nodes.map((node) => {
    const before = known.get(node.id);
    const isSelected = selected.includes(node.id);
    if (before?.data.node === node && before.selected === isSelected) return before;
    const position = before?.data.node.position === node.position ? before.position : node.position;
    return {
      ...before,
      id: node.id,
      type: 'card',
      position: { ...position },
      selected: isSelected,
      data: { node },
      ariaLabel: nodeTitle(node),
    };
  });
}

export function flowEdges(
  current: readonly WireEdge[],
  document: GraftDocument,
  selected: readonly string[],
): WireEdge[] {
  const known = new Map(current.map((item) => [item.id, item]));
  const titles = new Map(document.nodes.map((node) => [node.id, nodeTitle(node)]));
  return document.wires.map((wire) => {
    const id = wireId(wire);
    const before = known.get(id);
    const isSelected = selected.includes(id);
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
      ariaLabel: `${type ?? 'wire'} from ${titles.get(wire.from.node) ?? ''} to ${titles.get(wire.to.node) ?? ''}`,
    };
  });
}
