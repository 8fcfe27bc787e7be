/** The workbench over HTTP and WebSocket on 127.0.0.1. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { GraftError } from '#shared/messages/error.ts';
import { keyParameter } from '#shared/protocol/bridge.ts';
import { errorCode, reasonOf } from '#electron/files/failures.ts';
import type { Router } from '#electron/services/router.ts';
import { Access } from './access.ts';
import { describeFailure, guarded, type Log } from './guard.ts';
import { createPages } from './pages.ts';
import { acceptSockets } from './sockets.ts';

export interface WebServer {
  readonly port: number;
  /** An address that opens one window. */
  readonly issueAddress: () => string;
  /** With which another program of the same person may ask for one. */
  readonly token: string;
  readonly close: () => Promise<void>;
}

export interface WebServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder of the built window. */
  readonly renderer: string;
  readonly router: Router;
  readonly log: Log;
}

/** A person opens a few windows with a few connections each. */
const mostConnections = 256;
/** How long a request may take to arrive, milliseconds: this machine's own take none. */
const headersTime = 10_000;
const requestTime = 30_000;

/** Throws `input.bad-argument` when the port is taken. */
export async function startWebServer({ port, renderer, router, log }: WebServerOptions): Promise<WebServer> {
  const access = new Access();
  const server = createServer({ headersTimeout: headersTime, requestTimeout: requestTime });
  server.maxConnections = mostConnections;
  await listen(server, port);
  server.on('error', (error) => log(describeFailure('the server', error)));
  const actualPort = (server.address() as AddressInfo).port;
  const issueAddress = (): string => `http://127.0.0.1:${actualPort}/#${keyParameter}=${access.issueKey()}`;
  const pages = createPages(access, renderer, issueAddress, log);
  const answer = getRequestListener(pages.fetch, { overrideGlobalObjects: false });
  server.on(
    'request',
    guarded(
      (request: IncomingMessage, response: ServerResponse) => answer(request, response),
      (error, _request, response) => {
        log(describeFailure('a request failed', error));
        response.destroy();
      },
    ),
  );
  const closeSockets = acceptSockets(server, access, router, log);
  return {
    port: actualPort,
    issueAddress,
    token: access.token,
    close: async () => {
      closeSockets();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = errorCode(error) === 'EADDRINUSE' ? `${port} is taken by another program` : reasonOf(error);
      reject(new GraftError('input.bad-argument', { argument: '--port', reason }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}
