/** Putting a node into a wire by dropping it there. */
import { canSplice, moveNodes, spliceIntoWire, type Position } from '#shared/document/edits.ts';
import { splicePorts } from '#shared/document/connect.ts';
import { findPort } from '#shared/document/graph.ts';
import type { GraftDocument, Wire } from '#shared/document/model.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { edit, useDocument } from '#renderer/store/document.ts';
import { wireById } from '#renderer/store/edits.ts';
import { useInterface, type Point } from '#renderer/store/interface.ts';

function wiresAt(point: Point): Wire[] {
  const document = useDocument.getState().document;
  return globalThis.document.elementsFromPoint(point.x, point.y).flatMap((element) => {
    const wire = wireById(document, element.closest<HTMLElement>('.react-flow__edge')?.dataset['id']);
    return wire ? [wire] : [];
  });
}

/** The wire under a point that a node of this kind could be put into. */
export function wireForKind(kind: string, point: Point): Wire | undefined {
  const { document } = useDocument.getState();
  const found = kindOf(kind);
  return wiresAt(point).find((wire) => {
    const type = findPort(document, wire.from, 'output')?.type;
    return found !== undefined && type !== undefined && splicePorts(found, type) !== undefined;
  });
}

/** The wire under a card, looked for down the card's middle, that its node could be put into. */
export function wireUnderCard(id: string): Wire | undefined {
  const { document } = useDocument.getState();
  const card = globalThis.document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  const box = card?.getBoundingClientRect();
  if (box === undefined) return undefined;
  const rows = [0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9];
  return rows
    .flatMap((row) => wiresAt({ x: box.x + box.width / 2, y: box.y + box.height * row }))
    .find((wire) => canSplice(document, id, wire));
}

/** Ends a drag: the new positions, and the splice if there is one, as one undo step. */
export function finishDrag(positions: ReadonlyMap<string, Position>): void {
  const { spliceTarget } = useInterface.getState();
  useInterface.setState({ spliceTarget: undefined });
  const [only] = positions.size === 1 ? positions.keys() : [];
  edit((document: GraftDocument) => {
    const moved = moveNodes(document, positions);
    const wire = wireById(moved, spliceTarget);
    return wire && only !== undefined ? spliceIntoWire(moved, only, wire) : moved;
  });
}
