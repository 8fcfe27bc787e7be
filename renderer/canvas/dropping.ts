/** What is dropped on the canvas: a node from the palette, or folders and files from the system. */
import type { DragEvent } from 'react';
import { readDrop } from '#renderer/platform/drop.ts';
import { bring } from '#renderer/store/bringing.ts';
import { useDocument } from '#renderer/store/document.ts';
import { add, changeParameters } from '#renderer/store/edits.ts';
import { select, type Point } from '#renderer/store/interface.ts';
import { cardWidth } from './measures.ts';
import { toCanvas } from './navigator.ts';
import { wireForKind } from './splicing.ts';

export const kindMime = 'application/x-graft-kind';

export function onDragOver(event: DragEvent): void {
  event.preventDefault();
  event.dataTransfer.dropEffect = event.dataTransfer.types.includes(kindMime) ? 'move' : 'copy';
}

export function onDrop(event: DragEvent): void {
  event.preventDefault();
  const screen = { x: event.clientX, y: event.clientY };
  const kind = event.dataTransfer.getData(kindMime);
  if (kind !== '') {
    const at = cardCorner(screen);
    add(kind, { at, fallback: at, splice: wireForKind(kind, screen) });
    return;
  }
  const card = (event.target as Element).closest<HTMLElement>('.react-flow__node')?.dataset['id'];
  void bring(readDrop(event.dataTransfer), { on: 'canvas', screen, card });
}

/** Canvas corner of a card whose header is under this point of the screen. */
function cardCorner(screen: Point): Point {
  const { x, y } = toCanvas(screen);
  return { x: Math.round(x - cardWidth / 2), y: Math.round(y - 20) };
}

/** The node that takes what is dropped: the card dropped on where it is of this kind, else the only one of it. */
export function targetOf(kind: string, card: string | undefined): string | undefined {
  const alike = useDocument.getState().document.nodes.filter((node) => node.kind === kind);
  return (alike.find(({ id }) => id === card) ?? (alike.length === 1 ? alike[0] : undefined))?.id;
}

/** Sets the parameters of that node, else of a new one. */
export function setOrAdd(
  kind: string,
  parameters: Record<string, unknown>,
  screen: Point,
  card: string | undefined,
): void {
  const target = targetOf(kind, card);
  if (target === undefined) {
    const at = cardCorner(screen);
    add(kind, { at, fallback: at, parameters });
    return;
  }
  changeParameters(target, parameters);
  select([target]);
}
