import { moveNodes } from '#shared/document/edits.ts';
import { nodesById } from '#shared/document/graph.ts';
import { gridSize } from '#renderer/canvas/measures.ts';
import { editAction, hasNodes, mayEdit, type EditAction } from './action.ts';

/** Moves the selected nodes by one step of the grid. */
function nudge(direction: string, key: string, x: number, y: number): EditAction {
  return editAction({
    name: `nudge-${direction}`,
    label: `Move ${direction}`,
    group: 'Arrange',
    shortcuts: [key],
    gesture: 'nudge',
    when: (situation) => mayEdit(situation) && hasNodes(situation),
    edit: ({ document, selection }) => {
      const moved = nodesById(document, selection.nodes).map(
        ({ id, position }) => [id, { x: position.x + x, y: position.y + y }] as const,
      );
      return { document: moveNodes(document, new Map(moved)) };
    },
  });
}

export const nudgeLeft = nudge('left', 'ArrowLeft', -gridSize, 0);
export const nudgeRight = nudge('right', 'ArrowRight', gridSize, 0);
export const nudgeUp = nudge('up', 'ArrowUp', 0, -gridSize);
export const nudgeDown = nudge('down', 'ArrowDown', 0, gridSize);
