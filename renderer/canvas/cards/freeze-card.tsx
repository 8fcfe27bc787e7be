import { IconSnowflake } from '@tabler/icons-react';
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useFacts } from '#renderer/store/facts.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { isSelected } from '#renderer/store/selected.ts';
import { useDerived } from '#renderer/store/derived.ts';
import { changeParameters } from '#renderer/store/edits.ts';
import { freezeAfter, frozenParameters, frozenStages } from '#renderer/ui/freeze.ts';
import { formatShortCount } from '#shared/core/format.ts';
import { Line } from './card-parts.tsx';
import classes from './freeze-card.module.css';
import type { CardProps } from './card-props.ts';

/** How near the line the pointer must be to take hold of it, pixels. */
const reach = 12;

export function FreezeCard({ id, parameters }: CardProps) {
  const backbone = useFacts((state) => state.facts.backbone);
  const trained = useDerived((state) => state.live.model.trainedParameters);
  const row = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const selected = useInterface((state) => isSelected(state.selection.nodes, id));
  if (backbone === undefined) return <Line>Connect a backbone to see its stages</Line>;

  const count = backbone.stages.length;
  const frozen = frozenStages(parameters, backbone);
  const name = backbone.stages[frozen]?.stage;
  const move = (to: number): void => {
    const wanted = Math.min(count, Math.max(0, to));
    if (wanted !== frozen) changeParameters(id, freezeAfter(wanted, backbone), 'freeze-line');
  };
  const follow = (event: PointerEvent): void => {
    const box = row.current?.getBoundingClientRect();
    if (box === undefined || !held.current) return;
    move(Math.round(((event.clientX - box.left) / box.width) * count));
  };
  const take = (event: PointerEvent): void => {
    const box = row.current?.getBoundingClientRect();
    if (box === undefined) return;
    const line = box.left + (box.width * frozen) / count;
    // A first click on the card only selects it: it must not move a line it did not mean to.
    held.current = selected || Math.abs(event.clientX - line) <= reach;
    if (held.current) event.currentTarget.setPointerCapture(event.pointerId);
    follow(event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const step = steps[event.key];
    if (step !== undefined) move(frozen + step);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(count);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const words =
    name === undefined
      ? 'All before the head stays as it is'
      : frozen === 0
        ? 'Nothing is frozen'
        : `All before ${name} stays as it is`;

  return (
    <>
      <div
        ref={row}
        className={`${classes['row']} nodrag nopan`}
        role="slider"
        tabIndex={0}
        aria-label="Freeze line"
        aria-valuemin={0}
        aria-valuemax={count}
        aria-valuenow={frozen}
        aria-valuetext={words}
        onPointerDown={take}
        onPointerMove={follow}
        onPointerUp={() => {
          held.current = false;
        }}
        onKeyDown={onKeyDown}
      >
        {backbone.stages.map((stage, index) => (
          <span key={stage.stage} className={classes['stage']} data-frozen={index < frozen} title={stage.stage}>
            {index < frozen && <IconSnowflake size={12} stroke={1.6} aria-hidden="true" />}
          </span>
        ))}
        <span className={classes['line']} style={{ left: `${(frozen / count) * 100}%` }} />
      </div>
      <Line>{words}</Line>
      <Line>
        frozen <b>{formatShortCount(frozenParameters(frozen, backbone))}</b>
        {trained !== undefined && (
          <>
            {' '}
            · trained <b>{formatShortCount(trained)}</b>
          </>
        )}
      </Line>
    </>
  );
}
