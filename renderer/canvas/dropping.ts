/** What is dropped on the canvas: a node from the palette, or folders and files from the system. */
import { notifications } from '@mantine/notifications';
import type { DragEvent } from 'react';
import { hostPathOf, readDrop, type Drop } from '#renderer/platform/drop.ts';
import { useDocument } from '#renderer/store/document.ts';
import { add, changeParameters } from '#renderer/store/edits.ts';
import { select, type Point } from '#renderer/store/interface.ts';
import { openProject, openProjectText, reportFailure } from '#renderer/store/project.ts';
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
  const dropped = readDrop(event.dataTransfer);
  if (dropped) void dropped.then((drop) => takeDrop(drop, screen, card)).catch(reportFailure);
}

/** Canvas corner of a card whose header is under this point of the screen. */
function cardCorner(screen: Point): Point {
  const { x, y } = toCanvas(screen);
  return { x: Math.round(x - cardWidth / 2), y: Math.round(y - 20) };
}

async function takeDrop(drop: Drop, screen: Point, card: string | undefined): Promise<void> {
  const name = drop.folder === '' ? (drop.files[0]?.name ?? '') : '';
  if (name.endsWith('.graft')) {
    if (drop.path !== '') await openProject(drop.path);
    else await openProjectText((await drop.files[0]?.file.text()) ?? '', name);
  } else if (name.endsWith('.onnx')) {
    setOrAdd('backbone', { model: await bring(drop), hash: '' }, screen, card);
  } else if (drop.folder === '') {
    notifications.show({
      title: `${name} is not something the canvas takes.`,
      message: 'Drop a folder of pictures, an .onnx model or a .graft project.',
    });
  } else {
    setOrAdd('image-folder', { path: await bring(drop) }, screen, card);
  }
}

/** Path of what was dropped; a browser window sends it to the host first and says how far it is. */
async function bring(drop: Drop): Promise<string> {
  if (drop.path !== '') return drop.path;
  const id = notifications.show({
    title: 'Handing the files to Graft…',
    message: '0 %',
    loading: true,
    autoClose: false,
  });
  try {
    return await hostPathOf(drop, (share) =>
      notifications.update({ id, title: 'Handing the files to Graft…', message: `${Math.round(share * 100)} %` }),
    );
  } finally {
    notifications.hide(id);
  }
}

/** Sets the parameters of the card dropped on, else of the only node of that kind, else of a new one. */
function setOrAdd(kind: string, parameters: Record<string, unknown>, screen: Point, card: string | undefined): void {
  const alike = useDocument.getState().document.nodes.filter((node) => node.kind === kind);
  const target = alike.find(({ id }) => id === card) ?? (alike.length === 1 ? alike[0] : undefined);
  if (target === undefined) {
    const at = cardCorner(screen);
    add(kind, { at, fallback: at, parameters });
    return;
  }
  changeParameters(target.id, parameters);
  select([target.id]);
}
