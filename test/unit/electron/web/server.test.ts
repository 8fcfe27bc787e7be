/** The browser host as windows meet it. What strangers meet is in strangers.test.ts, and what vandals do in vandals.test.ts. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyDocument } from '#shared/document/model.ts';
import { addressPath, sessionPath, socketProtocol } from '#shared/protocol/bridge.ts';
import type { contract } from '#shared/protocol/contract.ts';
import { startWebServer } from '#electron/web/server.ts';
import {
  ask,
  enter,
  exchange,
  keyOf,
  knock,
  ownOrigin,
  serve,
  windowSocket,
} from '#test/unit/electron/support/web-server.ts';

describe('pages', () => {
  test('are the program’s own files, with nothing in them that is not anybody’s', async () => {
    const server = await serve();
    const page = await ask(server, '/');
    expect([page.status, page.text]).toEqual([200, '<title>workbench</title>']);
    expect((await ask(server, '/assets/main.js')).headers['content-type']).toContain('text/javascript');
    expect((await ask(server, '/assets/other.js')).status).toBe(404);
    expect((await ask(server, '/', { method: 'PUT' })).status).toBe(405);
    expect(page.headers['set-cookie']).toBeUndefined();
  });

  test('allow nothing from elsewhere', async () => {
    const server = await serve();
    const { headers } = await ask(server, '/');
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${server.port}`);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test.each(['/../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html', '/..%5csecret.html', '/%00', '/%zz'])(
    'stay inside their folder: %s',
    async (path) => {
      const { status, text } = await ask(await serve(), path);
      expect(status).toBe(404);
      expect(text).not.toContain('secret');
    },
  );

  test('are on this machine alone, and it is said when the port is taken', async () => {
    const server = await serve();
    expect(server.issueAddress()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#key=[\w-]{32}$/);
    const { router } = server;
    const second = startWebServer({ port: server.port, renderer: '.', router, log: () => undefined });
    await expect(second).rejects.toMatchObject({ code: 'input.bad-argument', message: /taken/ });
  });
});

describe('a key', () => {
  test('opens one window, and it is said that it was taken', async () => {
    const server = await serve();
    const key = keyOf(server.issueAddress());
    const first = await exchange(server, key);
    expect([first.status, first.headers['cache-control']]).toEqual([200, 'no-store']);
    const { secret } = JSON.parse(first.text) as { secret: string };
    expect(secret).toMatch(/^[\w-]{32}$/);
    expect(secret).not.toBe(key);
    const second = await exchange(server, key);
    expect([second.status, second.text]).toEqual([200, '{"refused":"taken"}']);
  });

  test('that nobody gave out opens nothing', async () => {
    const server = await serve();
    const secret = await enter(server);
    for (const key of ['', 'guess', secret, 'x'.repeat(500)]) {
      const { status, text } = await exchange(server, key);
      expect([status, text]).toEqual([key.length > 200 ? 400 : 200, '{"refused":"unknown"}']);
    }
    const headers = { origin: ownOrigin(server), 'content-type': 'application/json' };
    for (const body of ['', '{', 'null', '{"key":7}', `{"key":"${'x'.repeat(2000)}"}`])
      expect((await ask(server, sessionPath, { method: 'POST', headers, body })).status).toBeGreaterThanOrEqual(400);
  });

  test('gives each window a secret of its own, which is known for as long as the host runs', async () => {
    const server = await serve();
    const [one, other] = [await enter(server), await enter(server)];
    expect(one).not.toBe(other);
    const known = async (secret: string, at = server): Promise<string> =>
      (await ask(at, sessionPath, { headers: { authorization: `Bearer ${secret}` } })).text;
    for (const secret of [one, other]) expect(await known(secret)).toBe('{"known":true}');
    for (const secret of ['guess', '']) expect(await known(secret)).toBe('{"known":false}');
    expect((await ask(server, sessionPath)).text).toBe('{"known":false}');
    expect(await known(one, await serve())).toBe('{"known":false}');
  });

  test('is also given to another program of the same person, which has the token, and to no page', async () => {
    const server = await serve();
    const post = (headers: Record<string, string>) => ask(server, addressPath, { method: 'POST', headers });
    const { status, text } = await post({ authorization: `Bearer ${server.token}` });
    expect(status).toBe(200);
    const { address } = JSON.parse(text) as { address: string };
    expect((await exchange(server, keyOf(address))).status).toBe(200);
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: 'Bearer guess' })).status).toBe(401);
    expect((await post({ authorization: `Bearer ${await enter(server)}` })).status).toBe(401);
    expect((await post({ authorization: `Bearer ${server.token}`, origin: ownOrigin(server) })).status).toBe(401);
  });
});

describe('the socket', () => {
  test('opens for the host’s own page with its secret, and for nobody else', async () => {
    const server = await serve();
    const origin = ownOrigin(server);
    const protocols = [socketProtocol, await enter(server)];
    expect(await knock(server, { origin, protocols })).toBe(101);
    expect(await knock(server, { origin })).toBe(401);
    expect(await knock(server, { origin, protocols: [socketProtocol] })).toBe(401);
    expect(await knock(server, { origin, protocols: [socketProtocol, 'guess'] })).toBe(401);
    expect(await knock(server, { origin, protocols: [...protocols, 'more'] })).toBe(401);
    expect(await knock(server, { origin, protocols: protocols.toReversed() })).toBe(401);
    expect(await knock(server, { protocols })).toBe(403);
    expect(await knock(server, { origin, protocols, path: '/other' })).toBe(404);
  });

  test('says which protocol is spoken, and keeps the secret to itself', async () => {
    const server = await serve();
    const socket = windowSocket(server, await enter(server));
    onTestFinished(() => socket.terminate());
    await new Promise((resolve) => {
      socket.on('open', resolve);
    });
    expect(socket.protocol).toBe(socketProtocol);
  });

  test('answers the contract, streams a run, and carries problems in the catalogue’s words', async () => {
    const server = await serve();
    const socket = windowSocket(server, await enter(server));
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
