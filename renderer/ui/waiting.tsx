import { Group, Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  /** What is being waited for, as a phrase that ends in an ellipsis. */
  readonly children: ReactNode;
}

/** A wait whose length is not known: something that turns, beside the words that say what is under way. */
export function Waiting({ children }: Props) {
  return (
    <Group gap="sm" role="status" wrap="nowrap">
      <Loader size="xs" aria-hidden="true" />
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </Group>
  );
}
