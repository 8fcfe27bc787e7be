/** A browser host over the stand-in engine, and ways to speak to it as a window, or as somebody else. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { sessionPath, socketPath, socketProtocol, type SessionAnswer } from '#shared/protocol/bridge.ts';
import { RequestQueue } from '#electron/services/requests.ts';
import { createRouter, type Router } from '#electron/services/router.ts';
import { startWebServer, type WebServer } from '#electron/web/server.ts';
import { testServices, type TestServices } from '#test/unit/electron/support/test-services.ts';

export type Headers = Record<string, string>;

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface Served extends WebServer {
  readonly revealed: string[];
  readonly services: TestServices;
  readonly router: Router;
  /** What the host has logged. */
  readonly lines: string[];
}

/** Host with a window of one page and one script, and a file beside them that is nobody's. */
export async function serve(): Promise<Served> {
  const services = await testServices();
  const renderer = join(services.folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  writeFileSync(join(renderer, 'index.html'), '<title>workbench</title>');
  writeFileSync(join(renderer, 'assets', 'main.js'), 'run()');
  writeFileSync(join(services.folder, 'secret.html'), 'secret');
  const revealed: string[] = [];
  const requests = new RequestQueue();
  const log = (line: string): void => void services.lines.push(line);
  const router = createRouter(services, {
    host: 'browser',
    reveal: (path) => Promise.resolve(void revealed.push(path)),
    requests: (signal) => requests.take(signal),
    log,
  });
  const server = await startWebServer({ port: 0, renderer, router, log });
  onTestFinished(() => server.close());
  return { ...server, revealed, services, router, lines: services.lines };
}

export interface Question {
  readonly method?: string;
  readonly headers?: Headers;
  readonly body?: string;
}

/** A request with headers that `fetch` does not let a caller choose. */
export function ask(server: Pick<WebServer, 'port'>, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = question;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const ownOrigin = ({ port }: Pick<WebServer, 'port'>): string => `http://127.0.0.1:${port}`;

/** The key of an address. */
export function keyOf(address: string): string {
  return new URLSearchParams(new URL(address).hash.slice(1)).get('key') ?? '';
}

/** Exchanges a key as a window of the host does, or with other headers. */
export function exchange(server: Pick<WebServer, 'port'>, key: string, headers: Headers = {}): Promise<Answer> {
  const own = { origin: ownOrigin(server), 'content-type': 'application/json' };
  return ask(server, sessionPath, { method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify({ key }) });
}

/** The secret of a window that was just let in. */
export async function enter(server: Pick<WebServer, 'port' | 'issueAddress'>): Promise<string> {
  const { text } = await exchange(server, keyOf(server.issueAddress()));
  const answer = JSON.parse(text) as SessionAnswer;
  if (!('secret' in answer)) throw new Error(`the window was not let in: ${answer.refused}`);
  return answer.secret;
}

export interface Knock {
  readonly origin?: string | undefined;
  readonly protocols?: string[];
  readonly host?: string;
  readonly path?: string;
}

function socketOf(server: Pick<WebServer, 'port'>, { origin, protocols, host, path }: Knock): WebSocket {
  const headers = { ...(origin === undefined ? {} : { origin }), ...(host === undefined ? {} : { host }) };
  return new WebSocket(`ws://127.0.0.1:${server.port}${path ?? socketPath}`, protocols ?? [], { headers });
}

/** A window's own socket. */
export function windowSocket(server: Pick<WebServer, 'port'>, secret: string): WebSocket {
  return socketOf(server, { origin: ownOrigin(server), protocols: [socketProtocol, secret] });
}

/** The status with which a WebSocket is refused; 101 when it opens. */
export function knock(server: Pick<WebServer, 'port'>, how: Knock): Promise<number> {
  return new Promise((resolve) => {
    const socket = socketOf(server, how);
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}
