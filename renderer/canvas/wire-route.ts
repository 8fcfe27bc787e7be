/** Where a wire's lane is and whether it needs one, from the cards as they stand on the canvas now. */
import { useStore, type EdgeProps, type ReactFlowState } from '@xyflow/react';
import { socketTypes, type SocketType } from '#shared/nodes/kind.ts';
import type { WireEdge } from './flow-items.ts';
import { CardMap } from './card-map.ts';
import { wirePath, type WirePath } from './wire-path.ts';

const laneAbove = 16;
/** Wires of different types in the same gap run beside each other. */
const laneDistance = 8;

type Ends = Pick<EdgeProps<WireEdge>, 'source' | 'target' | 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>;

/** Once for all wires: whenever a card has moved or was measured, React Flow has another list of nodes. */
const maps = new WeakMap<object, CardMap>();

function mapOf({ nodes, nodeLookup }: ReactFlowState): CardMap {
  let map = maps.get(nodes);
  if (map === undefined) {
    map = new CardMap(
      [...nodeLookup].flatMap(([id, { dragging, measured, internals }]) => {
        // A card in the hand may be about to be dropped on this very wire.
        if (dragging === true) return [];
        const { width = 0, height = 0 } = measured;
        return [{ id, ...internals.positionAbsolute, width, height }];
      }),
    );
    maps.set(nodes, map);
  }
  return map;
}

export function useWireRoute(ends: Ends, type: SocketType | undefined): WirePath {
  const blocked = useStore((state) => mapOf(state).blocks(ends));
  // A lane above the lower card, so that it does not run through the upper one.
  const laneY = useStore((state) => {
    const source = state.nodeLookup.get(ends.source)?.internals.positionAbsolute.y ?? ends.sourceY;
    const target = state.nodeLookup.get(ends.target)?.internals.positionAbsolute.y ?? ends.targetY;
    const index = type === undefined ? 0 : socketTypes.indexOf(type);
    return Math.max(source, target) - laneAbove - index * laneDistance;
  });
  return wirePath(ends, blocked, laneY);
}
