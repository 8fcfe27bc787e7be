import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconGridDots,
  IconLock,
  IconLockOpen,
  IconMaximize,
  IconMinus,
  IconPlus,
  IconHierarchy2,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { runAction } from '#renderer/actions/run-action.ts';
import { useInterface } from '#renderer/store/interface.ts';
import classes from './canvas-controls.module.css';

export function CanvasControls() {
  const snap = useInterface((state) => state.snap);
  const locked = useInterface((state) => state.locked);
  return (
    <div className={classes['controls']} role="toolbar" aria-label="Canvas view" aria-orientation="vertical">
      <Control label="Zoom in" action="zoom-in" icon={<IconPlus size={16} />} />
      <Control label="Zoom out" action="zoom-out" icon={<IconMinus size={16} />} />
      <Control label="Show everything" action="fit-all" icon={<IconMaximize size={16} />} />
      <Control label="Tidy up" action="tidy" icon={<IconHierarchy2 size={16} />} />
      <Control label="Snap to grid" action="toggle-snap" icon={<IconGridDots size={16} />} pressed={snap} />
      <Control
        label="Lock"
        action="toggle-lock"
        icon={locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
        pressed={locked}
      />
    </div>
  );
}

interface ControlProps {
  readonly label: string;
  readonly action: string;
  readonly icon: ReactNode;
  readonly pressed?: boolean;
}

function Control({ label, action, icon, pressed }: ControlProps) {
  return (
    <Tooltip label={label} position="right">
      <ActionIcon
        variant={pressed === true ? 'light' : 'subtle'}
        color={pressed === true ? 'blue' : 'gray'}
        size={28}
        aria-label={label}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        onClick={() => runAction(action)}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
