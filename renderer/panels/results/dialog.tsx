import { Modal, type ModalProps } from '@mantine/core';

/** A dialog over the workbench. Keys pressed in it never reach the canvas's shortcuts behind. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  return (
    <Modal
      opened
      closeButtonProps={{ 'aria-label': 'Close' }}
      {...props}
      onKeyDown={(event) => {
        props.onKeyDown?.(event);
        event.stopPropagation();
      }}
    />
  );
}
