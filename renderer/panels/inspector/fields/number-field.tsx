import { NumberInput } from '@mantine/core';
import { useId } from 'react';
import { FieldFrame, rangeOf, type FieldProps } from './field.tsx';

export function NumberField(props: FieldProps) {
  const { parameter, value, onChange } = props;
  const id = useId();
  const [minimum, maximum] = rangeOf(parameter);
  const { unit, step } = parameter.meta;
  const whole = parameter.type.type === 'number' && parameter.type.integer;
  return (
    <FieldFrame {...props} control={id}>
      <NumberInput
        id={id}
        value={Number(value)}
        min={minimum}
        max={maximum}
        step={step ?? 1}
        allowDecimal={!whole}
        thousandSeparator=","
        {...(unit === undefined ? {} : { suffix: ` ${unit}` })}
        onChange={(next) => typeof next === 'number' && onChange(next)}
      />
    </FieldFrame>
  );
}
