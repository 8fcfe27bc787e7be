/** The workbench window. */
import { BrowserWindow, dialog, nativeTheme } from 'electron';
import { startPage } from './own-page.ts';

const smallest = { width: 900, height: 600 };

export interface WindowOptions {
  /** The built preload script. */
  readonly preload: string;
  /** Whether the developer tools may be opened, by whatever way. */
  readonly tools: boolean;
}

export function openWindow({ preload, tools }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: smallest.width,
    minHeight: smallest.height,
    title: 'Graft',
    show: false,
    autoHideMenuBar: true,
    // What shows before the first paint, so that a dark desktop does not flash white.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: tools,
    },
  });
  window.once('ready-to-show', () => window.show());
  // The page objects to being closed while it holds unsaved work; it is kept for recovery in any case.
  window.webContents.on('will-prevent-unload', (event) => {
    const choice = dialog.showMessageBoxSync(window, {
      type: 'question',
      message: 'Close without saving?',
      detail: 'The changes are kept and offered again the next time Graft starts.',
      buttons: ['Close', 'Go back'],
      defaultId: 1,
      cancelId: 1,
    });
    if (choice === 0) event.preventDefault();
  });
  void window.loadURL(startPage);
  return window;
}
