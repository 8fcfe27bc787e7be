import { FocusTrap, Portal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Point } from '#renderer/store/interface.ts';
import classes from './popover.module.css';

const width = 340;
const tallest = 410;
const margin = 12;

interface Props {
  readonly label: string;
  /** Screen position of the top-left corner; in the upper middle of the window without it. */
  readonly at?: Point | undefined;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A list in front of everything, beside the pointer or in the middle; a click elsewhere closes it. */
export function Popover({ label, at, wide = false, onClose, children }: Props) {
  const actualWidth = wide ? 560 : width;
  const place = at ?? { x: (window.innerWidth - actualWidth) / 2, y: window.innerHeight * 0.14 };
  const left = Math.max(margin, Math.min(place.x, window.innerWidth - actualWidth - margin));
  const top = Math.max(margin, Math.min(place.y, window.innerHeight - tallest - margin));
  return (
    <Portal>
      <div className={classes['backdrop']} data-dim={at === undefined} onPointerDown={onClose} />
      <FocusTrap active>
        <div
          className={classes['popover']}
          role="dialog"
          aria-modal="true"
          aria-label={label}
          style={{ left, top, width: actualWidth }}
        >
          {children}
        </div>
      </FocusTrap>
    </Portal>
  );
}
