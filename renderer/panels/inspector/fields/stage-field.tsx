import { Select } from '@mantine/core';
import { useId } from 'react';
import { firstToLearn } from '#shared/nodes/freeze.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { FieldFrame, type FieldProps } from './field.tsx';

/** A stage by name; the stack above the form moves the same line. */
export function StageField(props: FieldProps) {
  const id = useId();
  const backbone = useFacts((state) => state.facts.backbone);
  const stages = backbone?.stages ?? [];
  return (
    <FieldFrame {...props} control={id}>
      <Select
        id={id}
        data={stages.map(({ stage }) => stage)}
        value={firstToLearn(stages, String(props.value))?.stage ?? null}
        placeholder="Choose a stage"
        onChange={(next) => next !== null && props.onChange(next)}
      />
    </FieldFrame>
  );
}
