/** Where a wire's lane is and whether it needs one, from the cards as they stand on the canvas now. */
import { useStore, type EdgeProps } from '@xyflow/react';
import { socketTypes, type SocketType } from '#shared/nodes/kind.ts';
import type { WireEdge } from './flow-items.ts';
import { standsBetween, wirePath, type WirePath } from './wire-path.ts';

const laneAbove = 16;
/** Wires of different types in the same gap run beside each other. */
const laneDistance = 8;

type Ends = Pick<EdgeProps<WireEdge>, 'source' | 'target' | 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>;

export function useWireRoute(ends: Ends, type: SocketType | undefined): WirePath {
  const blocked = useStore((state) => {
    for (const [id, node] of state.nodeLookup) {
      // A card in the hand may be about to be dropped on this very wire.
      if (id === ends.source || id === ends.target || node.dragging === true) continue;
      const { width = 0, height = 0 } = node.measured;
      if (standsBetween(ends, { ...node.internals.positionAbsolute, width, height })) return true;
    }
    return false;
  });
  // A lane above the lower card, so that it does not run through the upper one.
  const laneY = useStore((state) => {
    const source = state.nodeLookup.get(ends.source)?.internals.positionAbsolute.y ?? ends.sourceY;
    const target = state.nodeLookup.get(ends.target)?.internals.positionAbsolute.y ?? ends.targetY;
    const index = type === undefined ? 0 : socketTypes.indexOf(type);
    return Math.max(source, target) - laneAbove - index * laneDistance;
  });
  return wirePath(ends, blocked, laneY);
}
