/** The browser host: the services, a server for their windows, and the person's own browser. */
import { stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import open from 'open';
import { GraftError } from '#shared/messages/error.ts';
import { createRouter } from '#electron/services/router.ts';
import type { Services } from '#electron/services/services.ts';
import { RequestQueue } from '#electron/services/requests.ts';
import { startWebServer } from './server.ts';

export interface ServeOptions {
  readonly port: number;
  /** Whether to open the system's browser. */
  readonly open: boolean;
  readonly log: (line: string) => void;
}

export interface Workbench {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function serveWorkbench(
  services: Services,
  { port, open: openBrowser, log }: ServeOptions,
): Promise<Workbench> {
  // A browser window has no menu of ours and no files opened from outside: nothing is ever asked of it.
  const requests = new RequestQueue();
  const router = createRouter(services, { host: 'browser', reveal, requests: (signal) => requests.take(signal), log });
  const server = await startWebServer({ port, renderer: services.program.renderer, router });
  if (openBrowser) {
    const address = `http://127.0.0.1:${server.port}/?key=${server.access.issueSingleUseKey()}`;
    await launch(address).catch((error: unknown) => log(`no browser could be opened: ${String(error)}`));
  }
  return { url: server.url, close: server.close };
}

/** Shows the folder of a path, or a web page; never opens a file or an application's bundle, which would run it. */
async function reveal(path: string): Promise<void> {
  if (path.startsWith('https://')) return launch(path);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new GraftError('files.folder-unreadable', { path, reason: 'it does not exist' });
  return launch(found.isDirectory() && extname(path) === '' ? path : dirname(path));
}

async function launch(target: string): Promise<void> {
  const child = await open(target);
  child.on('error', () => undefined);
  child.unref();
}
