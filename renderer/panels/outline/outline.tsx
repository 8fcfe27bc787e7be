import { memo, useMemo, useRef, type KeyboardEvent } from 'react';
import { incomingWire, nodeTitle, topologicalOrder, findNode } from '#shared/document/graph.ts';
import type { GraftDocument, GraphNode } from '#shared/document/model.ts';
import type { Port } from '#shared/nodes/kind.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { runAction } from '#renderer/actions/run-action.ts';
import { useDerived } from '#renderer/store/derived.ts';
import { useDocument } from '#renderer/store/document.ts';
import { finishRenaming } from '#renderer/store/edits.ts';
import { select, useInterface } from '#renderer/store/interface.ts';
import { KindIcon } from '#renderer/ui/kind-icon.tsx';
import { TitleInput } from '#renderer/ui/title-input.tsx';
import { SocketShape } from '#renderer/ui/socket.tsx';
import classes from './outline.module.css';

/** Nodes in the order in which data flows, document order where the graph has a circle. */
function inFlowOrder(document: GraftDocument): readonly GraphNode[] {
  const order = topologicalOrder(document);
  if (order === undefined) return document.nodes;
  return order.flatMap((id) => findNode(document, id) ?? []);
}

/** The same document as a tree: each node with what feeds it. Reads well aloud, and can be edited from the keyboard. */
export function Outline() {
  const document = useDocument((state) => state.document);
  const selected = useInterface((state) => state.selection.nodes);
  const chosen = useMemo(() => new Set(selected), [selected]);
  const tree = useRef<HTMLDivElement>(null);
  const nodes = useMemo(() => inFlowOrder(document), [document]);
  const current = nodes.findIndex(({ id }) => id === selected.at(-1));

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const next = nodes[Math.max(0, Math.min(nodes.length - 1, current + move))];
    if (next === undefined) return;
    select([next.id]);
    tree.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next.id)}"]`)?.focus();
  };

  return (
    <div className={classes['outline']}>
      <p className={classes['hint']}>
        Arrows move, A adds a node, C connects the selected one, Delete removes it, F2 renames.
      </p>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- one of its items always has the focus */}
      <div role="tree" aria-label="Outline" ref={tree} onKeyDown={onKeyDown}>
        {nodes.map((node, index) => (
          <OutlineNode
            key={node.id}
            node={node}
            selected={chosen.has(node.id)}
            focusable={index === Math.max(0, current)}
          />
        ))}
      </div>
      {nodes.length === 0 && <p className={classes['hint']}>Nothing here yet.</p>}
    </div>
  );
}

interface NodeProps {
  readonly node: GraphNode;
  readonly selected: boolean;
  readonly focusable: boolean;
}

const OutlineNode = memo(function OutlineNode({ node, selected, focusable }: NodeProps) {
  const kind = kindOf(node.kind);
  const renaming = useInterface((state) => state.renaming === node.id);
  const sentence = useDerived((state) => state.sentences.get(node.id));
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree handles the keys of its items
    <div
      role="treeitem"
      aria-selected={selected}
      aria-expanded="true"
      tabIndex={focusable ? 0 : -1}
      data-node={node.id}
      className={classes['node']}
      onClick={() => select([node.id])}
      onFocus={() => !selected && select([node.id])}
      onDoubleClick={() => runAction('rename-node')}
    >
      <span className={classes['title']}>
        <KindIcon icon={kind?.icon} />
        {renaming ? (
          <TitleInput
            title={nodeTitle(node)}
            className={classes['rename']}
            onFinish={(title) => finishRenaming(node.id, title)}
          />
        ) : (
          nodeTitle(node)
        )}
        {sentence !== undefined && <span className={classes['problem']}>{sentence}</span>}
      </span>
      <div role="group" className={classes['inputs']}>
        {(kind?.inputs ?? []).map((port) => (
          <OutlineInput key={port.name} node={node.id} port={port} />
        ))}
      </div>
    </div>
  );
});

function OutlineInput({ node, port }: { readonly node: string; readonly port: Port }) {
  const source = useDocument(({ document }) => {
    const wire = incomingWire(document, { node, port: port.name });
    const from = wire && findNode(document, wire.from.node);
    return from && nodeTitle(from);
  });
  return (
    <span className={classes['input']}>
      <SocketShape type={port.type} size={10} hollow={source === undefined} />
      {port.name}: {source === undefined ? 'not connected' : `from ${source}`}
    </span>
  );
}
