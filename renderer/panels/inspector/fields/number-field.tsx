import { NumberInput } from '@mantine/core';
import { useId, useRef, useState } from 'react';
import { formatRate } from '#shared/core/format.ts';
import { unitAfter } from '#renderer/ui/unit-words.ts';
import { FieldFrame, rangeOf, refusalOf, type FieldProps } from './field.tsx';

/** Above this, where a range ends is of no interest. */
const farAway = 1000;

function rangeWords(minimum: number, maximum: number): string {
  return maximum < farAway ? `${formatRate(minimum)} to ${formatRate(maximum)}` : `from ${formatRate(minimum)}`;
}

/** A number taken over as it is typed. One that cannot be used stays in the field with the reason, and changes nothing. */
export function NumberField(props: FieldProps) {
  const { parameter, value, onChange } = props;
  const id = useId();
  const [minimum, maximum] = rangeOf(parameter);
  const { step } = parameter.meta;
  const whole = parameter.type.type === 'number' && parameter.type.integer;
  /** What stands in the field while it is not the value: half typed, or refused. */
  const [typed, setTyped] = useState<number | string>();
  const before = useRef(value);
  const unit = unitAfter(Number(typed ?? value), parameter);
  const error = typed === undefined || typed === '' ? undefined : refusalOf(parameter, Number(typed));
  const take = (next: number | string): void => {
    const isUsable = next !== '' && refusalOf(parameter, Number(next)) === undefined;
    setTyped(isUsable && typeof next === 'number' ? undefined : next);
    // What was typed on the way to a number that cannot be used was not meant either.
    onChange(isUsable ? Number(next) : before.current === parameter.default ? undefined : before.current);
  };
  return (
    <FieldFrame {...props} control={id} error={error} right={rangeWords(minimum, maximum)}>
      <NumberInput
        id={id}
        value={typed ?? Number(value)}
        min={minimum}
        max={maximum}
        clampBehavior="none"
        step={step ?? 1}
        allowDecimal={!whole}
        thousandSeparator=","
        error={error !== undefined}
        {...(unit === undefined ? {} : { suffix: ` ${unit}` })}
        onChange={take}
        onFocus={() => (before.current = value)}
        onBlur={() => error === undefined && setTyped(undefined)}
        onKeyDown={(event) => event.key === 'Escape' && setTyped(undefined)}
      />
    </FieldFrame>
  );
}
