import { screenCentre, screenPointer, toCanvas } from '#renderer/canvas/navigator.ts';
import { openDialog, useInterface } from '#renderer/store/interface.ts';

/** Opens the search over node kinds: at the pointer when it is over the canvas, else in the middle of it. */
export function openAddDialog(): void {
  const pointer = screenPointer();
  const centre = screenCentre();
  const hasNeighbour = useInterface.getState().selection.nodes.length > 0;
  openDialog({
    type: 'add',
    request: {
      screen: pointer ?? { x: centre.x - 160, y: centre.y - 200 },
      canvas: pointer === undefined || hasNeighbour ? undefined : toCanvas(pointer),
    },
  });
}
