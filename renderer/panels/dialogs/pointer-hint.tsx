import { Portal } from '@mantine/core';
import { useInterface } from '#renderer/store/interface.ts';
import classes from './pointer-hint.module.css';

const offset = 14;
const widest = 300;

/** A sentence beside the pointer: why a wire was refused. */
export function PointerHint() {
  const hint = useInterface((state) => state.hint);
  return (
    <Portal>
      <div role="status">
        {hint && (
          <div
            className={classes['hint']}
            style={{
              left: Math.min(hint.at.x + offset, window.innerWidth - widest - offset),
              top: Math.min(hint.at.y + offset, window.innerHeight - 80),
              maxWidth: widest,
            }}
          >
            {hint.text}
          </div>
        )}
      </div>
    </Portal>
  );
}
