import { TextInput } from '@mantine/core';
import classes from './field.module.css';

interface Props {
  readonly label: string;
  /** What stands in the field. */
  readonly text: string;
  readonly refused: boolean;
  readonly onType: (text: string) => void;
  /** Enter was pressed, or the field left. */
  readonly onCommit: () => void;
  readonly onCancel: () => void;
}

/** A small text field beside a slider, for a value typed exactly. */
export function ExactInput({ label, text, refused, onType, onCommit, onCancel }: Props) {
  return (
    <TextInput
      className={classes['exact'] ?? ''}
      aria-label={label}
      value={text}
      error={refused}
      onChange={(event) => onType(event.target.value)}
      onBlur={onCommit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onCommit();
        if (event.key === 'Escape') onCancel();
      }}
    />
  );
}
