/** The workbench over HTTP and WebSocket on 127.0.0.1. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { RPCHandler } from '@orpc/server/ws';
import { Hono } from 'hono';
import { WebSocketServer } from 'ws';
import { GraftError } from '#shared/messages/error.ts';
import { socketPath } from '#shared/protocol/bridge.ts';
import { errorCode, reasonOf } from '#electron/files/failures.ts';
import { contentSecurityPolicy } from '#electron/services/content-security.ts';
import type { Router } from '#electron/services/router.ts';
import { readStaticFile } from '#electron/services/static-files.ts';
import { uploadLimit } from '#electron/services/uploads.ts';
import { Access, isLocalHost, isOwnOrigin, type RequestHeaders } from './access.ts';

export interface WebServer {
  readonly port: number;
  readonly access: Access;
  /** Address with a key that can be used again. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface WebServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder of the built window. */
  readonly renderer: string;
  readonly router: Router;
}

/** Seconds between questions to a window whether it is still there. */
const heartbeat = 30;
/** Base64 and the message around it are larger than what is uploaded. */
const largestMessage = uploadLimit * 1.5;

/** Throws `input.bad-argument` when the port is taken. */
export async function startWebServer({ port, renderer, router }: WebServerOptions): Promise<WebServer> {
  const access = new Access();
  const server = createServer();
  await listen(server, port);
  const actualPort = (server.address() as AddressInfo).port;
  const answer = getRequestListener(createPages(access, renderer, actualPort).fetch);
  server.on('request', (request, response) => void answer(request, response));
  const closeSockets = acceptSockets(server, access, router, actualPort);
  return {
    port: actualPort,
    access,
    url: `http://127.0.0.1:${actualPort}/?key=${access.key}`,
    close: async () => {
      closeSockets();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function createPages(access: Access, renderer: string, port: number): Hono {
  const pages = new Hono();
  pages.use(async (context, next) => {
    const headers = {
      host: context.req.header('host'),
      origin: context.req.header('origin'),
      cookie: context.req.header('cookie'),
    };
    context.header('Content-Security-Policy', contentSecurityPolicy([`ws://${headers.host ?? ''}`]));
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Opener-Policy', 'same-origin');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
    if (!isLocalHost(headers)) return context.text('This address is not served here.', 421);
    if (headers.origin !== undefined && !isOwnOrigin(headers)) return context.text('Other sites may not ask.', 403);
    const key = context.req.query('key');
    if (context.req.path === '/' && key !== undefined && access.redeem(key)) {
      context.header('Set-Cookie', access.cookie(port));
      context.header('Cache-Control', 'no-store');
      return context.html(enterPage);
    }
    if (!access.hasSession(headers, port)) return context.html(refusedPage, 401);
    return next();
  });
  pages.get('*', async (context) => {
    const file = await readStaticFile(renderer, context.req.path);
    if (!file) return context.text('Not found.', 404);
    const caching = file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache';
    return context.body(file.content, 200, { 'Content-Type': file.type, 'Cache-Control': caching });
  });
  return pages;
}

/**
 * Leads on to the window without the key in its address. A page of our own rather than a redirect: after a link in
 * another program's page, browsers would not send a SameSite=Strict cookie along a redirect.
 */
const enterPage =
  '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><link rel="icon" href="data:,"><title>Graft</title>';
const refusedPage =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Graft</title><p>Open the address that Graft printed when it started.</p>';

function acceptSockets(server: Server, access: Access, router: Router, port: number): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  const handler = new RPCHandler(router);
  const alive = new WeakSet<object>();
  server.on('upgrade', (request, socket, head) => {
    const headers = headersOf(request);
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path !== socketPath) return refuse(socket, '404 Not Found');
    if (!isLocalHost(headers) || !isOwnOrigin(headers)) return refuse(socket, '403 Forbidden');
    if (!access.hasSession(headers, port)) return refuse(socket, '401 Unauthorized');
    sockets.handleUpgrade(request, socket, head, (client) => {
      alive.add(client);
      client.on('pong', () => alive.add(client));
      // A message over the limit or a broken frame ends this connection alone.
      client.on('error', () => client.terminate());
      void handler.upgrade(client);
    });
  });
  const beat = setInterval(() => {
    for (const client of sockets.clients) {
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
  }, heartbeat * 1000);
  return () => {
    clearInterval(beat);
    for (const client of sockets.clients) client.close(1001);
    sockets.close();
  };
}

function headersOf({ headers }: IncomingMessage): RequestHeaders {
  return { host: headers.host, origin: headers.origin, cookie: headers.cookie };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
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
