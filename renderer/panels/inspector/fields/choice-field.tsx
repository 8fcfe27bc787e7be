import { SegmentedControl, Select, Switch } from '@mantine/core';
import { useId } from 'react';
import { FieldFrame, type FieldProps } from './field.tsx';
import classes from './field.module.css';

/** Letters that fit side by side in the inspector. */
const roomForSegments = 26;

export function ChoiceField(props: FieldProps) {
  const { parameter, value, onChange } = props;
  const id = useId();
  const { title, labels } = parameter.meta;
  const values = parameter.type.type === 'choice' ? parameter.type.values : [];
  const data = values.map((entry) => ({ value: entry, label: labels?.[entry] ?? entry }));
  const letters = data.reduce((sum, { label }) => sum + label.length, 0);
  if (data.length > 1 && data.length <= 4 && letters <= roomForSegments) {
    return (
      <FieldFrame {...props}>
        <SegmentedControl fullWidth aria-label={title} data={data} value={String(value)} onChange={onChange} />
      </FieldFrame>
    );
  }
  return (
    <FieldFrame {...props} control={id}>
      <Select
        id={id}
        data={data}
        value={String(value)}
        allowDeselect={false}
        onChange={(next) => next !== null && onChange(next)}
      />
    </FieldFrame>
  );
}

export function SwitchField({ parameter, value, onChange }: FieldProps) {
  const { title, help } = parameter.meta;
  return (
    <div className={classes['field']}>
      <Switch
        size="xs"
        label={title}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {help !== undefined && <p className={classes['help']}>{help}</p>}
    </div>
  );
}
