import { Textarea, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { FieldFrame, refusalOf, type FieldProps } from './field.tsx';

/** Text that is taken over when it is complete and valid: on Enter, or on leaving the field. */
function CommittedText({ shown, parse, ...props }: FieldProps & { shown: string; parse: (text: string) => unknown }) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  const commit = (): void => {
    if (typed === undefined) return;
    const value = parse(typed);
    const refusal = refusalOf(props.parameter, value);
    setError(refusal);
    if (refusal !== undefined) return;
    setTyped(undefined);
    props.onChange(props.parameter.schema.parse(value));
  };
  return (
    <FieldFrame {...props} control={id} error={error}>
      <TextInput
        id={id}
        value={typed ?? shown}
        error={error !== undefined}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key !== 'Escape') return;
          setTyped(undefined);
          setError(undefined);
        }}
      />
    </FieldFrame>
  );
}

export function TextField(props: FieldProps) {
  return <CommittedText {...props} shown={String(props.value)} parse={(text) => text} />;
}

/** Layer widths as `256, 128`; empty is none. */
export function WidthsField(props: FieldProps) {
  const widths = Array.isArray(props.value) ? props.value : [];
  return <CommittedText {...props} shown={widths.join(', ')} parse={(text) => text} />;
}

export function NoteField(props: FieldProps) {
  const id = useId();
  return (
    <FieldFrame {...props} control={id}>
      <Textarea
        id={id}
        size="xs"
        autosize
        minRows={6}
        value={String(props.value)}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </FieldFrame>
  );
}
