import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/**
 * A dialog over the workbench, shown as long as it is drawn. Keys pressed in it never reach the canvas's shortcuts
 * behind, and what had the focus before has it again afterwards.
 */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // Whatever the dialog led to may have taken the focus already.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && (before instanceof HTMLElement || before instanceof SVGElement))
        before.focus({ preventScroll: true });
    },
    [before],
  );
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
