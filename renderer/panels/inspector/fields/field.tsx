import { ActionIcon, Input } from '@mantine/core';
import { IconRestore } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Parameter } from '#shared/nodes/parameters.ts';
import classes from './field.module.css';

export interface FieldProps {
  readonly parameter: Parameter;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** Smallest and largest value of a number parameter. */
export function rangeOf({ type }: Parameter): readonly [minimum: number, maximum: number] {
  return type.type === 'number' ? [type.minimum, type.maximum] : [-Infinity, Infinity];
}

interface FrameProps extends FieldProps {
  /** Id of the control the label is for; without it the label is plain words. */
  readonly control?: string;
  readonly right?: ReactNode;
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

/** Label, a way back to the default, the control, and one sentence of help. */
export function FieldFrame({ parameter, value, onChange, control, right, error, children }: FrameProps) {
  const { title, help } = parameter.meta;
  const changed = JSON.stringify(value) !== JSON.stringify(parameter.default);
  return (
    <div className={classes['field']}>
      <div className={classes['top']}>
        {control === undefined ? (
          <span className={classes['label']}>{title}</span>
        ) : (
          <label className={classes['label']} htmlFor={control}>
            {title}
          </label>
        )}
        {changed && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={18}
            aria-label="Back to the default"
            title="Back to the default"
            onClick={() => onChange(undefined)}
          >
            <IconRestore size={12} />
          </ActionIcon>
        )}
        <span className={classes['right']}>{right}</span>
      </div>
      {children}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      {help !== undefined && <p className={classes['help']}>{help}</p>}
    </div>
  );
}
