import { UnstyledButton } from '@mantine/core';
import { IconSnowflake, IconTarget } from '@tabler/icons-react';
import { formatShortCount } from '#shared/core/format.ts';
import { useDerived } from '#renderer/store/derived.ts';
import { changeParameters } from '#renderer/store/edits.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { freezeAfter, frozenStages, stageParameters } from '#renderer/ui/freeze.ts';
import classes from './freeze-stack.module.css';

interface Props {
  readonly id: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The backbone drawn as a stack with the freeze line in it; choosing a stage moves the line to its other side. */
export function FreezeStack({ id, parameters }: Props) {
  const backbone = useFacts((state) => state.facts.backbone);
  const head = useDerived((state) => state.live.model.headParameters);
  if (backbone === undefined) return null;
  const frozen = frozenStages(parameters, backbone);
  const counts = stageParameters(backbone);
  return (
    <div className={classes['stack']} role="group" aria-label="Freeze line">
      {frozen === 0 && <Line />}
      {backbone.stages.map(({ stage, blockedBy }, index) => {
        const isFrozen = index < frozen;
        const blocked = blockedBy !== undefined && isFrozen;
        return (
          <div key={stage}>
            <UnstyledButton
              className={classes['stage']}
              data-frozen={isFrozen}
              aria-pressed={isFrozen}
              title={
                blocked
                  ? `${blockedBy} cannot be trained`
                  : isFrozen
                    ? `Train from ${stage} on`
                    : `Freeze up to ${stage}`
              }
              onClick={() => changeParameters(id, freezeAfter(isFrozen ? index : index + 1, backbone))}
            >
              {isFrozen ? <IconSnowflake size={14} stroke={1.6} /> : <span className={classes['free']} />}
              <span className={classes['name']}>{stage}</span>
              <span className={classes['count']}>{formatShortCount(counts[index] ?? 0)}</span>
            </UnstyledButton>
            {index + 1 === frozen && <Line />}
          </div>
        );
      })}
      <div className={classes['stage']}>
        <IconTarget size={14} stroke={1.6} />
        <span className={classes['name']}>head</span>
        <span className={classes['count']}>{head === undefined ? '' : formatShortCount(head)}</span>
      </div>
    </div>
  );
}

function Line() {
  return (
    <div className={classes['line']}>
      <span />
      freeze line
    </div>
  );
}
