import { ActionIcon, Button, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { formatPlural } from '#shared/core/format.ts';
import type { Correction } from '#shared/nodes/corrections.ts';
import { FieldFrame, type FieldProps } from './field.tsx';
import classes from './field.module.css';

/** Shown at first, and added by each “more”. */
const page = 20;

/** Nothing where there are none: they are made where photos are looked at. */
export function CorrectionsField(props: FieldProps) {
  const [shown, setShown] = useState(page);
  const corrections = props.value as readonly Correction[];
  if (corrections.length === 0) return null;
  const takeBack = (photo: string): void => {
    const left = corrections.filter((one) => one.photo !== photo);
    props.onChange(left.length === 0 ? undefined : left);
  };
  return (
    <FieldFrame {...props} right={formatPlural(corrections.length, 'photo')}>
      <ul className={classes['corrections']}>
        {corrections.slice(0, shown).map(({ photo, class: to }) => (
          <li key={photo}>
            <Text size="xs" truncate title={photo} style={{ flex: 1 }}>
              {photo}
            </Text>
            <Text size="xs" c="dimmed">
              {to === '' ? 'left out' : `→ ${to}`}
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={18}
              aria-label={`Take back what is said of ${photo}`}
              onClick={() => takeBack(photo)}
            >
              <IconX size={12} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {shown < corrections.length && (
        <Button variant="default" size="compact-xs" onClick={() => setShown(shown + page)}>
          Show more
        </Button>
      )}
    </FieldFrame>
  );
}
