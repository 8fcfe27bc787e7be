import { Slider } from '@mantine/core';
import { formatRate } from '#shared/core/format.ts';
import { ExactInput } from './exact-input.tsx';
import { FieldFrame, rangeOf, type FieldProps } from './field.tsx';
import classes from './field.module.css';

export function SliderField(props: FieldProps) {
  const { parameter, value, onChange } = props;
  const [minimum, maximum] = rangeOf(parameter);
  const { title, unit, step = 0.01 } = parameter.meta;
  const commit = (text: string): boolean => {
    const parsed = parameter.schema.safeParse(Number.parseFloat(text));
    if (parsed.success) onChange(parsed.data);
    return parsed.success;
  };
  return (
    <FieldFrame
      {...props}
      right={
        <>
          <ExactInput label={`${title}, exact value`} value={formatRate(Number(value))} onCommit={commit} />
          {unit}
        </>
      }
    >
      <Slider
        className={classes['slider'] ?? ''}
        size={4}
        label={null}
        thumbLabel={title}
        min={minimum}
        max={maximum}
        step={step}
        value={Number(value)}
        onChange={(next) => onChange(Number(next.toPrecision(6)))}
      />
    </FieldFrame>
  );
}
