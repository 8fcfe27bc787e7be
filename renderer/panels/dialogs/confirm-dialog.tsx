import { Button, Group, Text } from '@mantine/core';
import type { ConfirmRequest } from '#renderer/store/interface.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';

export function ConfirmDialog({ request }: { readonly request: ConfirmRequest }) {
  return (
    <Dialog onClose={() => request.answer(undefined)} title={request.title} centered size="sm">
      <Text size="sm" mb="lg">
        {request.message}
      </Text>
      <Group justify="flex-end" gap="sm">
        <Button variant="subtle" color="gray" onClick={() => request.answer(undefined)}>
          Cancel
        </Button>
        {request.choices.map(({ name, label, primary }) => (
          <Button
            key={name}
            variant={primary === true ? 'filled' : 'default'}
            {...(primary === true ? { 'data-autofocus': true } : {})}
            onClick={() => request.answer(name)}
          >
            {label}
          </Button>
        ))}
      </Group>
    </Dialog>
  );
}
