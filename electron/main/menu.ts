/** The system's menu. Its entries are the window's own actions, by name, so that nothing is written twice. */
import { Menu, type MenuItemConstructorOptions } from 'electron';

type Ask = (action: string) => void;

/** What the menu offers of newer versions, in a program that knows where to ask for them. */
export interface UpdateEntries {
  /** Whether they are looked for whenever the program starts. */
  readonly on: boolean;
  readonly checkNow: () => void;
  readonly turn: (on: boolean) => void;
}

export interface MenuOptions {
  readonly ask: Ask;
  readonly platform: NodeJS.Platform;
  /** Whether the developer tools may be opened. */
  readonly tools: boolean;
  readonly updates?: UpdateEntries | undefined;
}

/** The window handles the keys itself, with the person's own shortcuts; the menu only shows the usual ones. */
function entry(ask: Ask, label: string, action: string, accelerator?: string): MenuItemConstructorOptions {
  const keys = accelerator === undefined ? {} : { accelerator, registerAccelerator: false };
  return { label, ...keys, click: () => ask(action) };
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

export function menuTemplate({ ask, platform, tools, updates }: MenuOptions): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  return [
    ...(mac ? [macMenu(ask, updates)] : []),
    {
      label: 'File',
      submenu: [
        entry(ask, 'New…', 'new-project'),
        entry(ask, 'Open…', 'open-project', 'CmdOrCtrl+O'),
        separator,
        entry(ask, 'Save', 'save-project', 'CmdOrCtrl+S'),
        entry(ask, 'Save as…', 'save-project-as', 'CmdOrCtrl+Shift+S'),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        entry(ask, 'Undo', 'undo', 'CmdOrCtrl+Z'),
        entry(ask, 'Redo', 'redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'Run',
      submenu: [entry(ask, 'Train', 'train', 'CmdOrCtrl+Return'), entry(ask, 'Stop', 'stop-run', 'CmdOrCtrl+.')],
    },
    {
      label: 'View',
      submenu: [
        entry(ask, 'All commands…', 'show-commands', 'CmdOrCtrl+K'),
        separator,
        { role: 'togglefullscreen' },
        ...(tools ? [{ role: 'toggleDevTools' } as const] : []),
      ],
    },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    {
      role: 'help',
      submenu: [
        entry(ask, 'Keyboard shortcuts', 'show-shortcuts'),
        ...(mac ? [] : [...updateEntries(updates), separator, about(ask)]),
      ],
    },
  ];
}

function about(ask: Ask): MenuItemConstructorOptions {
  return entry(ask, 'About Graft', 'show-about');
}

/** A Mac has these in the menu of the application's name. */
function macMenu(ask: Ask, updates: UpdateEntries | undefined): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      about(ask),
      ...updateEntries(updates),
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
}

function updateEntries(updates: UpdateEntries | undefined): MenuItemConstructorOptions[] {
  if (!updates) return [];
  return [
    separator,
    { label: 'Check for updates now…', click: () => updates.checkNow() },
    {
      label: 'Check for updates at every start',
      type: 'checkbox',
      checked: updates.on,
      click: ({ checked }) => updates.turn(checked),
    },
  ];
}

export function setMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
}
