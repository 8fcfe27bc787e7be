import { moveNodes, type Position } from '#shared/document/edits.ts';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import { editAction, mayEdit, type Situation } from './action.ts';

type Place = (node: GraphNode, chosen: readonly GraphNode[]) => Position;

function chosenNodes({ document, selection }: Situation): GraphNode[] {
  return document.nodes.filter(({ id }) => selection.nodes.includes(id));
}

function placed(situation: Situation, place: Place): GraftDocument {
  const chosen = chosenNodes(situation);
  return moveNodes(situation.document, new Map(chosen.map((node) => [node.id, place(node, chosen)])));
}

const several = (situation: Situation): boolean => mayEdit(situation) && situation.selection.nodes.length > 1;

/** Equal steps between the first and the last along one axis, in their present order. */
function spread(axis: 'x' | 'y'): Place {
  return (node, chosen) => {
    const order = chosen.toSorted((a, b) => a.position[axis] - b.position[axis]);
    const first = order[0]?.position[axis] ?? 0;
    const last = order.at(-1)?.position[axis] ?? 0;
    const step = (last - first) / Math.max(1, order.length - 1);
    return { ...node.position, [axis]: Math.round(first + step * order.indexOf(node)) };
  };
}

export const alignLeft = editAction({
  name: 'align-left',
  label: 'Align left',
  group: 'Arrange',
  shortcuts: ['Alt+ArrowLeft'],
  when: several,
  edit: (situation) => ({
    document: placed(situation, (node, chosen) => ({
      x: Math.min(...chosen.map(({ position }) => position.x)),
      y: node.position.y,
    })),
  }),
});

export const alignTop = editAction({
  name: 'align-top',
  label: 'Align top',
  group: 'Arrange',
  shortcuts: ['Alt+ArrowUp'],
  when: several,
  edit: (situation) => ({
    document: placed(situation, (node, chosen) => ({
      x: node.position.x,
      y: Math.min(...chosen.map(({ position }) => position.y)),
    })),
  }),
});

export const spreadHorizontally = editAction({
  name: 'spread-horizontally',
  label: 'Spread horizontally',
  group: 'Arrange',
  words: ['distribute', 'space'],
  when: several,
  edit: (situation) => ({ document: placed(situation, spread('x')) }),
});

export const spreadVertically = editAction({
  name: 'spread-vertically',
  label: 'Spread vertically',
  group: 'Arrange',
  words: ['distribute', 'space'],
  when: several,
  edit: (situation) => ({ document: placed(situation, spread('y')) }),
});
