import { Slider } from '@mantine/core';
import { formatRate } from '#shared/core/format.ts';
import { ExactInput } from './exact-input.tsx';
import { FieldFrame, rangeOf, type FieldProps } from './field.tsx';
import classes from './field.module.css';

const stepsPerDecade = 20;

/** A slider over powers of ten: each step multiplies. */
export function LogField(props: FieldProps) {
  const { parameter, value, onChange } = props;
  const [minimum, maximum] = rangeOf(parameter);
  const { title, unit } = parameter.meta;
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
        min={Math.log10(minimum)}
        max={Math.log10(maximum)}
        step={1 / stepsPerDecade}
        value={Math.log10(Math.max(minimum, Number(value)))}
        onChange={(next) => onChange(Math.min(maximum, Math.max(minimum, Number((10 ** next).toPrecision(2)))))}
      />
    </FieldFrame>
  );
}
