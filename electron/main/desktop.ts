/** The desktop host: one window over the services, one instance at a time. */
import { stat } from 'node:fs/promises';
import { app, type BrowserWindow, shell } from 'electron';
import { GraftError } from '#shared/messages/error.ts';
import type { Program } from '#electron/services/program.ts';
import { RequestQueue } from '#electron/services/requests.ts';
import { createRouter } from '#electron/services/router.ts';
import { createServices, type Services } from '#electron/services/services.ts';
import { answerWindows } from './channel.ts';
import { isWebPage, openPage } from './external.ts';
import { guardWindows } from './guard.ts';
import { type Integrity, isPacked, refuse } from './integrity.ts';
import { type MenuOptions, setMenu } from './menu.ts';
import { declareScheme, servePages } from './pages.ts';
import { projectIn } from './project-argument.ts';
import { readUpdateFeed } from './update-feed.ts';
import { Updates } from './updates.ts';
import { openWindow } from './window.ts';

export interface DesktopOptions {
  readonly program: Program;
  /** The built preload script. */
  readonly preload: string;
  readonly integrity: Integrity;
  readonly log: (line: string) => void;
}

export async function startDesktop({ program, preload, integrity, log }: DesktopOptions): Promise<void> {
  if (!app.requestSingleInstanceLock()) return app.quit();
  // Every window's process is confined, whatever its own options say.
  app.enableSandbox();
  declareScheme();
  // A packed program has no developer tools, in no menu and by no shortcut.
  const tools = !isPacked(program);
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
  integrity.all.catch((error: unknown) => refuse(error));

  await app.whenReady();
  const services = await createServices({ program, allowed: integrity.all, leavesRuns: true, log });
  void services.runs.adopt();
  guardWindows({ tools });
  servePages(program.renderer, integrity.pages);
  const router = createRouter(services, { host: 'desktop', reveal, requests: (signal) => requests.take(signal), log });
  answerWindows(router, log);
  const ask = (action: string): void => requests.push({ request: 'action', action });
  const menu: MenuOptions = { ask, platform: process.platform, tools };
  setMenu(menu);
  const show = (): void => {
    window = openWindow({ preload, tools });
    window.once('closed', () => (window = undefined));
  };
  show();
  offerUpdates(services, menu, log);
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

/** Puts newer versions into the menu where the program was packaged with a place to ask for them. */
function offerUpdates({ program, settings }: Services, menu: MenuOptions, log: (line: string) => void): void {
  const feed = isPacked(program) ? readUpdateFeed(program.root) : undefined;
  if (!feed) return;
  const updates = new Updates({
    feed,
    settings,
    version: program.version,
    // Only now is the code loaded that can reach the network.
    open: async (found) => (await import('./update-source.ts')).openUpdateSource(found, process.platform, log),
    onEntries: (entries) => setMenu({ ...menu, updates: entries }),
    log,
  });
  void updates.start();
}

/** Shows a file or folder where it lies, or a web page in the person's browser; never opens a file, which could run it. */
async function reveal(path: string): Promise<void> {
  if (isWebPage(path)) return void (await openPage(path));
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new GraftError('files.folder-unreadable', { path, reason: 'it does not exist' });
  shell.showItemInFolder(path);
}
