import { ActionIcon, Input } from '@mantine/core';
import { IconRestore } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatRate } from '#shared/core/format.ts';
import { parameterReason } from '#shared/document/reason.ts';
import type { Parameter } from '#shared/nodes/parameters.ts';
import classes from './field.module.css';

export interface FieldProps {
  readonly parameter: Parameter;
  readonly value: unknown;
  /** What the kind proposes beside the other settings, in place of the default. */
  readonly usual?: unknown;
  readonly onChange: (value: unknown) => void;
}

/** Smallest and largest value of a number parameter. */
export function rangeOf({ type }: Parameter): readonly [minimum: number, maximum: number] {
  return type.type === 'number' ? [type.minimum, type.maximum] : [-Infinity, Infinity];
}

/** What is wrong with a value, in a sentence; undefined when nothing is. */
export function refusalOf({ schema, meta }: Parameter, value: unknown): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue && `${meta.title} ${parameterReason(issue)}`;
}

interface FrameProps extends FieldProps {
  /** Id of the control the label is for; without it the label is plain words. */
  readonly control?: string;
  readonly right?: ReactNode;
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

/** Label, a way back to the default or usual value, the control, and one sentence of help. */
export function FieldFrame({ parameter, value, usual, onChange, control, right, error, children }: FrameProps) {
  const { title, help, meanings } = parameter.meta;
  const standard = usual ?? parameter.default;
  const changed = JSON.stringify(value) !== JSON.stringify(standard);
  const back =
    usual === undefined
      ? 'Back to the default'
      : `Back to the usual ${typeof usual === 'number' ? formatRate(usual) : 'value'}`;
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
            aria-label={back}
            title={back}
            onClick={() => onChange(standard === parameter.default ? undefined : standard)}
          >
            <IconRestore size={12} />
          </ActionIcon>
        )}
        <span className={classes['right']}>{right}</span>
      </div>
      {children}
      {error !== undefined && <Input.Error role="alert">{error}</Input.Error>}
      <p className={classes['help']}>
        {meanings?.[String(value)] ?? help}
        {typeof usual === 'number' && ` Usual with these settings: ${formatRate(usual)}.`}
      </p>
    </div>
  );
}
