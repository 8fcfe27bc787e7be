/** How wires run: a curve between neighbours, a lane around the cards that stand in the way of anything else. */
import { getBezierPath, Position } from '@xyflow/react';

export interface WireEnds {
  readonly sourceX: number;
  readonly sourceY: number;
  readonly targetX: number;
  readonly targetY: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WirePath {
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
}

const stub = 24;
const corner = 20;
const clearance = 6;

/** Whether a curve between these ends would run behind the box. */
export function standsBetween({ sourceX, sourceY, targetX, targetY }: WireEnds, box: Box): boolean {
  const low = Math.min(sourceY, targetY);
  const high = Math.max(sourceY, targetY);
  return (
    box.x < targetX - clearance &&
    box.x + box.width > sourceX + clearance &&
    box.y < high + clearance &&
    box.y + box.height > low - clearance
  );
}

/** `laneY` is the height at which a wire that cannot go straight crosses from one end to the other. */
export function wirePath(ends: WireEnds, blocked: boolean, laneY: number): WirePath {
  const { sourceX, sourceY, targetX, targetY } = ends;
  const forward = targetX >= sourceX + stub;
  if (forward && !blocked) {
    const sides = { sourcePosition: Position.Right, targetPosition: Position.Left };
    const [path, labelX, labelY] = getBezierPath({ ...ends, ...sides });
    return { path, labelX, labelY };
  }
  const out = sourceX + stub;
  const into = targetX - stub;
  const path = rounded([
    [sourceX, sourceY],
    [out, sourceY],
    [out, laneY],
    [into, laneY],
    [into, targetY],
    [targetX, targetY],
  ]);
  return { path, labelX: (out + into) / 2, labelY: laneY };
}

type Corner = readonly [x: number, y: number];

/** A path along these points with rounded corners, tighter where the pieces are short. */
function rounded(points: readonly Corner[]): string {
  return points
    .map(([x, y], index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${x},${y}`;
      if (after === undefined) return `L${x},${y}`;
      const radius = Math.min(corner, distance(before, [x, y]) / 2, distance([x, y], after) / 2);
      const [startX, startY] = towards([x, y], before, radius);
      const [endX, endY] = towards([x, y], after, radius);
      return `L${startX},${startY}Q${x},${y} ${endX},${endY}`;
    })
    .join('');
}

function distance([ax, ay]: Corner, [bx, by]: Corner): number {
  return Math.hypot(bx - ax, by - ay);
}

/** The point `length` away from `from` in the direction of `to`. */
function towards(from: Corner, to: Corner, length: number): Corner {
  const whole = distance(from, to);
  if (whole === 0) return from;
  const share = length / whole;
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}
