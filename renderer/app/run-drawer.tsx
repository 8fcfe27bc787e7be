import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { useInterface } from '#renderer/store/interface.ts';
import classes from './run-drawer.module.css';

const smallest = 140;
const barHeight = 52;
const step = 24;

function largest(): number {
  return Math.round(window.innerHeight * 0.7);
}

function resizeTo(height: number): void {
  useInterface.setState({ runPanelHeight: Math.max(smallest, Math.min(largest(), Math.round(height))) });
}

/** The bottom of the workbench: as tall as the person drew it, or only its bar. */
export function RunDrawer({ children }: { readonly children: ReactNode }) {
  const open = useInterface((state) => state.panels.run);
  const height = useInterface((state) => state.runPanelHeight);
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowUp: step, ArrowDown: -step };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    resizeTo(height + move);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (event.buttons === 1) resizeTo(window.innerHeight - event.clientY);
  };
  return (
    <div
      className={classes['drawer']}
      role="region"
      aria-label="Bottom panel"
      style={{ height: open ? height : barHeight }}
    >
      {open && (
        <div
          className={classes['handle']}
          role="separator"
          tabIndex={0}
          aria-label="Height of the training panel"
          aria-orientation="horizontal"
          aria-valuemin={smallest}
          aria-valuemax={largest()}
          aria-valuenow={height}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={onPointerMove}
        />
      )}
      {children}
    </div>
  );
}
