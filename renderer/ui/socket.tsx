import { memo } from 'react';
import type { SocketType } from '#shared/nodes/kind.ts';

/** One outline per type inside a 12 × 12 box, so that sockets differ without their colour as well. */
const outlines: Record<SocketType, string> = {
  samples: 'M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0 -10z',
  targets: 'M1.5 1.5h9v9h-9z',
  features: 'M6 0.5 11.5 6 6 11.5 0.5 6z',
  predictions: 'M2 0.8 11.2 6 2 11.2z',
  loss: 'M3.2 1.2h5.6L11.6 6 8.8 10.8H3.2L0.4 6z',
  update: 'M3.5 0.5h5v11h-5z',
  model: 'M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0 -10z M6 4a2 2 0 1 1 0 4a2 2 0 1 1 0 -4z',
};

export function socketColor(type: SocketType): string {
  return `var(--socket-${type})`;
}

interface Props {
  readonly type: SocketType;
  readonly size?: number;
  /** Not connected yet: drawn as an outline. */
  readonly hollow?: boolean;
}

export const SocketShape = memo(function SocketShape({ type, size = 12, hollow = false }: Props) {
  return (
    <svg width={size} height={size} viewBox="-1 -1 14 14" aria-hidden="true">
      <path
        d={outlines[type]}
        fillRule="evenodd"
        fill={hollow ? 'var(--graft-raised)' : socketColor(type)}
        stroke={socketColor(type)}
        strokeWidth={1.5}
        strokeLinejoin="round"
      />
    </svg>
  );
});
