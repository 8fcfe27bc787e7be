/** The windows' WebSockets: let in with a window's secret, and each by itself when something is wrong with one. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/websocket';
import { WebSocketServer, type WebSocket } from 'ws';
import { socketPath, socketProtocol } from '#shared/protocol/bridge.ts';
import type { Router } from '#electron/services/router.ts';
import { uploadLimit } from '#electron/services/uploads.ts';
import { isLocalHost, isOwnOrigin, type Access } from './access.ts';
import { describeFailure, guarded, type Log } from './guard.ts';

/** Seconds between questions to a window whether it is still there. */
const heartbeat = 30;
/** What a socket is closed with that does not speak as agreed (RFC 6455, 7.4.1). */
const protocolError = 1002;
/** Base64 and the message around it are larger than what is uploaded. */
const largestMessage = uploadLimit * 1.5;

type HandlerPeer = Parameters<RPCHandler<object>['message']>[0];

/** Takes over the server's upgrades. @returns what ends all connections */
export function acceptSockets(server: Server, access: Access, router: Router, log: Log): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    // The secret came as the name of a second protocol; it is not said again.
    handleProtocols: () => socketProtocol,
  });
  const handler = new RPCHandler(router);
  const alive = new WeakSet<object>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until it is a WebSocket, which looks after itself, a connection that is reset would end the process.
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request, access);
    if (refusal !== undefined) return refuse(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (client) => {
      alive.add(client);
      client.on('pong', () => alive.add(client));
      // A message over the limit or a broken frame ends this connection alone.
      client.on('error', () => client.terminate());
      const peer = peerOf(client);
      client.on(
        'message',
        guarded(
          (data: Buffer, isBinary: boolean) =>
            handler.message(peer, isBinary ? Uint8Array.from(data).buffer : data.toString('utf8')),
          (error) => {
            log(`a window sent what is no call, and was cut off (${error instanceof Error ? error.message : ''})`);
            client.close(protocolError);
          },
        ),
      );
      client.on(
        'close',
        guarded(
          () => handler.close(peer),
          () => undefined,
        ),
      );
    });
  };
  server.on(
    'upgrade',
    guarded(upgrade, (error, _request, socket) => {
      log(describeFailure('an upgrade failed', error));
      socket.destroy();
    }),
  );
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

/** The status with which an upgrade is refused; undefined for a window of ours. */
function refusalOf({ headers, url }: IncomingMessage, access: Access): string | undefined {
  if (url !== socketPath) return '404 Not Found';
  const { host, origin } = headers;
  if (!isLocalHost({ host, origin }) || !isOwnOrigin({ host, origin })) return '403 Forbidden';
  const [protocol, secret, ...rest] = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (protocol !== socketProtocol || rest.length > 0 || !access.isOpen(secret)) return '401 Unauthorized';
  return undefined;
}

/** The window as the handler of calls sees it. */
function peerOf(client: WebSocket): HandlerPeer {
  return {
    // Its messages are handed over one by one.
    addEventListener: () => undefined,
    send: (message) => {
      // A window that has gone does not wait for the rest.
      if (client.readyState === client.OPEN) client.send(message);
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
