import { getBezierPath, getSmoothStepPath, Position } from '@xyflow/react';

export interface WireEnds {
  readonly sourceX: number;
  readonly sourceY: number;
  readonly targetX: number;
  readonly targetY: number;
}

const roomForCurve = 24;

/** Path of a wire and the place of its label: a curve going forward, rounded corners where it must go back. */
export function wirePath(ends: WireEnds): readonly [path: string, labelX: number, labelY: number] {
  const sides = { sourcePosition: Position.Right, targetPosition: Position.Left };
  const goesBack = ends.targetX < ends.sourceX + roomForCurve;
  const [path, labelX, labelY] = goesBack
    ? getSmoothStepPath({ ...ends, ...sides, borderRadius: 28, offset: 28 })
    : getBezierPath({ ...ends, ...sides });
  return [path, labelX, labelY];
}
