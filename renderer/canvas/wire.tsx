import { EdgeLabelRenderer, Position, type ConnectionLineComponentProps, type EdgeProps } from '@xyflow/react';
import { memo, useState } from 'react';
import { useInterface } from '#renderer/store/interface.ts';
import { useRun } from '#renderer/store/run.ts';
import { useWireLabel } from '#renderer/store/derived.ts';
import { socketColor } from '#renderer/ui/socket.tsx';
import type { WireEdge } from './flow-items.ts';
import { wirePath } from './wire-path.ts';
import { useWireRoute } from './wire-route.ts';
import classes from './wire.module.css';

/** Canvas pixels between two cards from which a label fits between them. */
const roomForLabel = 160;

export const WireLine = memo(function WireLine(props: EdgeProps<WireEdge>) {
  const { id, data, selected } = props;
  const [hovered, setHovered] = useState(false);
  const flows = useRun(({ state }) => state.phase === 'running' || state.phase === 'caching');
  const hasRoom = Math.abs(props.targetX - props.sourceX) > roomForLabel;
  const splices = useInterface((state) => state.spliceTarget === id);
  const type = data?.type;
  const { path, labelX, labelY } = useWireRoute(props, type);
  const color = type === undefined ? 'var(--graft-bad)' : socketColor(type);
  return (
    <g
      data-testid={data && `wire-${data.wire.from.node}-${data.wire.to.node}`}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
      <path
        className={classes['line']}
        d={path}
        style={{ stroke: color }}
        data-selected={selected === true}
        data-splices={splices}
      />
      {flows && <path className={classes['flow']} d={path} style={{ stroke: color }} />}
      <path className={classes['reach']} d={path} />
      {(hovered || (selected === true && hasRoom)) && data && type !== undefined && (
        <EdgeLabelRenderer>
          <WireLabel wire={id} type={type} color={color} x={labelX} y={labelY} />
        </EdgeLabelRenderer>
      )}
    </g>
  );
});

function WireLabel({ wire, type, color, x, y }: { wire: string; type: string; color: string; x: number; y: number }) {
  const label = useWireLabel(wire);
  return (
    <div
      className={classes['label']}
      style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`, borderColor: color }}
    >
      {label ?? type}
    </div>
  );
}

/** The wire under the pointer while it is drawn. */
export function DrawnWire({ fromX, fromY, toX, toY, fromPosition }: ConnectionLineComponentProps) {
  const type = useInterface((state) => state.drawing?.type);
  const forward = fromPosition === Position.Right;
  const { path } = wirePath(
    forward
      ? { sourceX: fromX, sourceY: fromY, targetX: toX, targetY: toY }
      : { sourceX: toX, sourceY: toY, targetX: fromX, targetY: fromY },
    false,
    (fromY + toY) / 2,
  );
  return (
    <path
      className={classes['line']}
      d={path}
      style={{ stroke: type === undefined ? 'var(--graft-dim)' : socketColor(type) }}
    />
  );
}
