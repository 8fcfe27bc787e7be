import { memo, useMemo } from 'react';
import { wiresInto, wiresOutOf } from '#shared/document/graph.ts';
import { wireId, type Wire } from '#shared/document/model.ts';
import { isLoose } from '#shared/document/validate.ts';
import type { NodeKind } from '#shared/nodes/kind.ts';
import { useDocument } from '#renderer/store/document.ts';
import { select, useInterface } from '#renderer/store/interface.ts';
import classes from './loose-wires.module.css';
import { socketTop } from './measures.ts';

interface Props {
  readonly node: string;
  readonly kind: NodeKind | undefined;
}

/** Wires of this card whose other end is not there, as stubs that can be chosen and deleted. */
export const LooseWires = memo(function LooseWires({ node, kind }: Props) {
  const document = useDocument((state) => state.document);
  const loose = useMemo(() => {
    const own = new Set([...wiresInto(document, node), ...wiresOutOf(document, node)]);
    return [...own].filter((wire) => isLoose(document, wire));
  }, [document, node]);
  return loose.map((wire, index) => <Stub key={`${wireId(wire)} ${index}`} wire={wire} node={node} kind={kind} />);
});

function Stub({ wire, node, kind }: { readonly wire: Wire } & Props) {
  const id = wireId(wire);
  const isSelected = useInterface(({ selection }) => selection.wires.includes(id));
  const isOutput = wire.from.node === node;
  const [own, other] = isOutput ? [wire.from, wire.to] : [wire.to, wire.from];
  const ports = (isOutput ? kind?.outputs : kind?.inputs) ?? [];
  const place = ports.findIndex(({ name }) => name === own.port);
  // Of a socket that the card does not have either: below those it has.
  const top = socketTop(place === -1 ? ports.length : place);
  const direction = isOutput ? 'to' : 'from';
  return (
    <button
      type="button"
      className={`${classes['stub']} nodrag`}
      style={{ top }}
      data-side={isOutput ? 'output' : 'input'}
      data-selected={isSelected}
      data-testid={`stub-${wire.from.node}-${wire.to.node}`}
      aria-label={`Wire ${direction} ${other.node}, which is not there`}
      aria-pressed={isSelected}
      title={`A wire ${direction} “${other.node}.${other.port}”, which is not there. Delete removes it.`}
      onClick={(event) => {
        event.stopPropagation();
        select([], [id]);
      }}
    />
  );
}
