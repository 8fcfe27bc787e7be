/** Nothing that is sent to the port ends the host: after any of it, the next good request is answered. */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Dice, frame, inLanes, request, send, windowUpgrade } from '#test/support/vandal.ts';
import { ask, enter, knock, ownOrigin, serve, type Served } from '#test/unit/electron/support/web-server.ts';
import { socketProtocol } from '#shared/protocol/bridge.ts';

const seed = Number(process.env['GRAFT_SEED'] ?? Date.now() % 1_000_000);
const count = Number(process.env['GRAFT_VANDALS'] ?? 10_000);

/** Fails with what ended it, or would have ended a process that is not a test's. */
function watchForDeath(): unknown[] {
  const thrown: unknown[] = [];
  const note = (error: unknown): void => void thrown.push(error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
  });
  return thrown;
}

async function expectWell(server: Served): Promise<void> {
  expect((await ask(server, '/')).status).toBe(200);
  const protocols = [socketProtocol, await enter(server)];
  expect(await knock(server, { origin: ownOrigin(server), protocols })).toBe(101);
}

test(`before anybody is let in: ${count} requests and upgrades (seed ${seed})`, async () => {
  const thrown = watchForDeath();
  const server = await serve();
  await inLanes(count, 40, async (index) => {
    const dice = new Dice(seed + index);
    await send(dice, server, [request(dice, server)]);
  });
  expect(thrown).toEqual([]);
  await expectWell(server);
}, 120_000);

test(`by a window that was let in: ${count} frames (seed ${seed})`, async () => {
  const thrown = watchForDeath();
  const server = await serve();
  const target = { port: server.port, secret: await enter(server) };
  await inLanes(count / 5, 40, async (index) => {
    const dice = new Dice(seed + index);
    await send(dice, target, [windowUpgrade(target), ...Array.from({ length: 5 }, () => frame(dice))]);
  });
  expect(thrown).toEqual([]);
  await expectWell(server);
}, 120_000);

test('an upgrade for a path that is no path, and one that is reset while it is refused', async () => {
  const thrown = watchForDeath();
  const server = await serve();
  const upgrade = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`;
  for (const path of ['//', '///', 'http://', 'http://[', '*', '/%'])
    for (const reset of [false, true])
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.write(upgrade(path), () => (reset ? socket.resetAndDestroy() : undefined));
        });
        socket.on('error', () => undefined);
        socket.on('data', () => socket.destroy());
        socket.on('close', () => resolve());
      });
  expect(thrown).toEqual([]);
  await expectWell(server);
});
