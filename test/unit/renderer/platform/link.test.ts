import type { ClientContext, ClientLink } from '@orpc/client';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { LinkState } from '#renderer/platform/link.ts';

/** A socket that a test opens and closes by hand. */
class HandSocket extends EventTarget {
  static readonly made: HandSocket[] = [];
  readyState = 0;
  readonly sent: unknown[] = [];

  constructor() {
    super();
    HandSocket.made.push(this);
  }

  send(message: unknown): void {
    this.sent.push(message);
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

/** What was to happen after a while. */
const timers: (() => void)[] = [];

beforeEach(() => {
  HandSocket.made.length = 0;
  timers.length = 0;
  vi.stubGlobal('WebSocket', HandSocket);
  vi.stubGlobal('window', {
    location: { href: 'http://127.0.0.1:4000/', protocol: 'http:' },
    setTimeout: (callback: () => void) => timers.push(callback),
  });
});
afterEach(() => vi.unstubAllGlobals());

async function connected(onState: (state: LinkState) => void = () => undefined): Promise<ClientLink<ClientContext>> {
  const { connect } = await import('#renderer/platform/link.ts');
  const link = connect(onState);
  HandSocket.made[0]?.open();
  return link;
}

function watch(link: ClientLink<ClientContext>, signal?: AbortSignal): Promise<unknown> {
  return link.call(['runs', 'watch'], { run: 'r' }, { context: {}, ...(signal ? { signal } : {}) });
}

const sentOn = async (socket: number): Promise<void> => {
  await vi.waitFor(() => expect(HandSocket.made[socket]?.sent).toHaveLength(1));
};

test('what is cancelled because the connection was lost is not told to the closed socket', async () => {
  const uncaught: unknown[] = [];
  const note = (reason: unknown): unknown => uncaught.push(reason);
  // What an asynchronous listener of a signal throws.
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));

  const following = new AbortController();
  const link = await connected((state) => {
    if (state === 'lost') following.abort();
  });
  const watching = watch(link, following.signal);
  await sentOn(0);
  HandSocket.made[0]?.close();
  await expect(watching).rejects.toBeInstanceOf(Error);
  // A message is encoded in several turns before it is sent.
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(uncaught).toEqual([]);
});

test('a call whose connection was lost is made again on the next one, and so is a new call', async () => {
  const states: LinkState[] = [];
  const link = await connected((state) => states.push(state));
  const watching = watch(link).catch(() => watch(link));
  await sentOn(0);
  HandSocket.made[0]?.close();
  void watch(link).catch(() => undefined);
  void watching.catch(() => undefined);
  await new Promise(setImmediate);
  expect(HandSocket.made[0]?.sent).toHaveLength(1);

  timers.shift()?.();
  HandSocket.made[1]?.open();
  await vi.waitFor(() => expect(HandSocket.made[1]?.sent).toHaveLength(2));
  expect(states).toEqual(['connected', 'lost', 'connected']);
});
