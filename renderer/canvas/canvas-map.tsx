import { getNodesBounds, MiniMap, useStore } from '@xyflow/react';
import classes from './canvas.module.css';
import { isWithin } from './within.ts';

/** Where the view is on a canvas larger than it; nothing as long as every card is in view. */
export function CanvasMap() {
  const isNeeded = useStore(({ nodes, nodeLookup, transform: [x, y, zoom], width, height }) => {
    if (nodes.length === 0 || width === 0) return false;
    return !isWithin(getNodesBounds(nodes, { nodeLookup }), {
      x: -x / zoom,
      y: -y / zoom,
      width: width / zoom,
      height: height / zoom,
    });
  });
  if (!isNeeded) return null;
  return (
    <MiniMap
      className={classes['minimap'] ?? ''}
      pannable
      zoomable
      ariaLabel="Map of the canvas"
      nodeColor="var(--graft-line-strong)"
      nodeBorderRadius={16}
      maskColor="color-mix(in srgb, var(--graft-canvas) 70%, transparent)"
      bgColor="var(--graft-surface)"
    />
  );
}
