import { moveNodes, type Position } from '#shared/document/edits.ts';
import { nodesById } from '#shared/document/graph.ts';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import { leastOf } from '#renderer/ui/extremes.ts';
import { editAction, mayEdit, type Situation } from './action.ts';

/** Where each of the chosen nodes goes, by what they have in common. */
type Placing = (chosen: readonly GraphNode[]) => (node: GraphNode) => Position;

function placed({ document, selection }: Situation, placing: Placing): GraftDocument {
  const chosen = nodesById(document, selection.nodes);
  const place = placing(chosen);
  return moveNodes(document, new Map(chosen.map((node) => [node.id, place(node)])));
}

const several = (situation: Situation): boolean => mayEdit(situation) && situation.selection.nodes.length > 1;

/** Equal steps between the first and the last along one axis, in their present order. */
function spread(axis: 'x' | 'y'): Placing {
  return (chosen) => {
    const order = chosen.toSorted((a, b) => a.position[axis] - b.position[axis]);
    const ranks = new Map(order.map((node, rank) => [node, rank]));
    const first = order[0]?.position[axis] ?? 0;
    const last = order.at(-1)?.position[axis] ?? 0;
    const step = (last - first) / Math.max(1, order.length - 1);
    return (node) => ({ ...node.position, [axis]: Math.round(first + step * (ranks.get(node) ?? 0)) });
  };
}

function align(axis: 'x' | 'y'): Placing {
  return (chosen) => {
    const edge = leastOf(chosen, ({ position }) => position[axis]);
    return ({ position }) => ({ ...position, [axis]: edge });
  };
}

export const alignLeft = editAction({
  name: 'align-left',
  label: 'Align left',
  group: 'Arrange',
  shortcuts: ['Alt+ArrowLeft'],
  when: several,
  edit: (situation) => ({ document: placed(situation, align('x')) }),
});

export const alignTop = editAction({
  name: 'align-top',
  label: 'Align top',
  group: 'Arrange',
  shortcuts: ['Alt+ArrowUp'],
  when: several,
  edit: (situation) => ({ document: placed(situation, align('y')) }),
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
