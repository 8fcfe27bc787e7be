/** Whoever else can reach the port: pages of other sites, servers on other ports, other users of the machine. */
import { spawn, type SpawnOptions } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { addressPath, sessionPath, socketProtocol } from '#shared/protocol/bridge.ts';
import { locateProgram } from '#electron/services/program.ts';
import { isOwnPeer, type System } from '#electron/web/peer.ts';
import { ask, enter, exchange, keyOf, knock, ownOrigin, serve } from '#test/unit/electron/support/web-server.ts';

const strangers: readonly [string, Record<string, string>, number][] = [
  ['a name of someone else’s', { host: 'evil.example' }, 421],
  ['such a name that looks like ours', { host: '127.0.0.1.evil.example' }, 421],
  ['another page’s origin', { origin: 'http://evil.example' }, 403],
  ['another port’s origin', { origin: 'http://127.0.0.1:1' }, 403],
  ['this port under another scheme', { origin: 'https://127.0.0.1' }, 403],
  ['a sandboxed page', { origin: 'null' }, 403],
];

describe.each(strangers)('%s', (_name, headers, status) => {
  test('sees no page, secret or not', async () => {
    const server = await serve();
    const authorization = `Bearer ${await enter(server)}`;
    for (const path of ['/', '/assets/main.js', sessionPath])
      expect((await ask(server, path, { headers: { ...headers, authorization } })).status).toBe(status);
  });

  test('gets no secret for a key, and does not use it up', async () => {
    const server = await serve();
    const key = keyOf(server.issueAddress());
    const tried = await exchange(server, key, headers);
    expect(tried.status).toBe(status);
    expect(tried.text).not.toContain('secret');
    expect((await exchange(server, key)).status).toBe(200);
  });

  test('gets no address', async () => {
    const server = await serve();
    const given = { ...headers, authorization: `Bearer ${server.token}` };
    expect((await ask(server, addressPath, { method: 'POST', headers: given })).status).toBe(status);
  });

  test('opens no socket, even with a window’s secret', async () => {
    const server = await serve();
    const protocols = [socketProtocol, await enter(server)];
    const origin = headers['origin'] ?? ownOrigin(server);
    expect(await knock(server, { origin, protocols, ...(headers['host'] ? { host: headers['host'] } : {}) })).toBe(403);
  });
});

test('a form of another site, which needs no permission to be sent, opens nothing', async () => {
  const server = await serve();
  const key = keyOf(server.issueAddress());
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const headers = { origin: 'http://evil.example', 'content-type': type };
    const { status } = await ask(server, sessionPath, { method: 'POST', headers, body: JSON.stringify({ key }) });
    expect(status).toBe(403);
  }
  // A request without an origin comes from no page of ours either.
  expect((await ask(server, sessionPath, { method: 'POST', body: JSON.stringify({ key }) })).status).toBe(403);
  expect((await exchange(server, key)).status).toBe(200);
});

test('what a browser would send to another port of this machine says nothing: there is no cookie', async () => {
  const server = await serve();
  const answers = [await ask(server, '/'), await exchange(server, keyOf(server.issueAddress()))];
  for (const { headers } of answers) expect(headers['set-cookie']).toBeUndefined();
});

/** A user whose programs may do nothing; there on every Linux. */
const nobody = 65_534;

test('another user of this machine who has read the key is refused, and the key still opens a window', async ({
  skip,
}) => {
  skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'only the administrator can become another user');
  const server = await serve();
  const key = keyOf(server.issueAddress());
  const program = `
    const answer = await fetch('${ownOrigin(server)}${sessionPath}', {
      method: 'POST',
      headers: { origin: '${ownOrigin(server)}', 'content-type': 'application/json' },
      body: JSON.stringify({ key: '${key}' }),
    });
    process.stdout.write(answer.status + ' ' + (await answer.text()));
  `;
  // The Node of the checkout may lie where that user cannot reach it.
  const other = await run('node', program, { uid: nobody, gid: nobody, cwd: '/' });
  skip(other.code !== 0, `that user cannot run Node here: ${other.said.split('\n')[0]}`);
  expect(other.said).toBe('403 {"refused":"other-user"}');
  expect(server.lines.join('\n')).toContain('another user of this machine tried to open a window');
  expect((await run(locateProgram().node, program, {})).said).toMatch(/^200 \{"secret":/);
});

function run(node: string, program: string, as: SpawnOptions): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const words = ['--input-type=module', '--eval', program];
    const child = spawn(node, words, { env: { PATH: process.env['PATH'] }, ...as, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

describe('isOwnPeer', () => {
  const ends = { localPort: 0x1f90, remotePort: 0xc001 };
  const row = (near: string, far: string, user: number): string =>
    `   0: 0100007F:${near} 0100007F:${far} 01 00000000:00000000 00:00000000 00000000 ${user}        0 123 1 0 20 4 30 10 -1`;
  const linux = (...rows: string[]): System => ({
    platform: 'linux',
    user: 1000,
    read: (file) =>
      Promise.resolve(file.endsWith('tcp') ? ['  sl  local_address rem_address', ...rows].join('\n') : ''),
    run: () => Promise.reject(new Error('not on Linux')),
  });

  test.each([
    ['this user’s', [row('C001', '1F90', 1000)], true],
    ['the administrator’s', [row('C001', '1F90', 0)], true],
    ['another user’s', [row('1F90', 'C001', 1000), row('C001', '1F90', 1001)], false],
    ['one that has gone', [row('C002', '1F90', 1000)], false],
  ])('on Linux reads the kernel’s table: %s', async (_name, rows, own) => {
    expect(await isOwnPeer(ends, linux(...rows))).toBe(own);
  });

  const mac = (listing: () => Promise<string>): System => ({
    platform: 'darwin',
    user: 501,
    read: () => Promise.reject(new Error('not on a Mac')),
    run: listing,
  });
  const listing = (user: number): string =>
    `p812\nu${user}\nf31\nn127.0.0.1:49153->127.0.0.1:8080\np900\nu501\nf7\nn127.0.0.1:8080->127.0.0.1:49153\n`;

  test.each([
    ['this user’s', () => Promise.resolve(listing(501)), true],
    ['another user’s', () => Promise.resolve(listing(502)), false],
    ['one that is not shown to this user', () => Promise.resolve(''), false],
    ['a system that cannot be asked', () => Promise.reject(new Error('no lsof')), true],
  ])('on a Mac asks who has the connection open: %s', async (_name, answer, own) => {
    expect(await isOwnPeer({ localPort: 8080, remotePort: 49_153 }, mac(answer))).toBe(own);
  });

  test('elsewhere goes by the key alone', async () => {
    expect(await isOwnPeer(ends, { ...linux(), platform: 'win32', user: undefined })).toBe(true);
  });
});
