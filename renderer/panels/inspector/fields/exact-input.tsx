import { TextInput } from '@mantine/core';
import { useState } from 'react';
import classes from './field.module.css';

interface Props {
  readonly label: string;
  /** The value as text. */
  readonly value: string;
  /** Takes what was typed; false when it cannot be used. */
  readonly onCommit: (text: string) => boolean;
}

/** A small text field beside a slider, for a value typed exactly. Enter or leaving it takes the value over. */
export function ExactInput({ label, value, onCommit }: Props) {
  const [typed, setTyped] = useState<string>();
  const commit = (): void => {
    if (typed !== undefined) onCommit(typed);
    setTyped(undefined);
  };
  return (
    <TextInput
      className={classes['exact'] ?? ''}
      aria-label={label}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setTyped(undefined);
      }}
    />
  );
}
