import { Tooltip, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState, type DragEvent, type KeyboardEvent } from 'react';
import { nodeGroups, type NodeGroup, type NodeKind } from '#shared/nodes/kind.ts';
import { nodeKinds } from '#shared/nodes/registry.ts';
import { kindMime } from '#renderer/canvas/dropping.ts';
import { focusCanvas, screenCentre, toCanvas } from '#renderer/canvas/navigator.ts';
import { add } from '#renderer/store/edits.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { KindIcon } from '#renderer/ui/kind-icon.tsx';
import { rank } from '#renderer/ui/rank.ts';
import { SocketShape } from '#renderer/ui/socket.tsx';
import classes from './palette.module.css';

const groupTitles: Record<NodeGroup, string> = {
  data: 'Data',
  model: 'Model',
  training: 'Training',
  results: 'Results',
  notes: 'Notes',
};

function place(kind: NodeKind): void {
  const { selection } = useInterface.getState();
  add(kind.kind, { beside: selection.nodes.at(-1), fallback: toCanvas(screenCentre()) });
}

export function Palette({ compact }: { readonly compact: boolean }) {
  const [query, setQuery] = useState('');
  const found = nodeKinds.filter((kind) => query.trim() === '' || rank(query, kind.title, kind.synonyms) > 0);
  const onKeyDown = (event: KeyboardEvent): void => {
    const best = found.toSorted((a, b) => rank(query, b.title, b.synonyms) - rank(query, a.title, a.synonyms))[0];
    if (event.key === 'Enter' && best) place(best);
    else if (event.key === 'Escape') focusCanvas();
    else return;
    setQuery('');
    event.preventDefault();
  };
  return (
    <section className={classes['palette']} data-compact={compact} aria-label="Palette">
      {!compact && (
        <div className={classes['search']}>
          <IconSearch size={14} aria-hidden="true" />
          <input
            type="search"
            aria-label="Search nodes"
            placeholder="Search nodes"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <kbd title="On the canvas">Tab</kbd>
        </div>
      )}
      {nodeGroups.map((group) => {
        const kinds = found.filter((kind) => kind.group === group);
        if (kinds.length === 0) return null;
        return (
          <div key={group} role="group" aria-label={groupTitles[group]}>
            {!compact && <h2 className={classes['group']}>{groupTitles[group]}</h2>}
            {kinds.map((kind) => (
              <PaletteItem key={kind.kind} kind={kind} compact={compact} />
            ))}
          </div>
        );
      })}
      {found.length === 0 && <p className={classes['none']}>No node is called that.</p>}
    </section>
  );
}

function PaletteItem({ kind, compact }: { readonly kind: NodeKind; readonly compact: boolean }) {
  const locked = useInterface((state) => state.locked || state.view === 'start');
  const types = [...new Set((kind.outputs.length > 0 ? kind.outputs : kind.inputs).map(({ type }) => type))];
  const onDragStart = (event: DragEvent): void => {
    event.dataTransfer.setData(kindMime, kind.kind);
    event.dataTransfer.effectAllowed = 'move';
  };
  return (
    <Tooltip label={compact ? kind.title : kind.summary} position="right" multiline maw={260}>
      <UnstyledButton
        className={classes['item']}
        data-testid={`palette-${kind.kind}`}
        aria-label={kind.title}
        disabled={locked}
        draggable={!locked}
        onDragStart={onDragStart}
        onClick={() => place(kind)}
      >
        <KindIcon icon={kind.icon} size={compact ? 18 : 16} />
        {!compact && (
          <>
            <span className={classes['title']}>{kind.title}</span>
            {types.map((type) => (
              <SocketShape key={type} type={type} size={10} />
            ))}
          </>
        )}
      </UnstyledButton>
    </Tooltip>
  );
}
