import { Slider } from '@mantine/core';
import { useState } from 'react';
import { formatRate } from '#shared/core/format.ts';
import { unitAfter } from '#renderer/ui/unit-words.ts';
import { ExactInput } from './exact-input.tsx';
import { FieldFrame, rangeOf, refusalOf, type FieldProps } from './field.tsx';
import classes from './field.module.css';

const stepsPerDecade = 20;

interface Scale {
  readonly step: number;
  /** Where a value lies on the slider, and the value of a place. */
  readonly place: (value: number) => number;
  readonly value: (place: number) => number;
}

/** A slider beside the exact number. */
export function SliderField(props: FieldProps) {
  const step = props.parameter.meta.step ?? 0.01;
  return <ScaledField {...props} scale={{ step, place: Number, value: (place) => Number(place.toPrecision(6)) }} />;
}

/** A slider over powers of ten: each step multiplies. */
export function LogField(props: FieldProps) {
  const scale = {
    step: 1 / stepsPerDecade,
    place: Math.log10,
    value: (place: number) => Number((10 ** place).toPrecision(2)),
  };
  return <ScaledField {...props} scale={scale} />;
}

/** Takes a decimal comma too. */
function numberIn(text: string): number {
  const plain = text.trim().replace(/^([^,.]*),([^,.]*)$/u, '$1.$2');
  return plain === '' ? Number.NaN : Number(plain);
}

function ScaledField({ scale, ...props }: FieldProps & { readonly scale: Scale }) {
  const { parameter, value, onChange } = props;
  const [minimum, maximum] = rangeOf(parameter);
  const { title } = parameter.meta;
  const clamped = (wanted: number): number => Math.min(maximum, Math.max(minimum, wanted));
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  const settle = (): void => {
    setTyped(undefined);
    setError(undefined);
  };
  const commit = (): void => {
    if (typed === undefined) return;
    const number = numberIn(typed);
    const refusal = refusalOf(parameter, number);
    if (refusal !== undefined) return setError(refusal);
    settle();
    onChange(number);
  };
  return (
    <FieldFrame
      {...props}
      error={error}
      right={
        <>
          <ExactInput
            label={`${title}, exact value`}
            text={typed ?? formatRate(Number(value))}
            refused={error !== undefined}
            onType={setTyped}
            onCommit={commit}
            onCancel={settle}
          />
          {unitAfter(value, parameter)}
        </>
      }
    >
      <Slider
        className={classes['slider'] ?? ''}
        size={4}
        label={null}
        thumbLabel={title}
        min={scale.place(minimum)}
        max={scale.place(maximum)}
        step={scale.step}
        value={scale.place(clamped(Number(value)))}
        onChange={(place) => {
          settle();
          onChange(clamped(scale.value(place)));
        }}
      />
    </FieldFrame>
  );
}
