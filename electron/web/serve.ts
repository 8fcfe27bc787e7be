/** The browser host: the services, a server for their windows, and the person's own browser. */
import { stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import open from 'open';
import { GraftError } from '#shared/messages/error.ts';
import { createRouter } from '#electron/services/router.ts';
import type { Services } from '#electron/services/services.ts';
import { RequestQueue } from '#electron/services/requests.ts';
import { announceHost } from '#electron/services/running-hosts.ts';
import { startWebServer, type WebServer } from './server.ts';

export interface ServeOptions {
  readonly port: number;
  /** Whether to open the system's browser. */
  readonly open: boolean;
  readonly log: (line: string) => void;
}

export interface Workbench {
  /** An address that opens one window. */
  readonly issueAddress: () => string;
  readonly close: () => Promise<void>;
}

export async function serveWorkbench(
  services: Services,
  { port, open: openBrowser, log }: ServeOptions,
): Promise<Workbench> {
  // A browser window has no menu of ours and no files opened from outside: nothing is ever asked of it.
  const requests = new RequestQueue();
  const started: { server?: WebServer } = {};
  const issueAddress = (): string => (started.server as WebServer).issueAddress();
  const router = createRouter(services, {
    host: 'browser',
    reveal,
    issueAddress,
    requests: (signal) => requests.take(signal),
    log,
  });
  const server = await startWebServer({ port, renderer: services.program.renderer, router, log });
  started.server = server;
  const openWindow = (): Promise<void> =>
    openInBrowser(issueAddress()).catch((error: unknown) => log(`no browser could be opened: ${String(error)}`));
  const withdraw = await announceHost(services.home.hosts, server.port, server.token).catch((error: unknown) => {
    log(`other programs will not find this one: ${String(error)}`);
    return () => Promise.resolve();
  });
  if (openBrowser) await openWindow();
  const { close } = server;
  return {
    issueAddress,
    close: async () => {
      await withdraw();
      await close();
    },
  };
}

/** Shows the folder of a path, or a web page; never opens a file or an application's bundle, which would run it. */
async function reveal(path: string): Promise<void> {
  if (path.startsWith('https://')) return openInBrowser(path);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new GraftError('files.folder-unreadable', { path, reason: 'it does not exist' });
  return openInBrowser(found.isDirectory() && extname(path) === '' ? path : dirname(path));
}

/** Opens an address or a folder with what the system has for it. */
export async function openInBrowser(target: string): Promise<void> {
  const child = await open(target);
  child.on('error', () => undefined);
  child.unref();
}
