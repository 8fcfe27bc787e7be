/** The desktop host: one window over the services, one instance at a time. */
import { stat } from 'node:fs/promises';
import { app, type BrowserWindow, shell } from 'electron';
import { GraftError } from '#shared/messages/error.ts';
import type { Program } from '#electron/services/program.ts';
import { RequestQueue } from '#electron/services/requests.ts';
import { createRouter } from '#electron/services/router.ts';
import { createServices } from '#electron/services/services.ts';
import { answerWindows } from './channel.ts';
import { guardWindows } from './guard.ts';
import { setMenu } from './menu.ts';
import { declareScheme, servePages } from './pages.ts';
import { projectIn } from './project-argument.ts';
import { openWindow } from './window.ts';

export interface DesktopOptions {
  readonly program: Program;
  /** The built preload script. */
  readonly preload: string;
  readonly log: (line: string) => void;
}

export async function startDesktop({ program, preload, log }: DesktopOptions): Promise<void> {
  if (!app.requestSingleInstanceLock()) return app.quit();
  declareScheme();
  const requests = new RequestQueue();
  const openProject = (path: string | undefined): void => {
    if (path !== undefined) requests.push({ request: 'open', path });
  };
  let window: BrowserWindow | undefined;
  app.on('second-instance', (_, words, folder) => {
    openProject(projectIn(words, folder));
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  // macOS hands a double-clicked file over this way, also before the application is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openProject(path);
  });
  openProject(projectIn(process.argv, process.cwd()));

  await app.whenReady();
  const services = await createServices({ program, log });
  guardWindows();
  servePages(program.renderer);
  const router = createRouter(services, { host: 'desktop', reveal, requests: (signal) => requests.take(signal), log });
  answerWindows(router, log);
  setMenu((action) => requests.push({ request: 'action', action }));
  const show = (): void => {
    window = openWindow(preload);
    window.once('closed', () => (window = undefined));
  };
  show();
  app.on('activate', () => {
    if (!window) show();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    void services.close().finally(() => app.quit());
  });
}

/** Shows a file or folder where it lies, or a web page in the person's browser; never opens a file, which could run it. */
async function reveal(path: string): Promise<void> {
  if (path.startsWith('https://')) return shell.openExternal(path);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new GraftError('files.folder-unreadable', { path, reason: 'it does not exist' });
  shell.showItemInFolder(path);
}
