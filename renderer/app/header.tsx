import { ActionIcon, Button, Kbd, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import {
  IconChevronDown,
  IconCommand,
  IconLayoutBottombar,
  IconLayoutSidebar,
  IconLayoutSidebarRight,
  IconMoon,
  IconSun,
  IconSunMoon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { findAction } from '#renderer/actions/registry.ts';
import { runAction } from '#renderer/actions/run-action.ts';
import { shortcutsOf } from '#renderer/actions/shortcut.ts';
import { isUnsaved, projectName, useDocument } from '#renderer/store/document.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { useInterface } from '#renderer/store/interface.ts';
import { ShortcutKeys } from '#renderer/ui/shortcut-keys.tsx';
import { DevicePicker } from './device-picker.tsx';
import classes from './header.module.css';
import { Mark } from './mark.tsx';

const themeIcons = { auto: IconSunMoon, light: IconSun, dark: IconMoon };
const themeWords = { auto: 'automatic', light: 'light', dark: 'dark' };

export function Header() {
  const view = useInterface((state) => state.view);
  const theme = useEnvironment(({ settings }) => settings.theme);
  const ThemeIcon = themeIcons[theme];
  return (
    <header className={classes['header']}>
      <UnstyledButton
        className={classes['brand']}
        aria-label={view === 'start' ? 'Graft, back to the project' : 'Graft, start page'}
        onClick={() => runAction(view === 'start' ? 'show-canvas' : 'show-start')}
      >
        <Mark />
        Graft
      </UnstyledButton>
      <ProjectMenu />
      <span className={classes['space']} />
      {view !== 'start' && <PanelToggles />}
      <DevicePicker />
      <Button
        variant="default"
        className={classes['commands'] ?? ''}
        leftSection={<IconCommand size={14} aria-hidden="true" />}
        rightSection={
          <Kbd>
            <span>Ctrl K</span>
          </Kbd>
        }
        onClick={() => runAction('show-commands')}
      >
        Commands
      </Button>
      <Tooltip label={`Theme: ${themeWords[theme]}`}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={`Theme: ${themeWords[theme]}`}
          onClick={() => runAction('change-theme')}
        >
          <ThemeIcon size={16} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

const menuActions = [
  'new-project',
  'open-project',
  'save-project',
  'save-project-as',
  'show-start',
  'show-privacy',
  'show-about',
];

function ProjectMenu() {
  const name = useDocument(projectName);
  const path = useDocument((state) => state.path);
  const unsaved = useDocument(isUnsaved);
  const own = useEnvironment(({ settings }) => settings.shortcuts);
  return (
    <Menu position="bottom-start" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes['project']} title={path}>
          <span className={classes['name']}>{name}</span>
          {unsaved && <span className={classes['unsaved']} role="img" aria-label="unsaved changes" />}
          <IconChevronDown size={14} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {menuActions.map((action) => (
          <Menu.Item
            key={action}
            fz="sm"
            rightSection={<ShortcutKeys shortcut={shortcutsOf(findAction(action) ?? { name: action }, own)[0]} />}
            onClick={() => runAction(action)}
          >
            {findAction(action)?.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PanelToggles() {
  const panels = useInterface((state) => state.panels);
  return (
    <div className={classes['toggles']} role="group" aria-label="Panels">
      <PanelToggle
        label="Palette"
        action="toggle-palette"
        shown={panels.palette}
        icon={<IconLayoutSidebar size={16} stroke={1.6} />}
      />
      <PanelToggle
        label="Training"
        action="toggle-run-panel"
        shown={panels.run}
        icon={<IconLayoutBottombar size={16} stroke={1.6} />}
      />
      <PanelToggle
        label="Inspector"
        action="toggle-inspector"
        shown={panels.inspector}
        icon={<IconLayoutSidebarRight size={16} stroke={1.6} />}
      />
    </div>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly action: string;
  readonly shown: boolean;
  readonly icon: ReactNode;
}

function PanelToggle({ label, action, shown, icon }: ToggleProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes['toggle'] ?? ''}
        size={28}
        aria-label={label}
        aria-pressed={shown}
        onClick={() => runAction(action)}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
