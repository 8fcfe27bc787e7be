import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { emptyDocument } from '#shared/document/model.ts';
import type { contract } from '#shared/protocol/contract.ts';
import { socketPath } from '#shared/protocol/bridge.ts';
import { RequestQueue } from '#electron/services/requests.ts';
import { createRouter } from '#electron/services/router.ts';
import { startWebServer, type WebServer } from '#electron/web/server.ts';
import { testServices } from '#test/unit/electron/support/test-services.ts';

type Headers = Record<string, string>;
interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

async function serve(): Promise<WebServer & { readonly revealed: string[] }> {
  const services = await testServices();
  const renderer = join(services.folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  writeFileSync(join(renderer, 'index.html'), '<title>workbench</title>');
  writeFileSync(join(renderer, 'assets', 'main.js'), 'run()');
  writeFileSync(join(services.folder, 'secret.html'), 'secret');
  const revealed: string[] = [];
  const requests = new RequestQueue();
  const router = createRouter(services, {
    host: 'browser',
    reveal: (path) => Promise.resolve(void revealed.push(path)),
    requests: (signal) => requests.take(signal),
    log: (line) => services.lines.push(line),
  });
  const server = await startWebServer({ port: 0, renderer, router });
  onTestFinished(() => server.close());
  return { ...server, revealed };
}

/** A request with headers that `fetch` does not let a caller choose. */
function ask(server: WebServer, path: string, headers: Headers = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function enter(server: WebServer, key = server.access.key): Promise<string> {
  const { headers } = await ask(server, `/?key=${key}`);
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

/** The status with which a WebSocket is refused; 101 when it opens. */
function knock(server: WebServer, headers: Headers, path = socketPath): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

describe('pages', () => {
  test('are shown to who came with the key, and only to them', async () => {
    const server = await serve();
    expect((await ask(server, '/')).status).toBe(401);
    expect((await ask(server, '/?key=guess')).status).toBe(401);
    expect((await ask(server, '/', { cookie: `graft-${server.port}=guess` })).status).toBe(401);
    const cookie = await enter(server);
    const page = await ask(server, '/', { cookie });
    expect([page.status, page.text]).toEqual([200, '<title>workbench</title>']);
    expect((await ask(server, '/assets/main.js', { cookie })).headers['content-type']).toContain('text/javascript');
    expect((await ask(server, '/assets/other.js', { cookie })).status).toBe(404);
  });

  test('set a cookie that scripts cannot read and other sites cannot send', async () => {
    const server = await serve();
    const { headers, text } = await ask(server, `/?key=${server.access.key}`);
    expect(String(headers['set-cookie'])).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(headers['cache-control']).toBe('no-store');
    expect(text).not.toContain(server.access.key);
  });

  test('take a single-use key once', async () => {
    const server = await serve();
    const key = server.access.issueSingleUseKey();
    const path = `/?key=${key}`;
    expect((await ask(server, path)).status).toBe(200);
    expect((await ask(server, path)).status).toBe(401);
  });

  test('allow nothing from elsewhere', async () => {
    const server = await serve();
    const { headers } = await ask(server, '/', { cookie: await enter(server) });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${server.port}`);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test.each([
    ['a name of someone else’s', { host: 'evil.example' }, 421],
    ['such a name that looks like ours', { host: '127.0.0.1.evil.example' }, 421],
    ['another page’s origin', { origin: 'http://evil.example' }, 403],
    ['another port’s origin', { origin: 'http://127.0.0.1:1' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
  ])('are refused to %s, cookie or not', async (_, headers, status) => {
    const server = await serve();
    const cookie = await enter(server);
    expect((await ask(server, '/', { cookie, ...headers })).status).toBe(status);
  });

  test.each(['/../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html', '/..%5csecret.html', '/%00', '/%zz'])(
    'stay inside their folder: %s',
    async (path) => {
      const server = await serve();
      const { status, text } = await ask(server, path, { cookie: await enter(server) });
      expect(status).toBe(404);
      expect(text).not.toContain('secret');
    },
  );

  test('listen on this machine alone and say when the port is taken', async () => {
    const server = await serve();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{32}$/);
    const services = await testServices();
    const router = createRouter(services, {
      host: 'browser',
      reveal: () => Promise.resolve(),
      requests: (signal) => new RequestQueue().take(signal),
      log: () => undefined,
    });
    const second = startWebServer({ port: server.port, renderer: services.folder, router });
    await expect(second).rejects.toMatchObject({ code: 'input.bad-argument', message: /taken/ });
  });
});

describe('the socket', () => {
  test('opens for the host’s own page with its cookie, and for nobody else', async () => {
    const server = await serve();
    const cookie = await enter(server);
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await knock(server, { cookie, origin })).toBe(101);
    expect(await knock(server, { origin })).toBe(401);
    expect(await knock(server, { cookie: `graft-${server.port}=guess`, origin })).toBe(401);
    expect(await knock(server, { cookie })).toBe(403);
    expect(await knock(server, { cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await knock(server, { cookie, origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await knock(server, { cookie, origin: 'http://evil.example', host: 'evil.example' })).toBe(403);
    expect(await knock(server, { cookie, origin }, '/other')).toBe(404);
  });

  test('answers the contract, streams a run, and carries problems in the catalogue’s words', async () => {
    const server = await serve();
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${socketPath}`, {
      headers: { cookie: await enter(server), origin: `http://127.0.0.1:${server.port}` },
    });
    onTestFinished(() => socket.terminate());
    const client: ContractRouterClient<typeof contract> = createORPCClient(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    await expect(client.app.info()).resolves.toMatchObject({ host: 'browser', version: /^\d+\.\d+\.\d+$/ });
    await expect(client.documents.open({ path: '/nowhere/p.graft' })).rejects.toMatchObject({
      code: 'PROBLEM',
      defined: true,
      data: { code: 'document.missing', message: 'The project file /nowhere/p.graft does not exist.' },
    });
    await expect(client.runs.watch({ run: '/nowhere' })).rejects.toMatchObject({ data: { code: 'run.missing' } });
    await client.app.reveal({ path: 'https://example.org' });
    expect(server.revealed).toEqual(['https://example.org']);
    const { run } = await client.runs.start({ document: emptyDocument, path: '', device: 'auto' });
    const events: string[] = [];
    for await (const batch of await client.runs.watch({ run })) events.push(...batch.map(({ event }) => event));
    expect([events[0], events.at(-1)]).toEqual(['plan', 'done']);
    await expect(client.runs.current()).resolves.toEqual({ run: null });
  });
});
