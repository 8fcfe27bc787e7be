import { memo, useMemo } from 'react';
import { IconPlus } from '@tabler/icons-react';
import type { GraftDocument } from '#shared/document/model.ts';
import { nodeHeight, nodeWidth, previewOf } from '#renderer/panels/start/preview.ts';
import { KindIcon } from '#renderer/ui/kind-icon.tsx';
import { socketColor } from '#renderer/ui/socket.tsx';
import classes from '#renderer/panels/start/start.module.css';

interface Props {
  readonly document: GraftDocument;
  /** What the document is a variant of; the nodes that differ stand out. */
  readonly usual: GraftDocument;
}

const iconSize = 72;

/** A document as a small picture: its nodes with their icons, its wires in the colours of what they carry. */
export const GraphPreview = memo(function GraphPreview({ document, usual }: Props) {
  const preview = useMemo(() => previewOf(document, usual), [document, usual]);
  if (preview === undefined) {
    return (
      <div className={classes['preview']} data-empty>
        <IconPlus size={22} aria-hidden="true" />
      </div>
    );
  }
  return (
    <svg className={classes['preview']} viewBox={preview.viewBox} aria-hidden="true">
      {preview.wires.map(({ id, type, path }) => (
        <path key={id} d={path} fill="none" stroke={socketColor(type)} strokeWidth={7} strokeLinecap="round" />
      ))}
      {preview.nodes.map(({ id, icon, x, y, special }) => (
        <g key={id} transform={`translate(${x} ${y})`} className={classes['previewNode']} data-special={special}>
          <rect width={nodeWidth} height={nodeHeight} rx={26} />
          <g transform={`translate(${(nodeWidth - iconSize) / 2} ${(nodeHeight - iconSize) / 2})`}>
            <KindIcon icon={icon} size={iconSize} />
          </g>
        </g>
      ))}
    </svg>
  );
});
