/** The system's menu. Its entries are the window's own actions, by name, so that nothing is written twice. */
import { Menu, type MenuItemConstructorOptions } from 'electron';

type Ask = (action: string) => void;

/** The window handles the keys itself, with the person's own shortcuts; the menu only shows the usual ones. */
function entry(ask: Ask, label: string, action: string, accelerator?: string): MenuItemConstructorOptions {
  const keys = accelerator === undefined ? {} : { accelerator, registerAccelerator: false };
  return { label, ...keys, click: () => ask(action) };
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

export function menuTemplate(ask: Ask, platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
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
        entry(ask, 'Keyboard shortcuts', 'show-shortcuts'),
        separator,
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
  ];
}

export function setMenu(ask: Ask, platform: NodeJS.Platform = process.platform): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(ask, platform)));
}
