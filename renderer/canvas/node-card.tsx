import type { NodeProps } from '@xyflow/react';
import { memo, useMemo } from 'react';
import { nodeTitle } from '#shared/document/graph.ts';
import type { GraphNode } from '#shared/document/model.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { useDerived, useSubtitle } from '#renderer/store/derived.ts';
import { finishRenaming } from '#renderer/store/edits.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { useNodeProgress, useNodeState, type NodeState } from '#renderer/store/node-state.ts';
import { KindIcon } from '#renderer/ui/kind-icon.tsx';
import { TitleInput } from '#renderer/ui/title-input.tsx';
import { cards } from './cards/cards.tsx';
import type { CardNode } from './flow-items.ts';
import { LooseWires } from './loose-wires.tsx';
import classes from './node-card.module.css';
import { Ports } from './ports.tsx';
import { heightForSockets } from './measures.ts';

const stateWords: Record<NodeState, string> = {
  bad: 'needs attention',
  busy: 'working',
  changed: 'changed since the last run',
  trained: 'as in the last run',
  idle: 'ready',
};

export const NodeCard = memo(function NodeCard({ data: { node }, selected }: NodeProps<CardNode>) {
  const kind = kindOf(node.kind);
  const card = cards[node.kind];
  const parameters = useMemo(() => (kind ? effectiveParameters(kind, node.parameters) : {}), [kind, node.parameters]);
  const sentence = useDerived((state) => state.sentences.get(node.id));
  const state = useNodeState(node);
  return (
    <article
      className={classes['card']}
      data-testid={`node-${node.id}`}
      data-kind={node.kind}
      data-selected={selected}
      data-state={state}
      aria-label={nodeTitle(node)}
      style={{ minHeight: heightForSockets(kind?.inputs.length ?? 0, kind?.outputs.length ?? 0) }}
    >
      <header className={classes['header']}>
        <KindIcon icon={kind?.icon} />
        <Title node={node} parameters={parameters} />
        <span
          className={classes['dot']}
          data-state={state}
          title={sentence ?? stateWords[state]}
          role="img"
          aria-label={stateWords[state]}
        />
      </header>
      <div className={classes['body']}>{card && <card.Body id={node.id} parameters={parameters} />}</div>
      {sentence !== undefined && <p className={classes['problem']}>{sentence}</p>}
      <ProgressLine node={node} />
      <Ports node={node.id} side="input" ports={kind?.inputs ?? []} />
      <Ports node={node.id} side="output" ports={kind?.outputs ?? []} />
      <LooseWires node={node.id} kind={kind} />
    </article>
  );
});

function Title({ node, parameters }: { node: GraphNode; parameters: Readonly<Record<string, unknown>> }) {
  const renaming = useInterface((state) => state.renaming === node.id);
  const variant = cards[node.kind]?.variant?.(parameters) ?? '';
  const subtitle = useSubtitle(node.id);
  if (renaming) {
    return (
      <TitleInput
        title={nodeTitle(node)}
        className={`${classes['rename']} nodrag`}
        onFinish={(title) => finishRenaming(node.id, title)}
      />
    );
  }
  return (
    <div className={classes['titles']}>
      <h2 className={classes['title']}>
        {nodeTitle(node)}
        {variant !== '' && <span className={classes['variant']}> · {variant}</span>}
      </h2>
      {subtitle !== '' && (
        <p className={classes['subtitle']} title={subtitle}>
          {subtitle}
        </p>
      )}
    </div>
  );
}

function ProgressLine({ node }: { node: GraphNode }) {
  const share = useNodeProgress(node);
  if (share === undefined) return null;
  return (
    <div
      className={classes['progress']}
      role="progressbar"
      aria-label={`${nodeTitle(node)} progress`}
      aria-valuenow={Math.round(share * 100)}
    >
      <span style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
