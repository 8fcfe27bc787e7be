import { Handle, Position } from '@xyflow/react';
import { memo } from 'react';
import type { Side } from '#shared/document/graph.ts';
import { incomingWire, sameEndpoint, wiresOutOf } from '#shared/document/graph.ts';
import type { Port } from '#shared/nodes/kind.ts';
import { useDocument } from '#renderer/store/document.ts';
import { endpointKey, useInterface } from '#renderer/store/interface.ts';
import { SocketShape, socketColor } from '#renderer/ui/socket.tsx';
import classes from './ports.module.css';
import { socketTop } from './measures.ts';

interface Props {
  readonly node: string;
  readonly side: Side;
  readonly ports: readonly Port[];
}

/** The sockets along one side of a card. */
export const Ports = memo(function Ports({ node, side, ports }: Props) {
  return ports.map((port, index) => (
    <Socket key={port.name} node={node} side={side} port={port} top={socketTop(index)} />
  ));
});

function Socket({ node, side, port, top }: { node: string; side: Side; port: Port; top: number }) {
  const end = { node, port: port.name };
  const connected = useDocument(({ document }) =>
    side === 'input'
      ? incomingWire(document, end) !== undefined
      : wiresOutOf(document, node).some(({ from }) => from.port === port.name),
  );
  const look = useInterface(({ drawing }) => {
    if (drawing === undefined) return 'rest';
    if (drawing.side === side && sameEndpoint(drawing.end, end)) return 'origin';
    return drawing.fits.has(endpointKey(end, side)) ? 'fits' : 'fades';
  });
  const direction = side === 'input' ? 'in' : 'out';
  return (
    <Handle
      id={port.name}
      type={side === 'input' ? 'target' : 'source'}
      position={side === 'input' ? Position.Left : Position.Right}
      className={classes['port'] ?? ''}
      style={{ top, ['--port-color' as string]: socketColor(port.type) }}
      data-look={look}
      data-side={side}
      data-testid={`port-${node}-${direction}-${port.name}`}
      aria-label={`${side} ${port.name}${connected ? ', connected' : ''}`}
      role="button"
    >
      <span className={classes['shape']}>
        <SocketShape type={port.type} hollow={!connected && port.type !== 'model'} />
      </span>
      <span className={classes['label']}>{port.name}</span>
    </Handle>
  );
}
